/** The first pass: which thread is which vCPU, which event types were recorded, how KVM was set up, which kernel it was. */
import type { TraceRecord } from './record.ts';
import type { Sink } from './scanner.ts';
import type { Wants } from './text-tables.ts';
import { Threads } from './threads.ts';
import { TimeOrder } from './time-order.ts';
import { FIRST_UNKNOWN, TP } from './tracepoints.ts';

export type Irqchip = 'full' | 'split' | 'user' | 'unknown';
export type Vendor = 'svm' | 'vmx' | 'unknown';
export type Kernel = '6.1' | '6.18';

/** So many lines of an event show what the survey wants of it. */
const OFTEN = 4096;

export type LacksCpus = 'yes' | 'maybe' | 'no';

/** CPUs told apart. */
const MOST_CPUS = 8192;

/** So few lines may well be of one CPU. */
const FEW_LINES = 1000;

/** Who accepts so seldom, and has no thread, is no vCPU: one that starts accepts an INIT and two SIPIs. */
const RARE_TARGET = 2;

export class Survey implements Sink, Wants {
  readonly threads = new Threads();
  readonly counts = new Float64Array(FIRST_UNKNOWN + 3000);
  /** Line of each 1,024th event, to find a place in the file again. */
  maxVcpu = -1;
  /** Ids that accept an interrupt, with how often: vCPUs that may have no line of their own. */
  private readonly targets = new Map<number, number>();
  ioapicEoiExits = 0;
  windowOpenExits = 0;
  entryInfo = false;
  lostAtStart = false;
  private firstIoapic = -1;
  private firstPic = -1;
  private firstEntryRip = -1;
  private tscFromZero = false;
  /** Time of the first line, and the latest there is. */
  firstTs = Number.NaN;
  lastTs = Number.NaN;
  /** The fields of the record at hand were not read. */
  private unread = false;
  pvEoiBeforeExit = 0;
  pvEoiAfterExit = 0;
  /** First line by which the kernel is dated. */
  datedBy = 0;
  inhibitNamed = 0;
  inhibitBare = 0;
  /** Routes in the kernel's own order (IOAPIC first), or the VMM's (PIC first); by what the first lines show. */
  ioapicFirst = 0;
  picFirst = 0;
  /** Local APICs are reached by MSR. */
  x2apic = false;
  /** The IOAPIC pin of GSI 0 is acknowledged although it is an edge: KVM's i8254 asked for it. */
  pitAcks = false;
  /** The IOAPIC pin that the first line of GSI 0 shows, -1 none. */
  timerPin = -1;
  /** CPU of the last line, and those of all. */
  private cpu = -1;
  /** Of all lines; and pieces of the file in which more than one CPU has lines. */
  readonly order = new TimeOrder();
  private mixed = 0;
  private isMixed = false;
  private readonly clock: () => string;
  private readonly sawCpu = new Uint8Array(MOST_CPUS);
  private setTid = -2;
  private setGsi = -1;
  private setSeen = 0;

  /** @param clock of the last line */
  constructor(clock: () => string = () => 's') {
    this.clock = clock;
  }

