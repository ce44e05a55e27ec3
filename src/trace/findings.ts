/** What the counts and latencies say by themselves: storms, what never arrives, what was not recorded. */
import { MAX_VCPUS } from '../spec/limits.ts';
import { blank, type Finding } from './predict/verdicts.ts';
import type { Rows } from './rows.ts';
import type { ScanTotals } from './scanner.ts';
import type { Survey } from './survey.ts';
import type { VmGroup } from './threads.ts';
import { TP, TRACEPOINTS } from './tracepoints.ts';

/** A vector that waits longer than this when the trace ends is stuck (us; ticks have no measure). */
const STUCK_US = 1_000_000;
const MERGED_SHARE = 0.5;
const MERGED_LEAST = 100;
const REINJECTED_SHARE = 0.9;
const REINJECTED_LEAST = 10;

/** Event types without which something cannot be judged. */
const WANTED = [
  TP.kvm_set_irq,
  TP.kvm_apic_accept_irq,
  TP.kvm_inj_virq,
  TP.kvm_eoi,
  TP.kvm_entry,
  TP.kvm_exit,
  TP.kvm_apic,
  TP.kvm_msr,
  TP.kvm_mmio,
  TP.kvm_pio,
] as const;

export interface FindingInput {
  readonly rows: Rows;
  readonly survey: Survey;
  readonly totals: ScanTotals;
  readonly kernel: string;
  readonly ticks: boolean;
  readonly vms: readonly VmGroup[];
  readonly vm: number;
  readonly ids: readonly number[];
  readonly firstLost: number;
  readonly gaps: number;
  /** The first line of which fields are left out, so that nothing is predicted; 0 none. */
  readonly cutLine: number;
  /** The CPUs whose lines are there, where those of the host's others are missing; else none. */
  readonly onlyCpus: readonly number[];
  /** Lines that KVM must have printed and that the recording lacks, where its recorder says nothing of what it drops. */
  readonly silent: number;
}

/** First and last line of a VM: where another follows by the same threads, it does not reach over the file. */
export const spanOf = ({ from, to }: VmGroup, lines: number): [number, number] => [
  Math.max(1, from),
  Math.min(lines, to - 1),
];

export function rowFindings(input: FindingInput): Finding[] {
  const { rows, survey, totals } = input;
  const out: Finding[] = [];
  const add = (id: string, severity: Finding['severity'], line: number, about: Partial<Finding> = {}): void => {
    out.push({ ...blank(id, severity, line, Number.NaN), ...about });
  };
  const { vms, vm } = input;
  const group = vms[vm];
  if (vms.length > 1 && group !== undefined) {
    const span = spanOf(group, totals.lines);
    const isOneOfMany = vms.some((other) => other !== group && other.from !== group.from);
    const turns: Finding['params'] = isOneOfMany ? { turns: 1, from: span[0], to: span[1] } : {};
    add('two-vms', 'note', span[0], { n: vms.length, params: { vm: vm + 1, ...turns } });
  }
  if (input.ids.length > MAX_VCPUS) add('not-predicted', 'odd', 1, { n: input.ids.length, params: { max: MAX_VCPUS } });
  if (input.gaps > 0) {
    add(
      'lost',
      'odd',
      input.firstLost,
      totals.lost > 0 ? { n: totals.lost } : { n: input.gaps, params: { unknown: 1 } },
    );
  }
  if (input.ids.length > 1 && survey.threads.actors === 0) add('no-thread', 'note', 1);
  if (input.cutLine > 0) add('fields-cut', 'odd', input.cutLine);
  const { onlyCpus } = input;
  if (onlyCpus.length > 0) {
    const own: Finding['params'] = onlyCpus.length === 1 ? { cpu: onlyCpus[0] ?? 0 } : { cpus: onlyCpus.join(', ') };
    add('lost', 'odd', 1, { n: totals.hostCpus - onlyCpus.length, params: { ...own, of: totals.hostCpus } });
  }
  if (input.silent > 0) add('lost', 'odd', 1, { n: input.silent, params: { perf: 1 } });
  const { order } = rows;
  if (order.backwards > 0) {
    const how = survey.isByCpu ? 'cpus' : survey.order.isNone ? 'none' : order.seams > 0 ? 'far' : '';
    const n = how === 'far' || how === 'cpus' ? order.seams : order.backwards;
    add('time-goes-back', 'odd', order.firstLine, { n, params: how === '' ? {} : { how } });
  }
  const missing = WANTED.filter((event) => survey.count(event) === 0 && !(event === TP.kvm_inj_virq && rows.sawApicv));
  if (missing.length > 0) {
    const names = missing.map((event) => TRACEPOINTS[event]?.name).join(', ');
    add('no-event-type', 'note', 1, { n: missing.length, params: { names } });
  }
  if (input.kernel === '6.1') add('kernel-behaviour', 'note', survey.datedBy || 1);
  const vendor = survey.vendor(input.rows.exits.map((_, i) => input.rows.reasonName(i)));
  for (const row of rows.vcpuRows(vendor, rows.sawEntryInfo)) {
    if ((row.nmi ?? 0) > 0) add('nmi', 'note', 1, { vcpu: row.vcpu, n: row.nmi ?? 0 });
    const injected = rows.injectedBy(row.vcpu);
    if (row.reinjected >= REINJECTED_LEAST && row.reinjected >= injected * REINJECTED_SHARE) {
      add('reinjected-always', 'odd', 1, { vcpu: row.vcpu, n: row.reinjected, params: { injected } });
    }
  }
  for (const row of rows.gsiRows()) {
    if (row.storm !== null)
      add('storm', 'odd', row.storm.line, { gsi: row.gsi, n: Math.round(row.storm.perSecond / 10) });
  }
  for (const row of rows.vectorRows()) {
    const { vcpu, vector, accepted, merged } = row;
    if (merged >= MERGED_LEAST && merged >= accepted * MERGED_SHARE) {
      add('merged-heavily', 'odd', rows.firstAccept(vcpu, vector), { vcpu, vector, n: merged, params: { accepted } });
    }
    if (vector < 16 && accepted > 0) {
      add('vector-below-16', 'wrong', rows.firstAccept(vcpu, vector), { vcpu, vector, n: accepted });
    }
  }
  const coalesced = rows.coalesced.pic + rows.coalesced.ioapic;
  if (coalesced > 0) add('coalesced-is-repeat', 'note', rows.firstCoalesced, { n: coalesced });
  // What began on one CPU may have ended on another.
  if (!input.ticks && onlyCpus.length === 0) {
    const { pending, inService } = rows.open();
    for (const [list, kind] of [
      [pending, 'pending'],
      [inService, 'service'],
    ] as const) {
      for (const { vcpu, vector, line } of list) {
        if (rows.lastTs - rows.sinceOf(vcpu, vector, kind) < STUCK_US) continue;
        add('stuck', 'odd', line, { vcpu, vector, params: { what: kind } });
      }
    }
  }
  return out;
}
