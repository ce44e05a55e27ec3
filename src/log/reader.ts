/**
 * Readers of a log, and the one rule by which they follow it.
 *
 * A log grows at its end, and what a refused request had added is taken back: then it may grow another way and be longer than before.
 * Each taking back is a cut, the number of rows that stayed; a reading remembers how many cuts it has seen. Whoever asks for a
 * reading gets it caught up: first it forgets what was cut, then it takes in what is new.
 */
import type { SceneLog } from './log.ts';

export interface LogReader<State> {
  /** A reading of nothing. */
  begin(log: SceneLog): State;
  /** Takes in rows from..to-1; the rows before are in already. */
  take(state: State, log: SceneLog, from: number, to: number): void;
  /** Forgets the rows from `kept` on. Absent: begins again. */
  rewind?(state: State, log: SceneLog, kept: number): void;
}

interface Reading {
  state: unknown;
  /** Rows taken in. */
  seq: number;
  /** Cuts seen. */
  cuts: number;
}

/** What has been read from one log. */
export interface Readings {
  /** How many rows stayed at each taking back, in order. */
  readonly cuts: number[];
  readonly known: Map<LogReader<never>, Reading>;
}

export const createReadings = (): Readings => ({ cuts: [], known: new Map() });

/** Tells every reading of a log that only its first `kept` rows are left. */
export function cut(readings: Readings, kept: number): void {
  readings.cuts.push(kept);
}

function current<State>(reader: LogReader<State>, log: SceneLog): Reading {
  const { cuts, known } = log.readings;
  let reading = known.get(reader as LogReader<never>);
  if (reading === undefined) {
    reading = { state: reader.begin(log), seq: 0, cuts: cuts.length };
    known.set(reader as LogReader<never>, reading);
  }
  if (reading.cuts < cuts.length) {
    const kept = Math.min(...cuts.slice(reading.cuts));
    reading.cuts = cuts.length;
    if (kept < reading.seq && reader.rewind !== undefined) {
      reader.rewind(reading.state as State, log, kept);
      reading.seq = kept;
    } else if (kept < reading.seq) {
      reading.state = reader.begin(log);
      reading.seq = 0;
    }
  }
  return reading;
}

/** The reading of all rows of a log. */
export function read<State>(reader: LogReader<State>, log: SceneLog): State {
  readSome(reader, log, Number.POSITIVE_INFINITY);
  return current(reader, log).state as State;
}

/** What has been read so far, without reading on. */
export const soFar = <State>(reader: LogReader<State>, log: SceneLog): State => current(reader, log).state as State;

/** Rows of a slice: what a page takes in at once, so that no reader of a log holds up a frame, however long the log. */
export const SLICE_ROWS = 32_768;

/**
 * Takes in at most `most` further rows, for whoever must not work long at a time.
 * @returns whether that was all there is
 */
export function readSome<State>(reader: LogReader<State>, log: SceneLog, most: number): boolean {
  const reading = current(reader, log);
  const to = Math.min(log.used, reading.seq + most);
  if (reading.seq < to) {
    reader.take(reading.state as State, log, reading.seq, to);
    reading.seq = to;
  }
  return to >= log.used;
}

/** Readers that a stage asks at each frame. */
const standing = new Set<LogReader<never>>();

/** A reader that shall never find a long log unread: whoever lets a log grow lets it keep up (`keepUp`). */
export function standingReader<State>(reader: LogReader<State>): LogReader<State> {
  standing.add(reader as LogReader<never>);
  return reader;
}

/** Rows that all standing readers take in at once: what the engine sends in one message, and a little over. */
export const KEEP_UP_ROWS = 24_576;

/** Rows that one standing reader takes in before the next has them: their steps, made for the first, are still there for all. */
const TOGETHER = 1024;

/**
 * Lets every standing reader take in at most `most` further rows.
 * @returns whether that was all there is
 */
export function keepUp(log: SceneLog, most: number): boolean {
  let all: boolean;
  let left = most;
  do {
    all = true;
    for (const reader of standing) all = readSome(reader, log, Math.min(left, TOGETHER)) && all;
    left -= TOGETHER;
  } while (!all && left > 0);
  return all;
}
