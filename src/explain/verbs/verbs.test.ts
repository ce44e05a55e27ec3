/** Verbs: on every thing of every scene, at its end, each is done by the engine without a refusal, and each has a name. */
import { expect, test } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { deeds } from '../../i18n/en/deeds.ts';
import { verbs as verbTexts } from '../../i18n/en/verbs.ts';
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { MAX_PCPUS } from '../../spec/limits.ts';
import { parseOp } from '../../spec/ops/index.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { historyFrom } from '../../worker/history.ts';
import { type Thing, type Verb, verbsOf } from './index.ts';

const TEXTS: Readonly<Record<string, string>> = { ...deeds, ...verbTexts };

function thingsOf({ config }: SceneLog): Thing[] {
  const each = Array.from({ length: config.vcpus }, (_, index) => index);
  return [
    ...Array.from({ length: 24 }, (_, sub) => ({ kind: 'ioapic', index: 0, register: 'redirLo', sub })),
    { kind: 'ioapic', index: 0 },
    { kind: 'pic', index: 0 },
    { kind: 'vm', index: 0, register: 'routes', sub: 0 },
    { kind: 'pit', index: 0 },
    ...(config.devices ?? []).map((_, index) => ({ kind: 'device', index })),
    ...each.slice(0, MAX_PCPUS).map((index) => ({ kind: 'pcpu', index })),
    ...each.slice(0, 4).flatMap((index) => [
      { kind: 'lapic', index },
      { kind: 'lapic', index, register: 'irr', sub: 2, vector: 0x51 },
      { kind: 'lapic', index, register: 'isr', sub: 2, vector: 0x51 },
      { kind: 'piDesc', index },
      { kind: 'vcpu', index },
    ]),
  ];
}

const opsOf = ({ ops, question }: Verb): readonly JsonOp[] => question?.ops(question.usual) ?? ops;

const SOME = presetIds.filter((_, i) => i % 4 === 0);

test.each(SOME)('%s: every verb has a name, and ops that are ops', async (id) => {
  const { store, actions } = createHeadlessApp();
  await actions.loadPreset(id, { step: 'end', play: false });
  const { scene, view } = store.getState();
  if (scene === null || view === null) throw new Error('no scene');
  for (const thing of thingsOf(scene)) {
    const verbs = verbsOf(view, thing);
    expect(verbs.length, JSON.stringify(thing)).toBeGreaterThan(0);
    for (const verb of verbs) {
      expect(TEXTS, JSON.stringify(thing)).toHaveProperty([verb.name.key]);
      if (verb.no !== null) {
        expect(TEXTS).toHaveProperty([verb.no.key]);
        continue;
      }
      const ops = opsOf(verb);
      expect(ops.length, verb.name.key).toBeGreaterThan(0);
      for (const op of ops) parseOp(op);
    }
  }
});

test.each(SOME)('%s: the engine refuses no verb that is offered', async (id) => {
  const { store, actions } = createHeadlessApp();
  await actions.loadPreset(id, { step: 'end', play: false });
  const { scene, view } = store.getState();
  if (scene === null || view === null) throw new Error('no scene');
  const offered = thingsOf(scene)
    .flatMap((thing) => verbsOf(view, thing))
    .filter((verb) => verb.no === null);
  const before = scene.commands.map(({ op }) => op);
  const kinds = new Map(offered.map((verb) => [verb.name.key, verb]));
  for (const verb of kinds.values()) {
    const end = await actions.loadOps([...before, ...opsOf(verb)], { step: null, play: false });
    expect(end, `${verb.name.key} ${JSON.stringify(opsOf(verb))}`).toBe('done');
  }
});

test('a verb of an APIC whose page the guest has moved writes where it is', () => {
  const view = historyFrom([
    { op: 'create', irqchip: 'full', vcpus: 2 },
    { op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfed0_0900 },
  ])?.now().view;
  if (view === undefined) throw new Error('no machine');
  const writes = (vcpu: number): Set<number> =>
    new Set(
      verbsOf(view, { kind: 'lapic', index: vcpu })
        .flatMap(opsOf)
        .filter(({ op, vcpu: by }) => op === 'mmio_write' && by === vcpu)
        .map(({ addr }) => Number(addr) & ~0xfff),
    );
  expect([writes(0), writes(1)]).toEqual([new Set([0xfed0_0000 | 0]), new Set([0xfee0_0000 | 0])]);
});
