/** How the lines of each event were judged, and what was found. */
import { TP, TRACEPOINTS } from '../tracepoints.ts';
import { eventOf, subjectOf, textOf, vectorOf } from './keys.ts';

export interface PredictionRow {
  readonly event: string;
  right: number;
  raced: number;
  wrong: number;
  missing: number;
  unknowable: number;
  /** Of the right ones: lines of a level 0, which any engine gets right. */
  trivial: number;
  readonly why: Record<string, number>;
}

export interface Finding {
  id: string;
  severity: 'note' | 'odd' | 'wrong';
  line: number;
  toLine: number;
  ts: number | null;
  vcpu: number | null;
  gsi: number | null;
  vector: number | null;
  /** How many lines it stands for. */
  n: number;
  /** Of them, how many only follow from the first. */
  follows: number;
  expected: string | null;
  shown: string | null;
  /** What else its sentence needs. */
  params: Readonly<Record<string, string | number>>;
}

/** A finding that follows another on the same subject within so many lines is a part of it. */
const FOLD_LINES = 300;
const MAX_FINDINGS = 5000;
/** A line stands so far from its place at most, and so many findings are kept in mind to see it. */
const MOVED_LINES = 250;
const MOST_RECENT = 8;
/** Interrupts without a cause, in number and share, that come of CPUs left out: recordings cut to some CPUs have 8 to 40 %. */
const WITHOUT_CAUSE = 20;
const WITHOUT_CAUSE_SHARE = 0.04;

export class Verdicts {
  readonly rows = new Map<number, PredictionRow>();
  readonly findings: Finding[] = [];
  /** Findings past the limit: counted, not kept. */
  dropped = 0;
  /** The recorder drops lines and says nothing of it: one that is missing, or whose cause is, tells of the recorder. */
  readonly leaky: boolean;
  /** Notes by what they are about. */
  private readonly notes = new Map<string, Finding>();
  /** The open disagreement by subject, and its subjects. */
  private readonly open = new Map<number, Finding>();
  private readonly subjects = new Map<Finding, number[]>();
  /** Lines that came where nothing promised them, and promised ones that did not come: the latest, by their keys. */
  private readonly recent: { readonly finding: Finding; readonly expected: number; readonly shown: number }[] = [];

  constructor(leaky = false) {
    this.leaky = leaky;
  }

  /** The same by number: each line asks for its own. */
  private readonly rowOf: (PredictionRow | undefined)[] = [];

  row(event: number): PredictionRow {
    let row = this.rowOf[event];
    if (row === undefined) {
      const name = TRACEPOINTS[event]?.name ?? '';
      row = { event: name, right: 0, raced: 0, wrong: 0, missing: 0, unknowable: 0, trivial: 0, why: {} };
      this.rows.set(event, row);
      this.rowOf[event] = row;
    }
    return row;
  }

  right(event: number, trivial: boolean): void {
    const row = this.row(event);
    row.right++;
    if (trivial) row.trivial++;
  }

  count(event: number, verdict: 'raced' | 'wrong' | 'missing' | 'unknowable', why: string): void {
    const row = this.row(event);
    row[verdict]++;
    row.why[why] = (row.why[why] ?? 0) + 1;
  }

  /** A line that counted as right turns out not to fit a later one. */
  revoke(event: number, why: string): void {
    this.row(event).right--;
    this.count(event, 'wrong', why);
  }

  /** Was this line found missing just before? Then it comes late, and what it does was done. */
  cameLate(shown: number, line: number): boolean {
    return this.recent.some(
      (one) => one.expected === shown && one.shown < 0 && line - one.finding.toLine <= MOVED_LINES,
    );
  }

  /** Takes a verdict back that turned out otherwise. */
  uncount(event: number, verdict: 'unknowable' | 'wrong', why: string): void {
    const row = this.row(event);
    row[verdict]--;
    row.why[why] = (row.why[why] ?? 1) - 1;
    if (row.why[why] === 0) delete row.why[why];
  }

