/** A guest's kernel log: the lines that speak of interrupts. */
import type { Finding } from '../predict/verdicts.ts';
import { finding, type Line, type Paste } from './types.ts';
import { unfold } from './unfold.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly read: (m: RegExpExecArray, line: number) => { kind: string; finding: Finding; row: Record<string, unknown> };
}

const RULES: readonly Rule[] = [
  {
    // "__common_interrupt: 0.34": CPU and vector, both decimal. do_IRQ is the name before v5.8.
    pattern: /\b(__common_interrupt|common_interrupt|do_IRQ): (\d+)\.(\d+) No irq handler for vector/,
    read: (m, line) => ({
      kind: 'no-handler',
      row: { cpu: Number(m[2]), vector: Number(m[3]), function: m[1] },
      finding: finding('no-handler', 'odd', line, {
        vcpu: Number(m[2]),
        vector: Number(m[3]),
        params: isBringUp(m.input) ? { boot: 1 } : {},
      }),
    }),
  },
  {
    // v5.3 and later: it was in service, and the handler ended it.
    pattern: /Spurious interrupt \(vector 0x([0-9a-f]+)\) on CPU#(\d+)\. Acked/,
    read: (m, line) => ({
      kind: 'no-handler',
      row: { cpu: Number(m[2]), vector: Number.parseInt(m[1] ?? '', 16), function: 'spurious_interrupt' },
      finding: finding('no-handler', 'odd', line, { vcpu: Number(m[2]), vector: Number.parseInt(m[1] ?? '', 16) }),
    }),
  },
  {
    pattern: /spurious 8259A interrupt: IRQ(\d+)/,
    read: (m, line) => ({
      kind: 'spurious',
      row: { irq: Number(m[1]) },
      finding: finding('spurious', 'note', line, { gsi: Number(m[1]), params: { name: 'spurious', pic: 1 } }),
    }),
  },
  {
    pattern:
      /(?:spurious APIC interrupt through vector |Spurious interrupt \(vector 0x)([0-9a-f]+)\)? on CPU#(\d+)(?!\. Acked)/,
    read: (m, line) => ({
      kind: 'spurious',
      row: { cpu: Number(m[2]), vector: Number.parseInt(m[1] ?? '', 16) },
      finding: finding('spurious', 'note', line, {
        vcpu: Number(m[2]),
        vector: Number.parseInt(m[1] ?? '', 16),
        params: { name: 'spurious' },
      }),
    }),
  },
  {
    pattern: /\birq (\d+): nobody cared/,
    read: (m, line) => ({
      kind: 'nobody-cared',
      row: { irq: Number(m[1]) },
      finding: finding('storm', 'wrong', line, { gsi: Number(m[1]), params: { nobody: 1 } }),
    }),
  },
  {
    pattern: /\b(nvme\d+): I\/O \S.{0,120}?(?:QID (\d+) )?timeout, completion polled/,
    read: (m, line) => ({
      kind: 'completion-polled',
      row: { device: m[1], queue: m[2] === undefined ? null : Number(m[2]) },
      finding: finding('lost-interrupt', 'wrong', line, { params: { device: m[1] ?? '' } }),
    }),
  },
  {
    pattern: /NETDEV WATCHDOG: (\S{1,40}) \(([^)\n]{0,40})\): transmit queue (\d+) timed out/,
    read: (m, line) => transmitTimeout(m[1] ?? '', m[2] ?? '', Number(m[3]), line),
  },
  {
    // v6.8 and later: driver, bus name and device stand before it.
    pattern: /(?<!\S)([\w-]{1,40}) \S{1,40} (\S{1,40}): NETDEV WATCHDOG: CPU: \d+: transmit queue (\d+) timed out/,
    read: (m, line) => transmitTimeout(m[2] ?? '', m[1] ?? '', Number(m[3]), line),
  },
  {
    // Before v5.3 ESR was read twice, the second time after the write that latches it.
    pattern: /APIC error on CPU(\d+): ([0-9a-f]+)(?:\(([0-9a-f]+)\))?/,
    read: (m, line) => ({
      kind: 'apic-error',
      row: { cpu: Number(m[1]), esr: `0x${m[3] ?? m[2]}` },
      finding: finding('apic-error', 'odd', line, { vcpu: Number(m[1]), params: { name: `ESR 0x${m[3] ?? m[2]}` } }),
    }),
  },
  {
    pattern: /soft lockup - CPU#(\d+) stuck for (\d+)s/,
    read: (m, line) => ({
      kind: 'soft-lockup',
      row: { cpu: Number(m[1]), seconds: Number(m[2]) },
      finding: finding('soft-lockup', 'odd', line, { vcpu: Number(m[1]), n: Number(m[2]) }),
    }),
  },
];

