/** Moments at which nothing seems to happen: each has a step, or a finding, that says what it was. */
import { expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { allEvents } from '../i18n/en/events/all.ts';
import { lanes } from '../i18n/en/lanes.ts';
import { stage } from '../i18n/en/stage.ts';
import { where } from '../i18n/en/where.ts';
import { words } from '../i18n/en/words.ts';
import { addTexts, LANGS, loadLanguage, translate } from '../i18n/index.ts';
import { lanesOf } from '../log/lanes.ts';
import type { JsonOp } from '../log/log.ts';
import { readWays, wayLanes } from '../log/ways.ts';
import { rowsOf } from '../scene/lane-groups.ts';
import { viewAt } from '../store/view-at.ts';
import { sayStep } from '../views/shared/say.ts';
import { rowName } from '../views/timeline/span-texts.ts';
import { findingsIn } from '../worker/finding-run.ts';
import './describe/all.ts';
import { describeStep } from './describe/index.ts';

for (const area of [allEvents, words, where, lanes, stage]) addTexts('en', area);

const create = (more: JsonOp = {}): JsonOp => ({ op: 'create', vcpus: 1, irqchip: 'full', ...more });
const apic = (offset: number, value: number): JsonOp => ({
  op: 'mmio_write',
  vcpu: 0,
  addr: 0xfee00000 + offset,
  size: 4,
  value,
});
const deadline: JsonOp = { op: 'wrmsr', vcpu: 0, msr: 0x6e0, value: 5000 };
const run: JsonOp = { op: 'run', vcpu: 0 };
const inhibit: JsonOp = { op: 'apicv_inhibit', reason: 1, set: 1 };
const msi: JsonOp = { op: 'msi', addr: 0xfee00000, data: 0x41 };

test.each<[what: string, ops: readonly JsonOp[], says: RegExp]>([
  [
    'a deadline while LVTT is in one-shot mode',
    [create(), deadline],
    /^TSC deadline dropped: .*LVTT of LAPIC 0 is in one-shot mode/,
  ],
  [
    'a deadline while the APIC is off',
    [create(), apic(0x320, 0x400ec), { op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfee00000 }, deadline],
    /^TSC deadline dropped: .*APIC_BASE disables LAPIC 0/,
  ],
  [
    'a run with nothing to take',
    [create(), run],
    /^Nothing to inject: No NMI waits for vCPU 0, and no vector is in its IRR/,
  ],
  [
    'a run while PPR holds the vector',
    [create(), apic(0xf0, 0x1ff), apic(0x80, 0x80), msi, run],
    /^Interrupt held back: .*0x41/,
  ],
  [
    'a reason against AVIC',
    [create({ avic: true }), inhibit],
    /^AVIC inhibited|^APICv inhibited: KVM sets inhibit reason HYPERV/,
  ],
])('%s', async (_what, ops, says) => {
  await loadLanguage('zh-CN');
  const scene = sceneOf(ops);
  const told = [...scene.steps].map((step) => {
    const view = viewAt(scene, { step: step.index, phase: 0 });
    const [en, zh] = LANGS.map((lang) => sayStep(lang, describeStep(scene, step, view)));
    expect(`${zh?.title}${zh?.sentence}`).toMatch(/\p{Script=Han}/u);
    return `${en?.title}: ${en?.sentence}`;
  });
  expect(told.filter((text) => says.test(text))).toHaveLength(1);
});

test('a run that takes something says nothing of nothing', () => {
  const { steps } = sceneOf([create(), apic(0xf0, 0x1ff), msi, run]);
  expect([...steps].map(({ name }) => name)).not.toContain('run_nothing');
});

test('a vector without a handler: what Linux prints', () => {
  const handler = { vector: 0x61, name: 'another', ns: 1000 };
  const rte = [0x26, 0x41].map(
    (value, i): JsonOp => ({ op: 'mmio_write', vcpu: 0, addr: 0xfec00000 + 0x10 * i, size: 4, value }),
  );
  const ops: JsonOp[] = [
    create({ guest: { idle: 'run', handlers: [handler] } }),
    { op: 'pio_write', vcpu: 0, port: 0xa1, value: 0xff },
    apic(0xf0, 0x1ff),
    ...rte,
    { op: 'irq_line', gsi: 11, level: 1 },
    { op: 'advance', ns: 50_000 },
  ];
  const found = findingsIn(ops, true);
  expect(found.map(({ id }) => id)).toContain('no-handler');
  expect(translate('en', 'finding.no-handler')).toContain('No irq handler for vector');
});

test('an interrupt that never gets a vector says so on the timeline, and one that gets it has it', async () => {
  await loadLanguage('zh-CN');
  const names = (ops: readonly JsonOp[], lang: (typeof LANGS)[number]): string[] => {
    const scene = sceneOf(ops);
    readWays(scene, Number.POSITIVE_INFINITY);
    const t = (key: Parameters<typeof translate>[1], params?: Parameters<typeof translate>[2]): string =>
      translate(lang, key, params);
    return rowsOf(wayLanes(scene), lanesOf(scene), new Map())
      .filter(({ way }) => way !== null)
      .map((row) => rowName(t, row, scene));
  };
  const masked: readonly JsonOp[] = [create(), { op: 'irq_line', gsi: 20, level: 1 }];
  expect(names(masked, 'en')).toEqual([expect.stringMatching(/^no vector: /)]);
  expect(names(masked, 'zh-CN')).toEqual([expect.stringMatching(/^无向量：/)]);
  expect(names([create(), apic(0xf0, 0x1ff), msi], 'en')).toEqual([expect.stringMatching(/ 0x41$/)]);
});
