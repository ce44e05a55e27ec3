/**
 * A second telling of the rules, written from the SDM, VT-d and posted_intr.c alone, in sets and booleans: random
 * sequences go to it and to the engine, and after every op both must show the same descriptor, guest interrupt status,
 * EOI-exit bitmap and virtual-APIC page. `RUNS=20` tries twenty times as many.
 */
import { describe, expect, test } from 'vitest';
import { by, portion } from '../../../cli/portion.ts';
import { createSession, type Session } from '../../machine/session.ts';

const RUNS = Number(process.env.RUNS ?? 1);
const MACHINES = 120 * RUNS;
const STEPS = 60;
const PINS = [16, 17, 18];

type State = 'host' | 'guest' | 'blocked' | 'preempted';
interface Kind {
  vcpus: number;
  apicv: boolean;
  assigned: boolean;
  x2apic: boolean;
}
interface Pin {
  vector: number;
  dest: number;
  level: boolean;
  remoteIrr: boolean;
  line: boolean;
}

const highest = (set: ReadonlySet<number>): number => Math.max(0, ...set);
const ascending = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);
const hex = (value: number): string => `0x${value.toString(16)}`;
const cls = (vector: number): number => vector >> 4;

class Vcpu {
  readonly irr = new Set<number>();
  readonly isr = new Set<number>();
  readonly tmr = new Set<number>();
  readonly pir = new Set<number>();
  readonly eoiExits = new Set<number>();
  on = false;
  sn = false;
  nv = 0xf2;
  rvi = 0;
  svi = 0;
  tpr = 0;
  event = 0;
  scan = true;
  state: State = 'host';
  /** Preempted in the guest: it goes on there. */
  wasInGuest = false;

  ppr(): number {
    const inService = highest(this.isr);
    return cls(this.tpr) >= cls(inService) ? this.tpr : inService & 0xf0;
  }
}