  event(r: TraceRecord): void {
    if (this.order.next(r.ts, r.line, this.clock() !== 's')) {
      this.cpu = -1;
      this.isMixed = false;
    }
    this.counts[r.event] = this.counts[r.event] + 1;
    this.threads.note(r);
    if (r.cpu !== this.cpu) {
      if (this.cpu >= 0 && !this.isMixed) {
        this.isMixed = true;
        this.mixed++;
      }
      this.cpu = r.cpu;
      if (r.cpu >= 0 && r.cpu < MOST_CPUS) this.sawCpu[r.cpu] = 1;
    }
    // Not the lines that come late: a clock that goes back names no time of the trace.
    if (!Number.isNaN(r.ts)) {
      if (Number.isNaN(this.firstTs)) this.firstTs = r.ts;
      if (!(r.ts <= this.lastTs)) this.lastTs = r.ts;
    }
    if (this.unread) {
      this.unread = false;
      return;
    }
    const f = r.f;
    switch (r.event) {
      case TP.kvm_set_irq:
        this.setTid = f[0] < 16 ? r.tid : -2;
        this.setGsi = f[0];
        this.setSeen = 0;
        break;
      case TP.kvm_pic_set_irq:
        if (this.firstPic < 0) this.firstPic = f[3];
        if (r.tid === this.setTid && this.setSeen++ === 0) this.picFirst++;
        break;
      case TP.kvm_ioapic_set_irq:
        if (this.firstIoapic < 0) this.firstIoapic = f[2] * 2 + f[6];
        if (r.tid === this.setTid && this.setSeen++ === 0) this.ioapicFirst++;
        if (this.timerPin < 0 && r.tid === this.setTid && this.setGsi === 0) this.timerPin = f[0];
        break;
      case TP.kvm_entry: {
        const rip = f[1] + f[2] * 2 ** 32;
        if (this.firstEntryRip < 0) this.firstEntryRip = rip;
        if (f[3] !== 0) this.entryInfo = true;
        this.maxVcpu = Math.max(this.maxVcpu, f[0]);
        break;
      }
      case TP.kvm_eoi:
        this.maxVcpu = Math.max(this.maxVcpu, f[0]);
        break;
      case TP.kvm_pv_eoi: {
        const before = this.threads.edgeOf(r.tid);
        if (this.datedBy === 0) this.datedBy = r.line;
        if (before === TP.kvm_entry) this.pvEoiBeforeExit++;
        else if (before === TP.kvm_exit) this.pvEoiAfterExit++;
        break;
      }
      case TP.kvm_apic_accept_irq:
        if (f[0] < 16_384 && (this.targets.size < 256 || this.targets.has(f[0])))
          this.targets.set(f[0], (this.targets.get(f[0]) ?? 0) + 1);
        this.maxVcpu = Math.max(this.maxVcpu, f[0]);
        break;
      case TP.kvm_ack_irq:
        if (f[0] === 2 && (f[1] === 2 || f[1] === 0)) this.pitAcks = true;
        break;
      case TP.kvm_msr:
        if (f[1] >= 0x800 && f[1] <= 0x8ff) this.x2apic = true;
        break;
      case TP.kvm_write_tsc_offset:
        if (f[1] === 0) this.tscFromZero = true;
        break;
      case TP.kvm_apicv_inhibit_changed:
        if (f[2] !== 0) {
          if (f[3] === 1) this.inhibitNamed++;
          else {
            this.inhibitBare++;
            if (this.datedBy === 0) this.datedBy = r.line;
          }
        }
        break;
      case TP.kvm_userspace_exit:
        if (f[1] === 0 && f[0] === 26) this.ioapicEoiExits++;
        if (f[1] === 0 && f[0] === 7) this.windowOpenExits++;
        break;
    }
  }

  /** An event whose fields were seen often enough need not be read again, but for threads not yet known. */
  wants(event: number, tid: number): boolean {
    const wanted = this.isWanted(event, tid);
    this.unread = !wanted;
    return wanted;
  }

  private isWanted(event: number, tid: number): boolean {
    const n = this.counts[event];
    switch (event) {
      case TP.kvm_mmio:
      case TP.kvm_pio:
      case TP.kvm_cr:
      case TP.kvm_hypercall:
      case TP.kvm_inj_virq:
      case TP.kvm_apic:
      case TP.kvm_apic_ipi:
        return false;
      case TP.kvm_set_irq:
      case TP.kvm_pic_set_irq:
      case TP.kvm_ioapic_set_irq:
      case TP.kvm_msr:
        return n < OFTEN;
      case TP.kvm_entry:
        return n < OFTEN || this.threads.isNew(tid);
      case TP.kvm_exit:
        // A reason that comes late is one of the same vendor's.
        return n < OFTEN || this.threads.isNew(tid);
      case TP.kvm_eoi:
      case TP.kvm_pv_eoi:
        return this.threads.isNew(tid) || n < OFTEN;
      case TP.kvm_userspace_exit:
        return n < OFTEN || this.count(TP.kvm_ioapic_set_irq) === 0;
      default:
        return true;
    }
  }

  lost(line: number): void {
    if (line < 20) this.lostAtStart = true;
  }

