/**
 * A trace as Chrome trace events, which Perfetto and chrome://tracing open: a row a vCPU with its time in the guest, one with the
 * vectors in service, one a GSI. A thread's complete events must lie in each other or apart: a service that ends before one
 * that began in it is an asynchronous event.
 */
import type { TraceRecord } from './record.ts';
import type { Threads } from './threads.ts';
import { TP } from './tracepoints.ts';

/** So many events a viewer still opens at once. */
const MOST = 200_000;

/** Rows of what is no vCPU's. */
const OF_MSI = 999_999;
const OF_GSI = 1_000_000;

/** Fed with records; `text` gives the JSON. Times are microseconds, as the format wants them. */
export class ChromeTrace {
  private readonly events: string[] = [];
  private readonly entered = new Map<number, number>();
  private readonly serving = new Map<number, { readonly vector: number; readonly ts: number }[]>();
  private readonly vcpus = new Set<number>();
  private readonly gsis = new Set<number>();
  private hasMsi = false;
  private asyncs = 0;
  private readonly threads: Threads;
  private readonly reasonName: (reason: number) => string;
  /** Events past the limit, left out. */
  dropped = 0;

  constructor(threads: Threads, reasonName: (reason: number) => string) {
    this.threads = threads;
    this.reasonName = reasonName;
  }

  private add(event: Readonly<Record<string, unknown>>): void {
    if (this.events.length < MOST) this.events.push(JSON.stringify({ pid: 1, ...event }));
    else this.dropped++;
  }

  event(r: TraceRecord): void {
    const f = r.f;
    const ts = Number.isNaN(r.ts) ? r.line : r.ts;
    const own = this.threads.vcpuOf(r.tid);
    // A bare text names no thread; an entry and an exit name their vCPU.
    const vcpu = own < 0 && (r.event === TP.kvm_entry || r.event === TP.kvm_exit) ? f[0] : own;
    switch (r.event) {
      case TP.kvm_entry:
        if (vcpu < 0) break;
        this.vcpus.add(vcpu);
        this.entered.set(vcpu, ts);
        break;
      case TP.kvm_exit: {
        const from = this.entered.get(vcpu);
        this.entered.delete(vcpu);
        // Where times go back there is no length.
        if (from === undefined || ts < from) break;
        const args = { exit: this.reasonName(f[1]), line: r.line };
        this.add({ name: 'guest', cat: 'guest', ph: 'X', ts: from, dur: ts - from, tid: vcpu * 2, args });
        break;
      }
      case TP.kvm_inj_virq:
        if (f[0] !== 0 || f[2] !== 0 || vcpu < 0) break;
        this.open(vcpu, f[1], ts);
        break;
      case TP.kvm_eoi:
        this.close(f[0], f[1], ts, r.line);
        break;
      case TP.kvm_apic_accept_irq:
        this.vcpus.add(f[0]);
        this.instant(`accept 0x${(f[1]).toString(16)}`, f[0] * 2 + 1, ts, r.line);
        break;
      case TP.kvm_set_irq:
        if (f[1] !== 1) break;
        this.gsis.add(f[0]);
        this.instant(`GSI ${f[0]} high`, OF_GSI + f[0], ts, r.line);
        break;
      case TP.kvm_msi_set_irq:
        this.hasMsi = true;
        this.instant(`MSI 0x${(f[1]).toString(16)}`, OF_MSI, ts, r.line);
        break;
    }
  }

  private instant(name: string, tid: number, ts: number, line: number): void {
    this.add({ name, cat: 'irq', ph: 'i', s: 't', ts, tid, args: { line } });
  }

  private open(vcpu: number, vector: number, ts: number): void {
    this.vcpus.add(vcpu);
    const list = this.serving.get(vcpu) ?? [];
    this.serving.set(vcpu, list);
    // One whose EOI is not in the trace ends nothing.
    if (list.length < 16) list.push({ vector, ts });
  }

  private close(vcpu: number, vector: number, ts: number, line: number): void {
    const list = this.serving.get(vcpu);
    const at = list?.findLastIndex((one) => one.vector === vector) ?? -1;
    if (list === undefined || at < 0) return;
    const [one] = list.splice(at, 1);
    if (one === undefined || ts < one.ts) return;
    const name = `vector 0x${vector.toString(16)}`;
    const about = { name, cat: 'irq', tid: vcpu * 2 + 1 };
    if (at === list.length) {
      this.add({ ...about, ph: 'X', ts: one.ts, dur: ts - one.ts, args: { line } });
      return;
    }
    const id = `0x${(++this.asyncs).toString(16)}`;
    this.add({ ...about, ph: 'b', id, ts: one.ts, args: { line } });
    this.add({ ...about, ph: 'e', id, ts });
  }

  text(): string {
    const ascending = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);
    const rows: [number, string][] = [
      ...ascending(this.vcpus).flatMap((vcpu): [number, string][] => [
        [vcpu * 2, `vCPU ${vcpu}`],
        [vcpu * 2 + 1, `vCPU ${vcpu} IRQ`],
      ]),
      ...(this.hasMsi ? ([[OF_MSI, 'MSI']] as [number, string][]) : []),
      ...ascending(this.gsis).map((gsi): [number, string] => [OF_GSI + gsi, `GSI ${gsi}`]),
    ];
    const about = [
      JSON.stringify({ pid: 1, tid: 0, ph: 'M', name: 'process_name', args: { name: 'KVM' } }),
      ...rows.flatMap(([tid, name], i) => [
        JSON.stringify({ pid: 1, tid, ph: 'M', name: 'thread_name', args: { name } }),
        JSON.stringify({ pid: 1, tid, ph: 'M', name: 'thread_sort_index', args: { sort_index: i } }),
      ]),
    ];
    return `{"displayTimeUnit":"ns","traceEvents":[\n${[...about, ...this.events].join(',\n')}\n]}\n`;
  }
}