class Oracle {
  readonly vcpus: Vcpu[];
  readonly pins = new Map<number, Pin>();
  readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
    this.vcpus = Array.from({ length: kind.vcpus }, () => new Vcpu());
  }

  private at(i: number): Vcpu {
    return this.vcpus[i] as Vcpu;
  }

  private drain(v: Vcpu): void {
    if (!this.kind.apicv) return;
    if (v.on) {
      for (const vector of v.pir) v.irr.add(vector);
      v.pir.clear();
      v.on = false;
    }
    v.rvi = highest(v.irr);
  }

  private scan(i: number): void {
    const v = this.at(i);
    if (!v.scan) return;
    v.scan = false;
    v.eoiExits.clear();
    if (!this.kind.apicv) return;
    // The RTC's pin, never written here: vector 0 to APIC 0.
    if (i === 0) v.eoiExits.add(0);
    for (const { level, dest, vector } of this.pins.values())
      if (level && (dest === i || v.irr.has(vector) || v.isr.has(vector))) v.eoiExits.add(vector);
  }

  private load(v: Vcpu): void {
    if (v.state === 'blocked' || v.state === 'preempted') {
      if (this.kind.apicv) v.sn = false;
      v.nv = 0xf2;
      if (this.kind.assigned && v.pir.size > 0) v.on = true;
      v.state = 'host';
    }
  }

  private enter(i: number): void {
    const v = this.at(i);
    this.load(v);
    this.drain(v);
    this.scan(i);
  }

  /** A guest instruction, from wherever the vCPU is. */
  instruction(i: number, body: (v: Vcpu) => void): void {
    const v = this.at(i);
    const stays = v.state === 'guest' || (v.state === 'preempted' && v.wasInGuest);
    v.wasInGuest = false;
    this.enter(i);
    v.state = 'host';
    body(v);
    if (stays) {
      this.enter(i);
      v.state = 'guest';
    }
  }

  goTo(i: number, state: State): void {
    const v = this.at(i);
    if (state === v.state && (state === 'blocked' || state === 'preempted')) return;
    v.wasInGuest = state === 'preempted' && v.state === 'guest';
    this.load(v);
    if (state === 'guest') this.enter(i);
    v.state = state;
    if (!this.kind.assigned) return;
    if (state === 'blocked') v.nv = 0xf1;
    if (state === 'preempted') v.sn = true;
  }

  private notify(v: Vcpu): void {
    v.on = true;
    if (v.state === 'guest') this.drain(v);
  }

  post(i: number, vector: number): void {
    const v = this.at(i);
    if (!this.kind.apicv) {
      v.irr.add(vector);
    } else if (!v.pir.has(vector)) {
      v.pir.add(vector);
      if (!v.on) this.notify(v);
    }
  }

  devicePost(i: number, vector: number, urgent: boolean): void {
    const v = this.at(i);
    v.pir.add(vector);
    if (!v.on && (!v.sn || urgent)) this.notify(v);
  }

  message(i: number, vector: number, level: boolean): void {
    if (level) this.at(i).tmr.add(vector);
    else this.at(i).tmr.delete(vector);
    this.post(i, vector);
  }

  selfIpi(i: number, vector: number): void {
    this.instruction(i, (v) => {
      if (!this.kind.apicv) {
        this.message(i, vector, false);
        return;
      }
      v.irr.add(vector);
      v.rvi = Math.max(v.rvi, vector);
    });
  }

  eoi(i: number): void {
    this.instruction(i, (v) => {
      if (v.isr.size === 0) return;
      const vector = highest(v.isr);
      v.isr.delete(vector);
      if (this.kind.apicv) v.svi = highest(v.isr);
      if (this.kind.apicv ? !v.eoiExits.has(vector) : !v.tmr.has(vector)) return;
      for (const pin of this.pins.values()) {
        if (pin.vector !== vector || !pin.level || !v.tmr.has(vector)) continue;
        pin.remoteIrr = false;
        if (pin.line) this.service(pin);
      }
    });
  }

  private service(pin: Pin): void {
    if (pin.level && pin.remoteIrr) return;
    pin.remoteIrr = pin.level;
    this.message(pin.dest, pin.vector, pin.level);
  }

  line(gsi: number, high: boolean): void {
    const pin = this.pins.get(gsi) as Pin;
    const before = pin.line;
    pin.line = high;
    if (high && (pin.level || !before)) this.service(pin);
  }

  /** Before anything else happens, so that every vCPU's next entry scans it. */
  wire(gsi: number, vector: number, dest: number, level: boolean): void {
    this.pins.set(gsi, { vector, dest, level, remoteIrr: false, line: false });
  }

  run(i: number): { vector: number | null } {
    const v = this.at(i);
    v.wasInGuest = false;
    this.enter(i);
    v.state = 'host';
    const vector = highest(v.irr);
    if (v.irr.size === 0 || cls(vector) <= cls(v.ppr())) return { vector: null };
    v.irr.delete(vector);
    v.isr.add(vector);
    if (this.kind.apicv) {
      v.svi = vector;
      v.rvi = highest(v.irr);
    } else {
      v.event = 0x80000000 + vector;
    }
    return { vector };
  }

  vmx(i: number): object {
    const v = this.at(i);
    return {
      pir: ascending(v.pir),
      on: v.on,
      sn: v.sn,
      nv: hex(v.nv),
      rvi: v.rvi,
      svi: v.svi,
      eoi_exit_bitmap: ascending(v.eoiExits),
      vm_entry_intr_info: hex(v.event),
    };
  }

  lapic(i: number): object {
    const v = this.at(i);
    // Without APICv `get` shows the PPR that KVM stored last.
    const ppr = this.kind.apicv ? { ppr: hex(v.ppr()) } : {};
    return { irr: ascending(v.irr), isr: ascending(v.isr), tmr: ascending(v.tmr), tpr: hex(v.tpr), ...ppr };
  }
}

type Json = Record<string, unknown>;
type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function powerOn(session: Session, oracle: Oracle, random: Random): void {
  const { vcpus, apicv, assigned, x2apic } = oracle.kind;
  session.answer({ op: 'create', vcpus, irqchip: 'full', apicv, postedInterrupts: assigned });
  for (const port of [0x21, 0xa1]) session.answer({ op: 'pio_write', vcpu: 0, port, value: 0xff });
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    if (x2apic) {
      session.answer({ op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee00d00 : 0xfee00c00 });
      session.answer({ op: 'wrmsr', vcpu, msr: 0x80f, value: 0x1ff });
    } else {
      session.answer({ op: 'mmio_write', vcpu, addr: 0xfee000f0, value: 0x1ff, size: 4 });
    }
  }
  for (const gsi of PINS) {
    const [vector, dest, level] = [0x20 + random(0xd0), random(vcpus), random(2) === 1];
    for (const [register, value] of [
      [0x11 + 2 * gsi, dest * 2 ** 24],
      [0x10 + 2 * gsi, vector | (level ? 0x8000 : 0)],
    ]) {
      session.answer({ op: 'mmio_write', vcpu: 0, addr: 0xfec00000, value: register, size: 4 });
      session.answer({ op: 'mmio_write', vcpu: 0, addr: 0xfec00010, value, size: 4 });
    }
    oracle.wire(gsi, vector, dest, level);
  }
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    session.answer({ op: 'nop', vcpu });
    oracle.instruction(vcpu, () => undefined);
  }
}

