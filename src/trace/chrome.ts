/** A trace as Chrome trace events, which Perfetto and chrome://tracing open: a row a vCPU, guest time and service of vectors. */
import type { TraceRecord } from './record.ts';
import type { Threads } from './threads.ts';
import { TP } from './tracepoints.ts';

/** So many events a viewer still opens at once. */
const MOST = 200_000;

/** Fed with records; `text` gives the JSON. Times are microseconds, as the format wants them. */
export class ChromeTrace {
  private readonly events: string[] = [];
  private readonly entered = new Map<number, number>();
  private readonly serving = new Map<number, { readonly vector: number; readonly ts: number }[]>();
  private readonly vcpus = new Set<number>();
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
    const vcpu = this.threads.vcpuOf(r.tid);
    switch (r.event) {
      case TP.kvm_entry:
        this.vcpus.add(vcpu);
        this.entered.set(vcpu, ts);
        break;
      case TP.kvm_exit: {
        const from = this.entered.get(vcpu);
        this.entered.delete(vcpu);
        if (from === undefined) break;
        const args = { exit: this.reasonName(f[1]), line: r.line };
        this.add({ name: 'guest', cat: 'guest', ph: 'X', ts: from, dur: ts - from, tid: vcpu * 2, args });
        break;
      }
      case TP.kvm_inj_virq:
        if (f[0] !== 0 || f[2] !== 0) break;
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
        if (f[1] === 1) this.instant(`GSI ${f[0]} high`, 1_000_000 + f[0], ts, r.line);
        break;
      case TP.kvm_msi_set_irq:
        this.instant(`MSI 0x${(f[1]).toString(16)}`, 999_999, ts, r.line);
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
    if (one === undefined) return;
    const name = `vector 0x${vector.toString(16)}`;
    this.add({ name, cat: 'irq', ph: 'X', ts: one.ts, dur: ts - one.ts, tid: vcpu * 2 + 1, args: { line } });
  }

  text(): string {
    const names = [...this.vcpus].flatMap((vcpu) => [
      JSON.stringify({ pid: 1, tid: vcpu * 2, ph: 'M', name: 'thread_name', args: { name: `vCPU ${vcpu}` } }),
      JSON.stringify({ pid: 1, tid: vcpu * 2 + 1, ph: 'M', name: 'thread_name', args: { name: `vCPU ${vcpu} IRQ` } }),
    ]);
    return `{"displayTimeUnit":"ns","traceEvents":[\n${[...names, ...this.events].join(',\n')}\n]}\n`;
  }
}
