import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { COL, dropRows, ROW } from '../engine/core/log.ts';
import { COMPONENTS } from '../engine/core/words.ts';
import { createSession } from '../engine/machine/session.ts';
import { presetNotes } from '../i18n/en/preset-notes.ts';
import { presets } from '../i18n/en/presets.ts';
import * as codec from '../share/link.ts';
import { EVENT_NAMES, eventRow } from '../spec/events/index.ts';
import { argsText } from '../spec/events/text.ts';
import { finalHash } from '../store/actions/links.ts';
import { checkPreset, type Preset } from './check-preset.ts';

const TEXTS = Object.keys({ ...presets, ...presetNotes });

const FOLDER = new URL('.', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function readPreset(name: string): Preset {
  const checked = checkPreset(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')), name.replace('.json', ''));
  if (!checked.ok) throw new Error(checked.problem.place);
  return checked.preset;
}

/** Runs a preset. @returns one line for each shown event, set-up left out, and what each op that was refused said */
function play(preset: Preset): { events: string[]; refused: string[] } {
  const session = createSession();
  const events: string[] = [];
  const refused: string[] = [];
  preset.ops.forEach((op, i) => {
    const result = session.answer(op);
    if (result.error !== undefined) refused.push(`ops[${i}]: ${String(result.error)}`);
    const log = session.machine?.log;
    if (log === undefined) return;
    if (i >= preset.start) events.push(`# ${JSON.stringify(op)}`, ...eventLines(log.rows, log.used));
    dropRows(log);
  });
  return { events, refused };
}

function eventLines(rows: Int32Array, used: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < used; at += ROW) {
    const name = EVENT_NAMES[rows[at] as number];
    if (name === undefined || eventRow(name).minor === true) continue;
    const where = rows[at + COL.where] as number;
    lines.push(`${name} ${COMPONENTS[where >> 16]}:${where & 0xffff} ${argsText(name, rows, at + COL.a)}`.trimEnd());
  }
  return lines;
}

const count = (events: readonly string[], name: string): number =>
  events.filter((line) => line.startsWith(`${name} `)).length;

describe.each(FILES)('preset %s', (file) => {
  const preset = readPreset(file);
  const { events, refused } = play(preset);

  test('no op of it is refused', () => expect(refused).toEqual([]));

  test('what it says to look at happens, and has its text', () => {
    for (const { step, key } of preset.look) {
      const [name, nth] = step.split('#') as [string, string];
      expect(count(events, name), step).toBeGreaterThanOrEqual(Number(nth));
      expect(TEXTS, key).toContain(key);
    }
    expect(preset.look.length).toBeGreaterThan(0);
    expect(TEXTS).toContain(`preset.${preset.id}.title`);
    expect(TEXTS).toContain(`preset.${preset.id}.about`);
  });

  test('ends as it did when this version was made: other rules want another version, and the old file beside it', () => {
    if (!file.includes('@')) expect(finalHash(sceneOf(preset.ops, preset.start), codec)).toBe(preset.end);
  });

  test('happens as written down', async () => {
    await expect(`${events.join('\n')}\n`).toMatchFileSnapshot(`./golden/${preset.id}.txt`);
  });
});

test('at least eight scenes, each in an order of its own', () => {
  const orders = FILES.filter((file) => !file.includes('@')).map((file) => readPreset(file).order);
  expect(orders.length).toBeGreaterThanOrEqual(8);
  expect(new Set(orders).size).toBe(orders.length);
});
