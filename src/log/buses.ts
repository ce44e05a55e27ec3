/** KVM's buses at any row: the chips a ready-made machine comes with, and who registered or went since. */
import { insertRange } from '../engine/view/io-ranges.ts';
import { COL } from '../engine/view/tables.ts';
import { BUS_EVENTS } from '../spec/events/bus.ts';
import { chipRange, IODEV_KINDS, type IoRange, IRQCHIP_IODEVS, KVM_BUSES } from '../spec/iodevs.ts';
import type { SceneLog } from './log.ts';
import { type LogReader, read } from './reader.ts';
import { argsIn, cellOf } from './rows.ts';
import { commandAt } from './steps.ts';

/** A range with where it came from: the row that registered it, -1 with the machine. */
export interface Registered extends IoRange {
  readonly seq: number;
}
/** The four buses, each in the order KVM keeps. */
export type Buses = readonly (readonly Registered[])[];

interface Change {
  readonly seq: number;
  readonly buses: Buses;
}

const COMES = BUS_EVENTS.iodev_register.code;
const GOES = BUS_EVENTS.iodev_unregister.code;

function first({ config }: SceneLog): Buses {
  // A ready-made PIT is KVM_CREATE_PIT2's with flags 0: no speaker.
  const pit = config.pit === true ? (['pit'] as const) : [];
  const kinds = config.irqchip === 'full' ? [...IRQCHIP_IODEVS, ...pit] : [];
  const buses: (readonly Registered[])[] = KVM_BUSES.map(() => []);
  for (const [bus, range] of kinds.map(chipRange)) buses[bus] = insertRange(buses[bus] ?? [], { ...range, seq: -1 });
  return buses;
}

/** The whole address: a row has room for 32 bits of it, the op that asked for it has them all. */
function wholeAddress({ commands }: SceneLog, seq: number, low: number): bigint {
  const asked = commands[commandAt(commands, seq)]?.op.addr;
  const whole = typeof asked === 'string' || typeof asked === 'number' ? BigInt(asked) : null;
  return whole !== null && BigInt.asUintN(32, whole) === BigInt(low >>> 0) ? whole : BigInt(low >>> 0);
}

function changed(log: SceneLog, seq: number, before: Buses): Buses {
  const comes = cellOf(log, seq, COL.code) === COMES;
  const { bus, addr, len, device } = argsIn(log, seq, comes ? 'iodev_register' : 'iodev_unregister');
  const kind = IODEV_KINDS[device] ?? 'ioeventfd';
  const range = { addr: wholeAddress(log, seq, addr), len, kind, id: 0, seq };
  const ranges = before[bus] ?? [];
  if (comes) return before.with(bus, insertRange(ranges, range));
  const gone = ranges.findIndex((r) => r.kind === kind && r.addr === range.addr && r.len === len);
  return gone === -1 ? before : before.with(bus, ranges.toSpliced(gone, 1));
}

const CHANGES: LogReader<Change[]> = {
  begin: (log) => [{ seq: -1, buses: first(log) }],
  take(changes, log, from, to) {
    for (let seq = from; seq < to; seq++) {
      const code = cellOf(log, seq, COL.code);
      if (code !== COMES && code !== GOES) continue;
      changes.push({ seq, buses: changed(log, seq, (changes.at(-1) as Change).buses) });
    }
  },
  rewind(changes, _log, kept) {
    while ((changes.at(-1) as Change).seq >= kept) changes.pop();
  },
};

/** The buses as they stand before a row. */
export function busesAt(log: SceneLog, seq: number): Buses {
  const changes = read(CHANGES, log);
  let at = changes.length - 1;
  while (at > 0 && (changes[at] as Change).seq >= seq) at--;
  return (changes[at] as Change).buses;
}
