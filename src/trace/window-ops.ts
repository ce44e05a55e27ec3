/**
 * A window of a trace as a scene: the machine as it was at the window's first line, made by ops, and then an op for each line
 * that did something to it. Neither comm nor guest addresses are in it: only what the chips were told.
 */
import type { TraceRecord } from './record.ts';
import { TP } from './tracepoints.ts';

/** Most ops of a scene in a link. */
export const MAX_WINDOW_OPS = 2000;

export type SceneOp = { readonly op: string } & Readonly<Record<string, unknown>>;

/** The machine at the window's start: the report's row of kind `state`, with what it does not say. */
export interface WindowStart {
  readonly ids: readonly number[];
  readonly split: boolean;
  readonly routing: 'kernel' | 'qemu';
  readonly ioapic: readonly string[];
  readonly pic: readonly { readonly imr: string; readonly base: string; readonly elcr: string }[];
  readonly lapic: readonly (Readonly<Record<string, unknown>> & {
    readonly irr: readonly number[];
    readonly isr: readonly number[];
    readonly tmr: readonly number[];
    readonly tpr: number;
  })[];
}

export interface WindowScene {
  readonly ops: readonly SceneOp[];
  /** Line of the trace that each op stands for; 0: it makes the state at the start. */
  readonly lines: readonly number[];
  /** Time of that line (us); null where it has none. */
  readonly times: readonly (number | null)[];
  /** First op that is a line. */
  readonly start: number;
  /** Ops past the limit were left out. */
  readonly cut: boolean;
}

const XAPIC = 0xfee00000;
const IOAPIC = 0xfec00000;
const hex = (n: number): string => `0x${n.toString(16)}`;

/** Registers of a local APIC in the order they are set, by their page offset. */
const REGISTERS: readonly (readonly [string, number])[] = [
  ['svr', 0xf0],
  ['lvtTimer', 0x320],
  ['lvtThermal', 0x330],
  ['lvtPerf', 0x340],
  ['lvtLint0', 0x350],
  ['lvtLint1', 0x360],
  ['lvtError', 0x370],
];

/** Collects records of a window; `scene` makes the ops of them. */
export class WindowOps {
  private readonly ops: SceneOp[] = [];
  private readonly lines: number[] = [];
  private readonly times: (number | null)[] = [];
  /** Time of the record at hand. */
  private now: number | null = null;
  private start = 0;
  private cut = false;
  private readonly ids: readonly number[];
  private readonly vcpuOf: (r: TraceRecord) => number;
  private readonly x2apic: boolean[];
  private readonly split: boolean;

  /** @param vcpuOf number (not id) of the vCPU whose thread a record is of, -1 none */
  constructor(from: WindowStart, vcpuOf: (r: TraceRecord) => number) {
    this.ids = from.ids;
    this.split = from.split;
    this.vcpuOf = vcpuOf;
    this.x2apic = from.lapic.map((apic) => (Number(BigInt(String(apic.base)) & 0x400n) & 0x400) !== 0);
    this.make(from);
    this.start = this.ops.length;
  }

  private push(line: number, op: SceneOp): void {
    if (this.ops.length >= MAX_WINDOW_OPS) {
      this.cut = true;
      return;
    }
    this.ops.push(op);
    this.lines.push(line);
    this.times.push(line === 0 ? null : this.now);
  }

  private setApic(vcpu: number, offset: number, value: number, line: number): void {
    if (this.x2apic[vcpu] === true) {
      this.push(line, { op: 'wrmsr', vcpu, msr: 0x800 + (offset >> 4), value: hex(value >>> 0) });
    } else this.push(line, { op: 'mmio_write', vcpu, addr: hex(XAPIC + offset), size: 4, value: hex(value >>> 0) });
  }

  private make(from: WindowStart): void {
    const { ids, split, routing } = from;
    this.push(0, { op: 'create', vcpus: ids.length, ids, irqchip: split ? 'split' : 'full', runLoop: 'none', routing });
    from.lapic.forEach((apic, vcpu) => {
      const base = String(apic.base);
      if (this.x2apic[vcpu] === true) {
        // The mode is entered by way of the other.
        this.push(0, { op: 'set_msr', vcpu, msr: 0x1b, value: base });
      }
      for (const [name, offset] of REGISTERS) this.setApic(vcpu, offset, Number(apic[name]), 0);
      if (this.x2apic[vcpu] !== true) {
        this.setApic(vcpu, 0xe0, Number(apic.dfr), 0);
        this.setApic(vcpu, 0xd0, Number(apic.ldr), 0);
      }
    });
    if (!split) this.makeChips(from);
    from.lapic.forEach((apic, vcpu) => {
      const id = ids[vcpu] ?? vcpu;
      // In service: from the lowest class up, each taken as it comes.
      for (const vector of [...apic.isr].sort((a, b) => a - b)) {
        this.message(id, vector, 0, 0);
        this.push(0, { op: 'run', vcpu });
      }
      for (const vector of apic.irr) this.message(id, vector, 0, 0);
      if (apic.tpr !== 0) this.setApic(vcpu, 0x80, apic.tpr, 0);
    });
  }

  private makeChips(from: WindowStart): void {
    from.pic.forEach((pic, chip) => {
      const port = chip === 0 ? 0x20 : 0xa0;
      const out = (at: number, value: number): void =>
        this.push(0, { op: 'pio_write', vcpu: 0, port: at, value, size: 1 });
      out(port, 0x11);
      out(port + 1, Number(pic.base));
      out(port + 1, chip === 0 ? 4 : 2);
      out(port + 1, 1);
      out(port + 1, Number(pic.imr));
      out(0x4d0 + chip, Number(pic.elcr));
    });
    from.ioapic.forEach((rte, pin) => {
      const value = BigInt(rte);
      const lo = Number(value & 0xffffffffn);
      if (lo === 0x10000) return;
      this.select(0x11 + 2 * pin, Number(value >> 32n), 0, 0);
      // Remote IRR and the delivery status are the chip's own.
      this.select(0x10 + 2 * pin, lo & ~0x5000, 0, 0);
    });
  }