const transmitTimeout = (device: string, driver: string, queue: number, line: number) => ({
  kind: 'transmit-timeout',
  row: { device, driver, queue },
  finding: finding('transmit-timeout', 'odd', line, { params: { device, queue } }),
});

export const DMESG_LINE =
  /^\s*(?:<\d+>)?\[\s*(?:\d+\.\d+|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]{8} \d{4})\](?:\[[^\]]*\])? |^(?:[A-Z][a-z]{2} +\d+ [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ kernel: /;

export const speaksOfInterrupts = (text: string): boolean =>
  RULES.some((rule) => rule.pattern.test(text)) ||
  /rcu: INFO: .{0,60}?(?:detected stalls|self-detected stall)|idling at/.test(text);

export function readDmesg(given: readonly Line[]): Paste {
  const lines = unfold(given, DMESG_LINE);
  const events: Record<string, unknown>[] = [];
  const findings: Finding[] = [];
  const stalled = new Map<number, Line>();
  for (const { n, text: line } of lines) {
    for (const rule of RULES) {
      const m = rule.pattern.exec(line);
      if (m === null) continue;
      const { kind, row, finding: found } = rule.read(m, n);
      events.push({ kind, line: n, time: timeOf(line), ...row });
      findings.push(found);
    }
    const off = /Disabling IRQ #(\d+)/.exec(line);
    if (off !== null) events.push({ kind: 'irq-disabled', line: n, time: timeOf(line), irq: Number(off[1]) });
    const stall = /rcu:\s+(\d+)-[.!O]+:? \(/.exec(line);
    if (stall !== null) stalled.set(Number(stall[1]), { n, text: line });
    const idle = /NMI backtrace for cpu (\d+) skipped: idling/.exec(line);
    if (idle !== null) {
      const cpu = Number(idle[1]);
      const at = stalled.get(cpu);
      if (at === undefined) continue;
      stalled.delete(cpu);
      events.push({ kind: 'rcu-stall-while-idle', line: at.n, time: timeOf(at.text), cpu });
      findings.push(finding('lost-ipi', 'wrong', at.n, { vcpu: cpu, toLine: n }));
    }
  }
  for (const [cpu, { n, text }] of stalled) {
    events.push({ kind: 'rcu-stall', line: n, time: timeOf(text), cpu });
    findings.push(finding('rcu-stall', 'odd', n, { vcpu: cpu }));
  }
  return {
    shape: 'dmesg',
    read: { events },
    limits: ['log-is-late'],
    ask: [
      'cat /proc/interrupts; sleep 1; cat /proc/interrupts',
      'info lapic 0',
      'info pic',
      'trace-cmd record -e kvm sleep 5',
    ],
    findings,
  };
}

/** CPUs come up in the first second or two: what they find then is what firmware left. */
const BRING_UP_SECONDS = 2;
const isBringUp = (line: string): boolean => (timeOf(line) ?? Number.POSITIVE_INFINITY) < BRING_UP_SECONDS;

const timeOf = (line: string): number | null => {
  const m = /\[\s*(\d+\.\d+)\]/.exec(line);
  return m === null ? null : Number(m[1]);
};
