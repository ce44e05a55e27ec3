/**
 * For the tests of the prediction: a recording in which single judged lines were changed, left out or told twice, far apart
 * from each other, and which of them the prediction found. A rate of agreement is worth nothing if a falsified line is not.
 */
import { createRng, nextBelow, type RngState } from '../base/rng.ts';
import { Predictor } from './predict/predict.ts';
import type { Finding } from './predict/verdicts.ts';
import { createRecord, type TraceRecord } from './record.ts';
import { openTrace, scanTrace } from './scan.ts';
import type { Sink } from './scanner.ts';
import { sorted } from './sorter.ts';
import { bytesSource } from './source.ts';
import { Survey } from './survey.ts';
import { createTables } from './text-tables.ts';
import { FIRST_UNKNOWN, TP, TRACEPOINTS } from './tracepoints.ts';

/** Fields of each judged event that a falsifier may turn, with how many values they have; 0: one of the vCPUs. */
const FIELDS: ReadonlyMap<number, readonly (readonly [string, number, number])[]> = new Map([
  [
    TP.kvm_pic_set_irq,
    [
      ['chip', 0, 2],
      ['pin', 1, 8],
      ['level', 2, 2],
      ['masked', 3, 2],
      ['coalesced', 4, 2],
    ],
  ],
  [
    TP.kvm_ioapic_set_irq,
    [
      ['pin', 0, 24],
      ['dst', 1, 256],
      ['vec', 2, 256],
      ['mode', 3, 8],
      ['logical', 4, 2],
      ['level', 5, 2],
      ['masked', 6, 2],
      ['coalesced', 7, 2],
    ],
  ],
  [
    TP.kvm_apic_accept_irq,
    [
      ['apicid', 0, 0],
      ['vec', 1, 256],
      ['mode', 2, 8],
      ['level', 3, 2],
    ],
  ],
  [
    TP.kvm_apicv_accept_irq,
    [
      ['apicid', 0, 0],
      ['vec', 1, 256],
      ['mode', 2, 8],
      ['level', 3, 2],
    ],
  ],
  [
    TP.kvm_inj_virq,
    [
      ['vector', 1, 256],
      ['reinjected', 2, 2],
    ],
  ],
  [
    TP.kvm_eoi,
    [
      ['apicid', 0, 0],
      ['vector', 1, 256],
    ],
  ],
  [
    TP.kvm_pv_eoi,
    [
      ['apicid', 0, 0],
      ['vector', 1, 256],
    ],
  ],
  [
    TP.kvm_ack_irq,
    [
      ['irqchip', 0, 3],
      ['pin', 1, 24],
    ],
  ],
  [
    TP.kvm_msi_set_irq,
    [
      ['dst', 0, 0],
      ['vec', 1, 256],
      ['mode', 2, 8],
      ['logical', 3, 2],
      ['level', 4, 2],
    ],
  ],
  [
    TP.kvm_apic_ipi,
    [
      ['vec', 1, 256],
      ['mode', 2, 8],
    ],
  ],
  [TP.kvm_set_irq, [['gsi', 0, 24]]],
  [TP.kvm_entry, [['vcpu', 0, 0]]],
  [TP.kvm_exit, [['vcpu', 0, 0]]],
  [TP.kvm_mmio, [['val', 4, 0x10000]]],
  [TP.kvm_pio, [['val', 4, 256]]],
  [TP.kvm_apic, [['val', 2, 0x10000]]],
] as const);

/**
 * Lines that the contract lets nobody judge: those that depend on a type which was not recorded. Without kvm_apic an accept
 * that no device line announces may come from any IPI; without kvm_mmio whether an edge's EOI is looked at is not known.
 */
class Knowable {
  private readonly survey: Survey;
  /** Threads whose last line announces an accept. */
  private readonly announced = new Set<number>();
  /** The thread of the record at hand is among them. */
  private isAnnounced = false;

  constructor(survey: Survey) {
    this.survey = survey;
  }

  has(r: TraceRecord): boolean {
    const known = this.isKnowable(r);
    this.isAnnounced = this.announced.has(r.tid);
    if (r.event === TP.kvm_set_irq || r.event === TP.kvm_msi_set_irq) this.announced.add(r.tid);
    else if (r.event !== TP.kvm_pic_set_irq) this.announced.delete(r.tid);
    return known && isJudged(r);
  }

  /** Is it known between which lines of its thread this line must stand? A timer's accept may come at any exit. */
  hasPlace(r: TraceRecord): boolean {
    if (r.event === TP.kvm_apic_accept_irq) return this.isAnnounced;
    return r.event !== TP.kvm_eoi || this.survey.count(TP.kvm_apic) > 0;
  }

