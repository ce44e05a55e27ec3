/**
 * For the tests of the prediction: a trace held in memory, one line of it changed, and what the prediction then says. A
 * rate of agreement is worth nothing if a falsified line is not found.
 */
import type { RngState } from '../base/rng.ts';
import { nextBelow } from '../base/rng.ts';
import { Predictor } from './predict/predict.ts';
import type { Finding } from './predict/verdicts.ts';
import { createRecord, type TraceRecord } from './record.ts';
import { openTrace, scanTrace } from './scan.ts';
import { bytesSource } from './source.ts';
import { Survey } from './survey.ts';
import { createTables } from './text-line.ts';
import { TP } from './tracepoints.ts';

export interface HeldTrace {
  readonly records: readonly TraceRecord[];
  readonly survey: Survey;
  readonly ids: readonly number[];
  readonly reasons: readonly string[];
}

export async function holdTrace(bytes: Uint8Array): Promise<HeldTrace> {
  const opened = await openTrace(bytesSource(bytes));
  const tables = createTables();
  const survey = new Survey();
  const records: TraceRecord[] = [];
  const pause = (): Promise<void> => Promise.resolve();
  await scanTrace(
    opened,
    tables,
    {
      event(r) {
        survey.event(r);
        const own = createRecord();
        records.push(Object.assign(own, r, { f: Float64Array.from(r.f) }));
      },
      lost: (line) => survey.lost(line),
    },
    pause,
  );
  const [vm] = survey.threads.settle();
  return { records, survey, ids: [...(vm?.vcpus.keys() ?? [])], reasons: tables.reasons.list };
}

/** What the prediction finds wrong in these records. */
export function wrongIn(trace: HeldTrace, records: Iterable<TraceRecord>): Finding[] {
  const vendor = trace.survey.vendor(trace.reasons);
  const predictor = new Predictor({
    survey: trace.survey,
    threads: trace.survey.threads,
    ids: trace.ids,
    vendor,
    kernel: trace.survey.kernel(vendor),
    reasons: trace.reasons,
  });
  for (const r of records) predictor.event(r);
  predictor.finish();
  return predictor.verdicts.findings.filter((one) => one.severity === 'wrong');
}

/** Fields of each judged event that a falsifier may turn, with how many values they have. */
const FIELDS = new Map<number, readonly (readonly [number, number])[]>([
  [
    TP.kvm_pic_set_irq,
    [
      [1, 8],
      [2, 2],
      [3, 2],
      [4, 2],
    ],
  ],
  [
    TP.kvm_ioapic_set_irq,
    [
      [0, 24],
      [1, 256],
      [2, 256],
      [3, 8],
      [4, 2],
      [5, 2],
      [6, 2],
      [7, 2],
    ],
  ],
  [
    TP.kvm_apic_accept_irq,
    [
      [0, 0],
      [1, 256],
      [2, 8],
      [3, 2],
    ],
  ],
  [TP.kvm_inj_virq, [[1, 256]]],
  [TP.kvm_eoi, [[1, 256]]],
  [TP.kvm_pv_eoi, [[1, 256]]],
  [TP.kvm_ack_irq, [[1, 24]]],
]);

export interface Falsified {
  readonly what: string;
  readonly line: number;
  readonly records: TraceRecord[];
}

/** One judged line changed, left out, or told twice. */
export function falsify(trace: HeldTrace, rng: RngState): Falsified {
  const events = [...FIELDS.keys()].filter((event) => trace.survey.count(event) > 0);
  const event = events[nextBelow(rng, events.length)] as number;
  const places = trace.records.flatMap((r, i) =>
    // A soft interrupt is nothing KVM decides, and an injection may be made again any number of times.
    r.event === event && !(event === TP.kvm_inj_virq && (r.f[0] === 1 || r.f[2] === 1)) ? [i] : [],
  );
  // Not the very last lines: an end cannot tell what is missing from what is still to come.
  const at = places[nextBelow(rng, Math.max(1, places.length - 3))] as number;
  const r = trace.records[at] as TraceRecord;
  const records = [...trace.records];
  const how = nextBelow(rng, 4);
  if (how === 0) {
    records.splice(at, 1);
    return { what: `left out ${event}`, line: r.line, records };
  }
  if (how === 1) {
    records.splice(at, 0, r);
    return { what: `twice ${event}`, line: r.line, records };
  }
  const fields = FIELDS.get(event) as readonly (readonly [number, number])[];
  const [field, values] = fields[nextBelow(rng, fields.length)] as readonly [number, number];
  const turned: TraceRecord = { ...r, f: Float64Array.from(r.f) };
  const before = r.f[field] as number;
  let after = before;
  if (field === 0 && event === TP.kvm_apic_accept_irq) {
    if (trace.ids.length < 2) return falsify(trace, rng);
    while (after === before) after = trace.ids[nextBelow(rng, trace.ids.length)] as number;
  } else while (after === before) after = nextBelow(rng, values);
  turned.f[field] = after;
  records[at] = turned;
  return { what: `event ${event} field ${field}: ${before} -> ${after}`, line: r.line, records };
}