  add(finding: Finding): Finding {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
    else this.dropped++;
    return finding;
  }

  /** Takes a finding back. */
  remove(finding: Finding): void {
    const at = this.findings.indexOf(finding);
    if (at >= 0) this.findings.splice(at, 1);
    this.subjects.delete(finding);
    for (const [subject, open] of this.open) if (open === finding) this.open.delete(subject);
  }

  /** Pins that show from this line on what nobody wrote: an ioctl of the VMM set their chip. */
  excuse(from: number): void {
    for (const event of [TP.kvm_pic_set_irq, TP.kvm_ioapic_set_irq]) {
      const id = `differs.${TRACEPOINTS[event]?.name}`;
      for (const one of this.findings) {
        if (one.line < from || one.id !== id || one.expected === null || one.shown === null) continue;
        one.id = 'host-ioctl';
        one.severity = 'note';
        const own = Math.min(1 + one.follows, this.row(event).why.other ?? 0);
        for (let i = 0; i < own; i++) {
          this.uncount(event, 'wrong', 'other');
          this.count(event, 'unknowable', 'host-ioctl');
        }
      }
    }
  }

  /** One finding for many notes of the same kind. */
  note(id: string, severity: Finding['severity'], line: number, ts: number, about: Partial<Finding> = {}): Finding {
    const subject = `${id}:${about.vcpu ?? ''}:${about.gsi ?? ''}:${about.vector ?? ''}`;
    const open = this.notes.get(subject);
    if (open !== undefined) {
      open.n++;
      open.toLine = line;
      return open;
    }
    const finding = this.add({ ...blank(id, severity, line, ts), ...about });
    this.notes.set(subject, finding);
    return finding;
  }

  /**
   * A line and the engine disagree.
   * @param expected key of the promised line, -1 where nothing was promised @param shown key of the line, -1 where none came
   */
  differs(line: number, ts: number, expected: number, shown: number, gsi: number | null): Finding {
    const key = shown >= 0 ? shown : expected;
    const about = subjectOf(key);
    const subjects = subjectsOf(key, expected, gsi);
    const before = this.openOn(subjects, line) ?? this.movedFrom(expected, shown, line);
    if (before !== null) {
      this.follow(before, line);
      for (const subject of subjects) this.opened(subject, before);
      this.remember(before, expected, shown);
      return before;
    }
    const finding = this.add({
      ...blank(
        `differs.${TRACEPOINTS[eventOf(key)]?.name}`,
        this.leaky && isAlone(expected, shown) ? 'odd' : 'wrong',
        line,
        ts,
      ),
      ...about,
      gsi: gsi ?? about.gsi,
      expected: expected >= 0 ? textOf(expected) : null,
      shown: shown >= 0 ? textOf(shown) : null,
    });
    for (const subject of subjects) this.opened(subject, finding);
    this.remember(finding, expected, shown);
    return finding;
  }

  /** Another line of the same op disagrees. */
  also(finding: Finding, line: number, expected: number, shown: number, gsi: number | null): void {
    this.follow(finding, line);
    for (const subject of subjectsOf(shown >= 0 ? shown : expected, expected, gsi)) this.opened(subject, finding);
    this.remember(finding, expected, shown);
  }

  /** Of the interrupts taken and injected so many come without a cause as no KVM and no falsifier leaves. */
  lackCauses(): boolean {
    let fit = 0;
    let wrong = 0;
    for (const event of [TP.kvm_apic_accept_irq, TP.kvm_inj_virq]) {
      const row = this.rows.get(event);
      fit += row?.right ?? 0;
      wrong += row?.wrong ?? 0;
    }
    return wrong >= WITHOUT_CAUSE && wrong >= (fit + wrong) * WITHOUT_CAUSE_SHARE;
  }

  /** Lines of other CPUs are missing: what does not fit may have its cause there, so it is not judged. */
  withhold(): void {
    for (const row of this.rows.values()) {
      row.unknowable += row.wrong;
      row.wrong = 0;
      row.missing = 0;
    }
    const kept = this.findings.filter((one) => !one.id.startsWith('differs.'));
    this.findings.splice(0, this.findings.length, ...kept);
    this.dropped = 0;
  }