  private isKnowable(r: TraceRecord): boolean {
    if (r.event === TP.kvm_apic_accept_irq) return this.survey.count(TP.kvm_apic) > 0 || this.announced.has(r.tid);
    if (r.event === TP.kvm_ack_irq) return this.survey.count(TP.kvm_mmio) > 0;
    // What a line or a message does must be there to be held against it.
    if (r.event === TP.kvm_set_irq)
      return this.survey.count(TP.kvm_ioapic_set_irq) > 0 && this.survey.starts === 'boot' && r.f[0] < 24;
    if (r.event === TP.kvm_apic_ipi)
      return this.survey.count(TP.kvm_apic_accept_irq) > 0 && this.survey.starts === 'boot';
    // Without entries an injection may have been cut off and made again at any time.
    if (r.event === TP.kvm_inj_virq) return r.f[2] === 0 || this.survey.count(TP.kvm_entry) > 0;
    // Begun in the middle, what a register holds is not known until it is written.
    const isRead = r.event === TP.kvm_mmio || r.event === TP.kvm_pio || r.event === TP.kvm_apic;
    return !isRead || this.survey.starts === 'boot';
  }
}

/** Is this line judged at all, as the contract has it? */
function isJudged(r: TraceRecord): boolean {
  const f = r.f;
  switch (r.event) {
    case TP.kvm_mmio:
      return f[0] === 1 && f[3] === 0 && f[2] >>> 8 === 0xfec000;
    case TP.kvm_pio:
      return f[0] === 0 && [0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1].includes(f[1]) && f[2] === 1 && f[3] === 1;
    case TP.kvm_apic:
      // The timer's count is the host's time.
      return f[0] === 0 && f[1] !== 0x390;
    case TP.kvm_inj_virq:
      return f[0] === 0;
    case TP.kvm_exit:
      // v5.9 and before name no vCPU.
      return f[0] >= 0;
    default:
      return FIELDS.has(r.event);
  }
}

export interface Falsified {
  readonly event: string;
  /** `left out`, `twice`, `moved`, or the field that was turned. */
  readonly how: string;
  readonly what: string;
  readonly line: number;
  /** Where a moved line stands now. */
  to: number;
  found: boolean;
  /** How far from it the first finding about it stands, in lines. */
  away: number;
  /** Findings beyond the first. */
  readonly extra: Finding[];
}

export interface FalsifiedRun {
  readonly falsified: readonly Falsified[];
  /** What the unchanged recording is found to have wrong. */
  readonly clean: readonly Finding[];
  /** What the falsified one is found to have wrong. */
  readonly found: readonly Finding[];
  /** Findings near none of the falsified lines, that the unchanged recording does not have. */
  readonly stray: readonly Finding[];
  /** Findings beyond the first for one falsified line. */
  readonly extra: readonly Finding[];
}

export interface FalsifyOptions {
  readonly seed: number;
  /** Records between two falsified ones. */
  readonly apart: number;
  /** Only this event, by name. */
  readonly only?: string;
}

/** Lines before and after a falsified one within which a finding is about it. */
const NEAR_BEFORE = 60;

const NO_PAUSE = (): Promise<void> => Promise.resolve();

/**
 * Reads a recording as it is, once.
 * @returns falsifies lines of it by chance and runs the prediction over them
 */
export async function falsifierOf(bytes: Uint8Array): Promise<(options: FalsifyOptions) => Promise<FalsifiedRun>> {
  const opened = await openTrace(bytesSource(bytes));
  const survey = new Survey();
  const first = createTables(survey);
  await scanTrace(opened, first, survey, NO_PAUSE);
  const [vm] = survey.threads.settle();
  const own = [...(vm?.vcpus.keys() ?? [])];
  const ids = survey.ids(own);
  const vendor = survey.vendor(first.reasons.list);
  const run = async (change: (r: TraceRecord, give: (r: TraceRecord) => void) => void): Promise<Finding[]> => {
    const tables = createTables();
    const predictor = new Predictor({
      survey,
      threads: survey.threads,
      ids,
      vendor,
      kernel: survey.kernel(vendor),
      leaky: opened.format === 'perf-trace',
      lacksCpus: 'no',
      reasons: tables.reasons.list,
      others: tables.others.list,
    });
    const give = (r: TraceRecord): void => predictor.event(r);
    const sink: Sink = { event: (r) => change(r, give), lost: () => predictor.lost() };
    const inOrder = opened.format === 'perf-trace' ? sorted(sink) : null;
    await scanTrace(opened, tables, inOrder ?? sink, NO_PAUSE);
    inOrder?.flush();
    predictor.finish();
    return predictor.verdicts.findings.filter((one) => one.id.startsWith('differs.'));
  };
  let total = 0;
  const clean = await run((r, give) => {
    total++;
    give(r);
  });
  return async (options) => {
    const falsified = new Falsifier(options, ids, total, new Knowable(survey));
    const found = await run((r, give) => falsified.take(r, give));
    return judge(falsified.done, clean, found, options.apart);
  };
}

class Falsifier {
  readonly done: Falsified[] = [];
  private readonly rng: RngState;
  private readonly events: readonly number[];
  private readonly options: FalsifyOptions;
  private readonly ids: readonly number[];
  private readonly total: number;
  private readonly knowable: Knowable;
  private n = 0;
  private next: number;
  private want: number;
  private waited = 0;
  /** The line that was taken from its place, until it is given in another. */
  private held: { readonly r: TraceRecord; readonly one: Falsified; passed: number } | null = null;

