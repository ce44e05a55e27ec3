import { expect, test } from 'vitest';
import { MAX_OPS } from '../spec/limits.ts';
import { checkNarration } from './check-narration.ts';
import { checkPreset } from './check-preset.ts';
import { BUG_IDS, PRESET_IDS, PRESET_TEXTS } from './files.ts';
import { FIRST_PRESET, loadPresetFile } from './index.ts';

const PRESET_FILES = [...PRESET_TEXTS.keys()];

const FILE = {
  id: 'a-b',
  version: 2,
  order: 1,
  ops: [{ op: 'create', vcpus: 1 }, { op: 'settle' }],
  start: 1,
  end: 'Ab_-09',
  look: [{ step: 'kvm_eoi#1', key: 'preset.a-b.look.eoi' }],
};

const TOLD = { en: 'Why?', 'zh-CN': '为什么？' };
const BEAT = { ...TOLD, from: 'kvm_eoi#1', hold: 'kvm_eoi#1' };

test('a file that is as it should be is taken, under its id or its id and version', () => {
  expect(checkPreset(FILE, 'a-b')).toEqual({ ok: true, preset: { narration: null, bug: null, ...FILE, focus: null } });
  expect(checkPreset(FILE, 'a-b@2').ok).toBe(true);
});

test.each([
  ['the whole file', [FILE]],
  ['note', { ...FILE, note: 'x' }],
  ['version', { ...FILE, version: 0 }],
  ['id', { ...FILE, id: 'A B' }],
  ['id', { ...FILE, id: 'other' }],
  ['order', { ...FILE, order: 'first' }],
  ['ops', { ...FILE, ops: [] }],
  ['ops', { ...FILE, ops: Array(MAX_OPS + 1).fill({ op: 'settle' }) }],
  ['ops[0]', { ...FILE, ops: [{ op: 'settle' }, { op: 'settle' }] }],
  ['ops[1]', { ...FILE, ops: [{ op: 'create' }, { op: 'create' }] }],
  ['ops[1]', { ...FILE, ops: [{ op: 'create' }, 'settle'] }],
  ['start', { ...FILE, start: 2 }],
  ['end', { ...FILE, end: 'soon' }],
  ['look[0]', { ...FILE, look: [{ step: 'kvm_eoi', key: 'x' }] }],
  ['focus', { ...FILE, focus: 7 }],
])('what is wrong is named by its place: %s', (place, file) => {
  const checked = checkPreset(file, 'a-b');
  expect(checked.ok ? null : checked.problem).toMatchObject({ code: 'preset-field', place: `a-b.json: ${place}` });
});

test.each([
  ['narration.question', { question: { en: 'Why?' }, beats: [] }],
  ['narration.beats', { question: TOLD, beats: [] }],
  ['narration.beats[1]', { question: TOLD, beats: [BEAT, { ...BEAT, hold: 'kvm_eoi' }] }],
  ['narration.beats[0]', { question: TOLD, beats: [{ ...BEAT, guess: 'Why?' }] }],
  ['narration.end', { question: TOLD, beats: [BEAT], end: 3 }],
  ['narration.after', { question: TOLD, beats: [BEAT], after: TOLD }],
])('a telling that is wrong is named by its place: %s', (place, telling) => {
  expect(checkNarration(telling)).toBe(place);
});

test.each([...PRESET_IDS, ...BUG_IDS])('%s is told in both languages', async (id) => {
  const answer = await loadPresetFile(id);
  expect(answer.ok && checkNarration(answer.preset.narration)).toBe(null);
});

test('every file of the folder is found, and the list has each id once', () => {
  expect(PRESET_IDS.length).toBeGreaterThanOrEqual(8);
  expect(new Set(PRESET_IDS).size).toBe(PRESET_IDS.length);
  expect(PRESET_FILES).toEqual(expect.arrayContaining([...PRESET_IDS]));
});

test.each(PRESET_FILES)('%s passes its own check', async (name) => {
  const [id = '', version] = name.split('@');
  expect(await loadPresetFile(id, version === undefined ? undefined : Number(version))).toMatchObject({ ok: true });
});

test('a name or a version that is not here says so', async () => {
  expect(await loadPresetFile('nowhere')).toMatchObject({ ok: false, problem: { code: 'preset-unknown' } });
  const [first = ''] = PRESET_IDS;
  expect(first).toBe(FIRST_PRESET);
  expect(await loadPresetFile(first, 999)).toMatchObject({ ok: false, problem: { code: 'preset-version' } });
});