/** One random op, done by the oracle; what it answers, if that is compared, and the op for the engine. */
function step(o: Oracle, random: Random): { ops: Json[]; want?: Json } {
  const { vcpus, apicv, x2apic } = o.kind;
  const vcpu = random(vcpus);
  const pinVector = (o.pins.get(16) as Pin).vector;
  const vector = [16 + random(240), 16 + random(240), 0x41 + random(4), pinVector][random(4)];
  switch (random(13)) {
    case 0:
    case 1:
      o.post(vcpu, vector);
      return { ops: [{ op: 'post', vcpu, vector }] };
    case 2: {
      if (!apicv) return { ops: [] };
      const urgent = random(4) === 0;
      o.devicePost(vcpu, vector, urgent);
      return { ops: [{ op: 'vtd_msi', irte: { posted: true, pda_vcpu: vcpu, vector, urgent } }] };
    }
    case 3:
    case 4: {
      const state = (['host', 'guest', 'blocked', 'preempted'] as const)[random(4)] as State;
      o.goTo(vcpu, state);
      return { ops: [{ op: 'vcpu_state', vcpu, state }] };
    }
    case 5:
      o.goTo(vcpu, 'guest');
      return { ops: [{ op: 'vmentry', vcpu }] };
    case 6:
    case 7:
      return { ops: [{ op: 'run', vcpu }], want: o.run(vcpu) };
    case 8:
      o.eoi(vcpu);
      return { ops: [{ op: 'eoi', vcpu }], want: { ok: true } };
    case 9: {
      const value = random(16);
      o.instruction(vcpu, (v) => {
        v.tpr = value << 4;
      });
      return { ops: [{ op: 'set_cr8', vcpu, value }] };
    }
    case 10:
      o.selfIpi(vcpu, vector);
      if (x2apic) return { ops: [{ op: 'wrmsr', vcpu, msr: 0x83f, value: vector }] };
      return { ops: [{ op: 'mmio_write', vcpu, addr: 0xfee00300, value: 0x40000 | vector, size: 4 }] };
    case 11: {
      const dest = random(vcpus);
      if (!x2apic) o.instruction(vcpu, () => undefined);
      o.instruction(vcpu, () => o.message(dest, vector, false));
      if (x2apic) return { ops: [{ op: 'wrmsr', vcpu, msr: 0x830, value: dest * 2 ** 32 + 0x4000 + vector }] };
      const high = { op: 'mmio_write', vcpu, addr: 0xfee00310, value: dest * 2 ** 24, size: 4 };
      return { ops: [high, { op: 'mmio_write', vcpu, addr: 0xfee00300, value: 0x4000 | vector, size: 4 }] };
    }
    default: {
      const gsi = PINS[random(PINS.length)];
      const level = random(2);
      o.line(gsi, level === 1);
      return { ops: [{ op: 'irq_line', gsi, level }] };
    }
  }
}

function compare(seed: number): void {
  const random = randomFrom(seed);
  const apicv = random(5) > 0;
  const oracle = new Oracle({
    vcpus: 1 + random(3),
    apicv,
    assigned: apicv && random(4) > 0,
    x2apic: random(3) > 0,
  });
  const session = createSession();
  powerOn(session, oracle, random);
  const done: Json[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { ops, want } = step(oracle, random);
    const answers = ops.map((op) => session.answer(op));
    done.push(...ops);
    const told = (): string => `seed ${seed}, ${JSON.stringify(oracle.kind)}: ${JSON.stringify(done.slice(-12))}`;
    if (want !== undefined) expect(answers.at(-1), told()).toMatchObject(want);
    const lapic = session.answer({ op: 'get' }).lapic as Json[];
    for (let vcpu = 0; vcpu < oracle.kind.vcpus; vcpu++) {
      expect(session.answer({ op: 'get_vmx', vcpu }), told()).toMatchObject(oracle.vmx(vcpu));
      expect(lapic[vcpu], told()).toMatchObject(oracle.lapic(vcpu));
    }
  }
}

describe('a second telling of the rules', () => {
  test(`${MACHINES} machines of ${STEPS} ops (${by(6)})`, () => {
    const seeds = Array.from({ length: MACHINES }, (_, i) => i + 1);
    for (const seed of portion(seeds, 6, 'oracle')) compare(seed);
  });
});