  constructor(options: FalsifyOptions, ids: readonly number[], total: number, knowable: Knowable) {
    this.knowable = knowable;
    this.options = options;
    this.ids = ids;
    this.total = total;
    this.rng = createRng(options.seed);
    this.events = [...FIELDS.keys()].filter((e) => options.only === undefined || TRACEPOINTS[e]?.name === options.only);
    this.next = 1 + nextBelow(this.rng, options.apart);
    this.want = this.choose();
  }

  private choose(): number {
    return this.events[nextBelow(this.rng, this.events.length)];
  }

  take(r: TraceRecord, give: (r: TraceRecord) => void): void {
    this.n++;
    const judged = this.knowable.has(r);
    if (this.held !== null) {
      give(r);
      this.putBack(r, give);
      return;
    }
    // Not the very last lines: an end cannot tell what is missing from what is still to come. Some events are rare here: any
    // will do once this one was waited for long enough.
    const isTurn = this.n >= this.next && this.n <= this.total - 500 && judged;
    const patient = this.options.only !== undefined || this.waited < this.options.apart / 2;
    if (!isTurn || (r.event !== this.want && patient)) {
      if (isTurn) this.waited++;
      give(r);
      return;
    }
    const one = this.falsify(r, give);
    if (one !== null) this.done.push(one);
    this.next = this.n + this.options.apart;
    this.waited = 0;
    this.want = this.choose();
  }

  /** The held line goes behind the next lines of its own thread: behind those of others it may stand as well. */
  private putBack(r: TraceRecord, give: (r: TraceRecord) => void): void {
    const { held } = this;
    if (held === null || r.tid !== held.r.tid || r.context !== held.r.context || r.event >= FIRST_UNKNOWN) return;
    if (--held.passed > 0) return;
    this.held = null;
    held.r.line = r.line;
    held.r.ts = r.ts;
    held.one.to = r.line;
    give(held.r);
  }

  private falsify(r: TraceRecord, give: (r: TraceRecord) => void): Falsified | null {
    const event = TRACEPOINTS[r.event]?.name ?? '';
    const isRead = r.event === TP.kvm_mmio || r.event === TP.kvm_pio || r.event === TP.kvm_apic;
    const isReinjected = r.event === TP.kvm_inj_virq && r.f[2] === 1;
    const isInput = [TP.kvm_apic_ipi, TP.kvm_set_irq, TP.kvm_entry, TP.kvm_exit].includes(r.event);
    // A read or an input left out or told twice is another program of the guest; an injection may be made again any number of times.
    const how = isRead || isInput || isReinjected ? 3 : nextBelow(this.rng, 7);
    const about = { event, line: r.line, to: r.line, found: false, away: 0, extra: [] };
    if (how === 0) return { ...about, how: 'left out', what: 'left out' };
    if (how === 1) {
      give(r);
      give(r);
      return { ...about, how: 'twice', what: 'twice' };
    }
    if (how === 2 && this.knowable.hasPlace(r)) {
      const one = { ...about, how: 'moved', what: 'moved' };
      const passed = 1 + nextBelow(this.rng, 3);
      this.held = { r: { ...createRecord(), ...r, f: Float64Array.from(r.f) }, one, passed };
      return one;
    }
    const fields = FIELDS.get(r.event) as readonly (readonly [string, number, number])[];
    const [name, field, values] = fields[nextBelow(this.rng, isReinjected ? 1 : fields.length)] as readonly [
      string,
      number,
      number,
    ];
    const turned: TraceRecord = { ...createRecord(), ...r, f: Float64Array.from(r.f) };
    const before = r.f[field];
    let after = before;
    if (values === 0 && this.ids.length < 2) {
      give(r);
      return null;
    }
    while (after === before) {
      after = values === 0 ? this.ids[nextBelow(this.rng, this.ids.length)] : nextBelow(this.rng, values);
    }
    turned.f[field] = after;
    give(turned);
    return { ...about, how: name, what: `${name} ${before} -> ${after}` };
  }
}

function judge(
  falsified: readonly Falsified[],
  clean: readonly Finding[],
  found: readonly Finding[],
  apart: number,
): FalsifiedRun {
  const stray: Finding[] = [];
  const extra: Finding[] = [];
  const known = new Map(clean.map((f) => [`${f.id}:${f.line}`, f.n]));
  for (const one of found) {
    // What the recording itself lacks is no news of a falsified line beside it, unless that was folded into it.
    const own = known.get(`${one.id}:${one.line}`);
    if (own !== undefined && one.n <= own) continue;
    const f = own === undefined ? one : { ...one, line: one.toLine };
    // What it spoils may show as late as the next falsified line; what began before that is not about the next.
    const exact = falsified.find(({ line, to }) => f.line === line || f.line === to);
    const cause = exact ?? falsified.findLast(({ line }) => line - NEAR_BEFORE <= f.line);
    if (cause === undefined || f.line - cause.line > apart) {
      stray.push(f);
    } else if (cause.found) {
      extra.push(f);
      cause.extra.push(f);
    } else {
      cause.found = true;
      cause.away = Math.max(cause.line - f.toLine, f.line - cause.to, 0);
    }
  }
  return { falsified, clean, found, stray, extra };
}