  /** One more line that only follows from a finding. */
  private follow(finding: Finding, line: number): void {
    finding.n++;
    finding.follows++;
    finding.line = Math.min(finding.line, line);
    finding.toLine = Math.max(finding.toLine, line);
  }

  private openOn(subjects: readonly number[], line: number): Finding | null {
    for (const subject of subjects) {
      const open = this.open.get(subject);
      if (open !== undefined && line - open.toLine <= FOLD_LINES) return open;
    }
    return null;
  }

  /** The same line missing in one place and too many in another: it stands in the wrong one, and that is one finding. */
  private movedFrom(expected: number, shown: number, line: number): Finding | null {
    for (let i = this.recent.length - 1; i >= 0; i--) {
      const one = this.recent[i] as (typeof this.recent)[number];
      if (line - one.finding.toLine > MOVED_LINES) continue;
      const late = shown >= 0 && shown === one.expected && shown !== one.shown;
      const early = expected >= 0 && expected === one.shown && expected !== one.expected;
      if (!late && !early) continue;
      this.recent.splice(i, 1);
      return one.finding;
    }
    return null;
  }

  private remember(finding: Finding, expected: number, shown: number): void {
    this.recent.push({ finding, expected, shown });
    if (this.recent.length > MOST_RECENT) this.recent.shift();
  }

  private opened(subject: number, finding: Finding): void {
    this.open.set(subject, finding);
    const list = this.subjects.get(finding);
    if (list === undefined) this.subjects.set(finding, [subject]);
    else list.push(subject);
  }

  /** The same of an event whose lines are about nothing else. */
  settleEvent(event: number): void {
    if (this.open.size > 0) this.open.delete(event);
  }

  /** A line about this came as promised: what comes later does not follow from what was. */
  settle(key: number): void {
    if (this.open.size === 0) return;
    const [settled] = subjectsOf(key, -1, null) as [number];
    const finding = this.open.get(settled);
    if (finding === undefined) return;
    this.open.delete(settled);
    // One line of a pin tells of all pins that it was taken for; a vector tells of itself alone.
    if (settled < OF_VECTOR) {
      for (const subject of this.subjects.get(finding) ?? []) {
        if (subject < OF_VECTOR && this.open.get(subject) === finding) this.open.delete(subject);
      }
    }
  }
}

export function blank(id: string, severity: Finding['severity'], line: number, ts: number): Finding {
  return {
    id,
    severity,
    line,
    toLine: line,
    ts: Number.isNaN(ts) ? null : ts,
    vcpu: null,
    gsi: null,
    vector: null,
    n: 1,
    follows: 0,
    expected: null,
    shown: null,
    params: {},
  };
}

/** A line without its promise, or a promise without its line. */
const isAlone = (expected: number, shown: number): boolean =>
  expected < 0 || shown < 0 || (eventOf(expected) === TP.kvm_inj_virq && vectorOf(expected).vector < 0);

/** Subjects from here on are a vCPU's vectors. */
const OF_VECTOR = 2 ** 40;

/** What a disagreement may spoil, as numbers: the vectors of a vCPU, the lines of a GSI, else all of an event. */
function subjectsOf(key: number, expected: number, gsi: number | null): number[] {
  const subjects: number[] = [];
  const add = (subject: number): void => {
    if (!subjects.includes(subject)) subjects.push(subject);
  };
  for (const one of expected >= 0 && expected !== key ? [key, expected] : [key]) {
    const about = subjectOf(one);
    if (about.vcpu !== null && about.vector !== null && about.vector >= 0)
      add(OF_VECTOR + about.vcpu * 256 + about.vector);
    else if (about.gsi !== null) add(2 ** 36 + about.gsi);
  }
  if (gsi !== null) add(2 ** 36 + gsi);
  if (subjects.length === 0) add(eventOf(key));
  return subjects;
}