  private select(index: number, value: number, vcpu: number, line: number): void {
    this.push(line, { op: 'mmio_write', vcpu, addr: hex(IOAPIC), size: 4, value: hex(index) });
    this.push(line, { op: 'mmio_write', vcpu, addr: hex(IOAPIC + 0x10), size: 4, value: hex(value >>> 0) });
  }

  private message(dest: number, vector: number, flags: number, line: number): void {
    const addr = XAPIC + ((dest & 255) << 12);
    const high = dest >>> 8 > 0 ? BigInt(dest & 0xffffff00) << 32n : 0n;
    this.push(line, { op: 'msi', addr: `0x${(high | BigInt(addr >>> 0)).toString(16)}`, data: vector | flags });
  }

  event(r: TraceRecord): void {
    const f = r.f;
    const line = r.line;
    this.now = Number.isNaN(r.ts) ? null : r.ts;
    const vcpu = this.vcpuOf(r);
    if (r.event !== TP.kvm_msi_set_irq) this.sent.delete(r.tid);
    switch (r.event) {
      case TP.kvm_set_irq:
        this.push(line, { op: 'irq_line', gsi: f[0], level: f[1] });
        break;
      case TP.kvm_msi_set_irq: {
        if (this.split && vcpu >= 0 && this.isScan(r.tid)) break;
        // dest mode and the redirection hint stand in the address, mode and trigger in the data.
        const dest = f[0];
        const addr = XAPIC + ((dest & 255) << 12) + (f[3] << 2) + (f[5] << 3);
        const data = f[1] | (f[2] << 8) | (f[4] << 15) | (1 << 14);
        const high = dest >>> 8 > 0 ? BigInt((dest & 0xffffff00) >>> 0) << 32n : 0n;
        this.push(line, { op: 'msi', addr: `0x${(high | BigInt(addr >>> 0)).toString(16)}`, data });
        break;
      }
      case TP.kvm_mmio:
        if (f[0] === 2 && f[3] === 0 && f[2] >>> 8 === IOAPIC >>> 8 && !this.split && vcpu >= 0) {
          this.push(line, { op: 'mmio_write', vcpu, addr: hex(f[2]), size: 4, value: hex(f[4]) });
        }
        break;
      case TP.kvm_pio:
        if (f[0] === 1 && f[2] === 1 && f[3] === 1 && isPicPort(f[1]) && !this.split && vcpu >= 0) {
          this.push(line, { op: 'pio_write', vcpu, port: f[1], value: f[4] & 255, size: 1 });
        }
        break;
      case TP.kvm_apic:
        // EOI is told by kvm_eoi.
        if (f[0] === 1 && f[1] !== 0xb0 && vcpu >= 0) this.apicWrite(r, vcpu);
        break;
      case TP.kvm_inj_virq:
        if (f[0] === 0 && f[2] === 0 && vcpu >= 0) this.push(line, { op: 'run', vcpu });
        break;
      case TP.kvm_eoi: {
        const at = this.ids.indexOf(f[0]);
        if (at >= 0) this.push(line, { op: 'eoi', vcpu: at });
        break;
      }
      case TP.kvm_apic_accept_irq:
        // Lines, messages and IPIs make their own; the local timer's must be told.
        if (vcpu >= 0 && this.ids[vcpu] === f[0] && f[2] === 0 && this.isLocal(r)) {
          this.message(f[0], f[1], 0, line);
        }
        break;
    }
    if (r.event !== TP.kvm_apic_accept_irq && r.event !== TP.kvm_pic_set_irq) this.lastOf.set(r.tid, r.event);
  }

  private readonly lastOf = new Map<number, number>();
  /** Place of the message that is a thread's last line, -1 one of a scan. */
  private readonly sent = new Map<number, number>();

  /** A vCPU in split mode reads out its routes, message behind message: the one before was none either. */
  private isScan(tid: number): boolean {
    const before = this.sent.get(tid);
    this.sent.set(tid, before === undefined ? this.ops.length : -1);
    if (before === undefined) return false;
    if (before >= 0 && before === this.ops.length - 1) {
      this.ops.pop();
      this.lines.pop();
      this.times.pop();
    }
    return true;
  }

  private isLocal(r: TraceRecord): boolean {
    const last = this.lastOf.get(r.tid);
    const announces = [TP.kvm_set_irq, TP.kvm_msi_set_irq, TP.kvm_apic_ipi, TP.kvm_hypercall, TP.kvm_ioapic_set_irq];
    return last === undefined || !announces.includes(last);
  }

  private apicWrite(r: TraceRecord, vcpu: number): void {
    const offset = r.f[1];
    const lo = r.f[2];
    if (offset === 0x300 && this.x2apic[vcpu] === true) {
      const value = (BigInt(r.f[3]) << 32n) | BigInt(lo);
      this.push(r.line, { op: 'wrmsr', vcpu, msr: 0x830, value: `0x${value.toString(16)}` });
      return;
    }
    if (offset > 0x3f0) return;
    this.setApic(vcpu, offset, lo, r.line);
  }

  scene(): WindowScene {
    return { ops: this.ops, lines: this.lines, times: this.times, start: this.start, cut: this.cut };
  }
}

const isPicPort = (port: number): boolean =>
  port === 0x20 || port === 0x21 || port === 0xa0 || port === 0xa1 || port === 0x4d0 || port === 0x4d1;