  count(event: number): number {
    return this.counts[event];
  }

  /**
   * The ids of the VM's vCPUs: those of its threads, and of the ids that only ever accept what is none that a single line got wrong.
   * @param own ids of the threads
   */
  ids(own: readonly number[]): number[] {
    const accepts = this.count(TP.kvm_apic_accept_irq);
    const seldom = own.length > 0 && accepts > 64 ? RARE_TARGET : 0;
    const others = [...this.targets].filter(([, n]) => n > seldom).map(([id]) => id);
    return [...new Set([...own, ...others])].sort((a, b) => a - b);
  }

  /** From the VM's creation, or from the middle of its life. */
  get starts(): 'boot' | 'mid' {
    if (this.lostAtStart) return 'mid';
    if (this.count(TP.kvm_entry) > 0) return this.firstEntryRip === 0xfff0 ? 'boot' : 'mid';
    if (this.tscFromZero) return 'boot';
    // At reset an RTE is vector 0 and masked, and an 8259 masks nothing.
    return this.firstIoapic === 1 && this.firstPic <= 0 ? 'boot' : 'mid';
  }

  /** The CPUs that have a line. */
  get cpus(): number[] {
    return [...this.sawCpu].flatMap((seen, cpu) => (seen === 1 ? [cpu] : []));
  }

  /**
   * Are the lines of the host's other CPUs left out, as `trace-cmd report --cpu` and per_cpu/cpuN/trace leave them?
   * `yes`: of several threads all lines are of one CPU, and nobody binds them all to one. `maybe`: of some, to which a VM may
   * be bound; then what comes without a cause tells.
   * @param hostCpus 0 where no header says it @param lines of the file
   */
  lacksCpus(hostCpus: number, lines: number): LacksCpus {
    const seen = this.cpus.length;
    if (seen === 0 || hostCpus <= seen || lines < FEW_LINES || this.threads.actors < 2) return 'no';
    return seen === 1 ? 'yes' : 'maybe';
  }

  /** The lines of one CPU after those of another, as the files of per_cpu have them. */
  get isByCpu(): boolean {
    return this.order.seams > 0 && this.mixed === 0 && this.cpus.length > 1;
  }

  /** The lines stand in the order in which they were printed, but for seams. */
  get hasOrder(): boolean {
    return !this.isByCpu && !this.order.isNone;
  }

  get irqchip(): Irqchip {
    if (this.count(TP.kvm_ioapic_set_irq) + this.count(TP.kvm_pic_set_irq) > 0) return 'full';
    if (this.ioapicEoiExits > 0) return 'split';
    const delivered = this.count(TP.kvm_apic_accept_irq) + this.count(TP.kvm_eoi) + this.count(TP.kvm_apic);
    if (delivered > 0)
      return this.count(TP.kvm_set_irq) > 0 && this.count(TP.kvm_msi_set_irq) > 0 ? 'split' : 'unknown';
    return this.windowOpenExits > 0 || (this.count(TP.kvm_entry) > 0 && this.count(TP.kvm_inj_virq) > 0)
      ? 'user'
      : 'unknown';
  }

  vendor(reasons: readonly string[]): Vendor {
    let svm = 0;
    let vmx = 0;
    for (const reason of reasons) {
      if (/^0x/.test(reason)) continue;
      // trace-cmd's own plugin spells SVM's reasons EXIT_NPF.
      if (/^EXIT_/.test(reason)) svm++;
      else if (/^[A-Z_]+$/.test(reason)) vmx++;
      else if (/^[a-z_0-9-]+$/.test(reason)) svm++;
    }
    return svm > vmx ? 'svm' : vmx > svm ? 'vmx' : 'unknown';
  }

  /** The newest behaviour the trace does not contradict. */
  kernel(vendor: Vendor): Kernel {
    if (this.inhibitNamed > 0 || this.entryInfo) return '6.18';
    if (vendor === 'svm' && this.pvEoiBeforeExit + this.pvEoiAfterExit > 0) {
      return this.pvEoiBeforeExit > this.pvEoiAfterExit ? '6.1' : '6.18';
    }
    return this.inhibitBare > 0 ? '6.1' : '6.18';
  }
}
