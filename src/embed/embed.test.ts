import { describe, expect, test, vi } from 'vitest';
import { createHeadlessApp } from '../cli/headless-app.ts';
import { presetsOf, sceneOf } from '../cli/headless-scene.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { type App, createApp } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import type { EngineClient } from '../worker/client.ts';
import { createHostLink, type KeyPressed, type Wire } from './host-link.ts';
import { readMessage } from './messages.ts';

const HOST = 'https://slides.example';
const message = (over: object) => ({ ns: 'irqscope', v: 1, id: 5, ...over });

describe('what a parent may say', () => {
  test.each([
    ['slide:start', { kind: 'slide', shown: true }],
    ['slide:stop', { kind: 'slide', shown: false }],
    [message({ type: 'seek', step: 4 }), { kind: 'command', id: 5, command: { type: 'seek', step: 4 } }],
    [message({ type: 'step' }), { kind: 'command', id: 5, command: { type: 'step', by: 1 } }],
    [
      message({ type: 'load', preset: 'a&t=1' }),
      { kind: 'command', id: 5, command: { type: 'load', link: 'p=a%26t%3D1' } },
    ],
    [
      message({ type: 'load', preset: 'a\ud800' }),
      { kind: 'command', id: 5, command: { type: 'load', link: 'p=a%EF%BF%BD' } },
    ],
    [
      message({ type: 'subscribe', topics: ['step', 'x'] }),
      { kind: 'command', id: 5, command: { type: 'subscribe', topics: ['step'] } },
    ],
    [message({ type: 'seek', step: 'last' }), { kind: 'wrong', id: 5, code: 'command' }],
    [message({ type: 'format' }), { kind: 'wrong', id: 5, code: 'command' }],
    [message({ type: 'play', v: 2 }), { kind: 'wrong', id: 5, code: 'version' }],
    [message({ type: 'play', id: {} }), { kind: 'command', id: null, command: { type: 'play' } }],
    [{ ns: 'reveal', type: 'play' }, null],
    ['hello', null],
    [null, null],
    [[1], null],
  ])('%j', (data, expected) => expect(readMessage(data)).toEqual(expected));
});

const preset = presetsOf(process.cwd())[0] as Preset;
const SCENE = sceneOf(preset.ops, preset.start);
const LAST = SCENE.steps.length - 1;
const SECOND_ROUTE = [...SCENE.steps].filter(({ name }) => name === 'route')[1]?.index;
const pressed = (key: string): KeyPressed => ({ key, code: '', keyCode: 0, shift: false, alt: false });

const EMBED: EmbedOptions = {
  controls: 'full',
  play: 'visible',
  panels: [],
  keys: 'self',
  clickToLoad: false,
  poster: null,
};

/** An app whose engine does nothing. */
const still = (): App =>
  createApp({
    connect: () => ({ run: () => 1, extend: () => 1, fork: () => 1 }) as unknown as EngineClient,
    frames: { request: () => 0, cancel: () => {} },
  });

/** A frame with a parent that keeps what it is told. */
function frame(origin: string | null = HOST, there = true, app: App = still()) {
  const told: { message: Record<string, unknown>; to: string }[] = [];
  let listener: ((event: MessageEvent) => void) | null = null;
  const parent = {
    postMessage: (m: unknown, to: string) => void told.push({ message: m as Record<string, unknown>, to }),
  };
  const wire: Wire = {
    parent,
    addEventListener: (_type, l) => {
      listener = l;
    },
    removeEventListener: () => {
      listener = null;
    },
  };
  const { store } = app;
  const slides: boolean[] = [];
  let found: ((finding: Readonly<Record<string, unknown>>) => void) | null = null;
  const views: Readonly<Record<string, string>>[] = [];
  const link = createHostLink(app, wire, {
    origin,
    app: '1.2.3',
    onSlide: (shown) => slides.push(shown),
    onWanted: () => {},
    onView: (change) => views.push(change),
    onExport: async (order, { step, steps }, { onProgress, signal }) => {
      if (order.format !== 'mp4') return { mime: `image/${order.format}`, data: new ArrayBuffer(2), step, ...steps };
      onProgress(1, 9);
      // A film that nobody stops takes for ever here.
      await new Promise((done) => signal.addEventListener('abort', done));
      return 'cancelled';
    },
    title: () => 'A title',
    sentence: (step) => `Sentence ${step}.`,
    onFindings: (tell) => {
      found = tell;
    },
  });
  if (there) store.setState({ scene: SCENE });
  return {
    find: (finding: Readonly<Record<string, unknown>>) => found?.(finding),
    looks: () => found !== null,
    views,
    told,
    store,
    slides,
    link,
    async say(data: unknown, from: { origin?: string; source?: unknown } = {}) {
      told.length = 0;
      listener?.({ data, origin: from.origin ?? HOST, source: from.source ?? parent } as MessageEvent);
      await new Promise((done) => setTimeout(done, 0));
      return told.find(({ message: m }) => m.type !== 'step' && m.type !== 'state') ?? told[0];
    },
  };
}

describe('the wire to the parent', () => {
  test('says it is ready at the start and again on hello, so that either side may come first', async () => {
    const f = frame();
    expect(f.told[0]).toMatchObject({ message: { ns: 'irqscope', v: 1, type: 'ready', supports: [1], app: '1.2.3' } });
    expect(await f.say(message({ type: 'hello' }))).toMatchObject({ to: HOST, message: { type: 'ready', id: 5 } });
  });

  test('answers a command with its id', async () => {
    const f = frame();
    expect(await f.say(message({ type: 'play' }))).toMatchObject({
      to: HOST,
      message: { type: 'ok', id: 5, playing: true },
    });
    expect(f.store.getState().playhead.playing).toBe(true);
  });

  test('a command that comes before the scene waits for it', async () => {
    const f = frame(HOST, false);
    expect(await f.say(message({ type: 'seek', step: 'end' }))).toBeUndefined();
    f.store.setState({ scene: SCENE });
    await new Promise((done) => setTimeout(done, 0));
    expect(f.told.find((t) => t.message.type === 'ok')?.message).toMatchObject({ id: 5, step: LAST, count: LAST + 1 });
  });

  test.each([
    [2, { type: 'ok', step: 2 }],
    [-1, { type: 'ok', step: -1 }],
    [9_999, { type: 'ok', step: LAST }],
    ['end', { type: 'ok', step: LAST }],
    ['route#2', { type: 'ok', step: SECOND_ROUTE }],
    ['irr_set#1', { type: 'ok', step: SCENE.steps.findIndex((s) => s.name === 'irr_set') }],
    ['irr_set#9', { type: 'error', code: 'step' }],
    ['nothing', { type: 'error', code: 'command' }],
    [1.5, { type: 'error', code: 'command' }],
  ])('seek %j', async (step, answer) => {
    const f = frame();
    await f.say(message({ type: 'seek', step }));
    expect(f.told.map((t) => t.message)).toContainEqual(expect.objectContaining(answer));
  });

  test('a flood of seeks is few changes of the page; each is answered, and the last counts', async () => {
    const f = frame();
    let changes = 0;
    f.store.subscribe(() => changes++);
    const all = Array.from({ length: 2_000 }, (_, i) => f.say(message({ type: 'seek', step: i % (LAST + 1), id: i })));
    await Promise.all(all);
    await f.say(message({ type: 'pause', id: 'after' }));
    const last = 1_999 % (LAST + 1);
    expect(f.store.getState().playhead.step).toBe(last);
    expect(f.told.map((t) => t.message)).toContainEqual(expect.objectContaining({ id: 'after', step: last }));
    expect(changes).toBeLessThan(50);
  });

  test('a seek and what comes right after it are done in their order', async () => {
    const f = frame();
    const told: unknown[] = [];
    for (const [i, step] of [1, 4, 2].entries()) void f.say(message({ type: 'seek', step, id: i }));
    await f.say(message({ type: 'step', by: -1, id: 'step' }));
    told.push(...f.told.map((t) => t.message));
    expect(f.store.getState().playhead.step).toBe(1);
    expect(told).toContainEqual(expect.objectContaining({ id: 'step', step: 1 }));
  });

  test('an op that is nested deep, or has fields the op does not, is no command', async () => {
    const f = frame();
    const deep = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`);
    for (const op of [{ op: 'nmi', x: deep }, { op: 'nmi', vcpu: 0, x: 1 }, { op: deep }, [deep], 'nmi']) {
      const said = await f.say(message({ type: 'set', op }));
      expect(said?.message).toMatchObject({ type: 'error', id: 5 });
    }
  });

  test('of changes that wait for each other each is answered with what became of it', async () => {
    const app = createHeadlessApp();
    await app.actions.loadOps(preset.ops, {}, preset.start);
    const f = frame(HOST, false, app);
    const line = (level: number) => ({ op: 'irq_line', gsi: 1, level });
    for (const [id, op] of [line(1), line(7), line(0), { op: 'nmi', vcpu: 60 }].entries())
      void f.say(message({ type: 'set', op, id }));
    const answers = () => f.told.map((t) => t.message).filter(({ type }) => type === 'ok' || type === 'error');
    await vi.waitFor(() => expect(answers()).toHaveLength(4));
    const endOf = ({ id, type, code }: Record<string, unknown>) => [id, type, code];
    expect(answers().map(endOf).sort()).toEqual([
      [0, 'ok', undefined],
      [1, 'error', 'op.range'],
      [2, 'ok', undefined],
      [3, 'error', 'op.noVcpu'],
    ]);
  });

  test.each([
    ['no', false],
    ['visible', true],
  ] as const)('a change with play=%s: it stands at its effect, or plays there', async (play, plays) => {
    const app = createHeadlessApp();
    await app.actions.loadOps(preset.ops, { play: false }, preset.start);
    app.actions.setUi({ embed: { ...EMBED, play } });
    const f = frame(HOST, false, app);
    await f.say(message({ type: 'seek', step: 2 }));
    let moved = false;
    f.store.subscribe(({ playhead }, before) => {
      moved ||= playhead.playing && before.playhead.playing;
    });
    const answer = async (op: object): Promise<unknown> => {
      void f.say(message({ type: 'set', op, id: JSON.stringify(op) }));
      const of = () => f.told.map((t) => t.message).find(({ id }) => id === JSON.stringify(op));
      await vi.waitFor(() => expect(of()).toBeDefined());
      return of();
    };
    const raised = await answer({ op: 'irq_line', gsi: 1, level: 1 });
    const { scene, playhead } = f.store.getState();
    const count = scene?.steps.length ?? 0;
    expect(count).toBeGreaterThan(3);
    if (plays) {
      expect(raised).toMatchObject({ type: 'ok', playing: true, step: 2 });
      return;
    }
    expect(raised).toMatchObject({ type: 'ok', playing: false, step: count - 1, count });
    expect([playhead.playing, playhead.step, playhead.phase]).toEqual([false, count - 1, 1]);
    // A refused one leaves it where it stands, and the next comes after the first.
    expect(await answer({ op: 'nmi', vcpu: 60 })).toMatchObject({ type: 'error', code: 'op.noVcpu' });
    expect(f.store.getState().playhead).toMatchObject({ playing: false, step: count - 1 });
    expect(await answer({ op: 'irq_line', gsi: 1, level: 0 })).toMatchObject({ type: 'ok', playing: false });
    expect(f.store.getState().scene?.commands.map(({ op }) => op.op)).toEqual(
      expect.arrayContaining(['irq_line', 'settle', 'irq_line', 'settle']),
    );
    expect(f.store.getState().playhead.playing).toBe(false);
    expect(moved).toBe(false);
    // Somebody plays: then it plays on.
    await f.say(message({ type: 'seek', step: 0 }));
    await f.say(message({ type: 'play' }));
    expect(await answer({ op: 'irq_line', gsi: 1, level: 1 })).toMatchObject({ type: 'ok', playing: true, step: 0 });
  });

  test('says of a step its name that outlives a renumbering, and its sentence', async () => {
    const f = frame();
    await f.say(message({ type: 'subscribe', topics: ['step'] }));
    await f.say(message({ type: 'seek', step: 'route#2' }));
    const sentence = `Sentence ${SECOND_ROUTE}.`;
    expect(f.told[0]?.message).toMatchObject({ type: 'step', id: 'route#2', index: SECOND_ROUTE, sentence });
  });

  test('shows itself otherwise when the host asks, within what it knows', async () => {
    const f = frame();
    expect(await f.say(message({ type: 'view', theme: 'dark', more: 1 }))).toMatchObject({ message: { type: 'ok' } });
    expect(f.views).toEqual([{ theme: 'dark' }]);
    expect(await f.say(message({ type: 'view', theme: 7 }))).toMatchObject({ message: { code: 'command' } });
  });

  test.each([
    [{ format: 'svg' }, { type: 'ok', mime: 'image/svg', step: -1 }],
    [
      { format: 'png', step: 'end', scale: 4 },
      { type: 'ok', step: LAST },
    ],
    [
      { format: 'svg', step: 9_999 },
      { type: 'error', code: 'step' },
    ],
    [
      { format: 'svg', step: 'route#99' },
      { type: 'error', code: 'step' },
    ],
    [
      { format: 'gif', steps: ['route#1', 'end'] },
      { type: 'ok', mime: 'image/gif', from: expect.any(Number), to: SCENE.steps.length - 1 },
    ],
    [
      { format: 'gif', steps: ['route#99', 'end'] },
      { type: 'error', code: 'step' },
    ],
    [
      { format: 'gif', steps: [1] },
      { type: 'error', code: 'command' },
    ],
    [{ format: 'bmp' }, { type: 'error', code: 'command' }],
    [
      { format: 'png', scale: 99 },
      { type: 'error', code: 'command' },
    ],
    [
      { format: 'svg', width: 1e9 },
      { type: 'error', code: 'command' },
    ],
    [
      { format: 'svg', theme: 'pink' },
      { type: 'error', code: 'command' },
    ],
  ])('export %j', async (order, answer) => {
    const f = frame();
    await f.say(message({ type: 'export', ...order }));
    expect(f.told.map((t) => t.message)).toContainEqual(expect.objectContaining(answer));
  });

  test('a film says how far it is, and ends when it is called off', async () => {
    const f = frame();
    const begun = await f.say({ ...message({ type: 'export', format: 'mp4' }), id: 'film' });
    expect(begun?.message).toMatchObject({ type: 'progress', id: 'film', done: 1, of: 9 });
    await f.say({ ...message({ type: 'cancel', of: 'film' }), id: 'stop' });
    const said = f.told.map((t) => t.message);
    expect(said).toContainEqual(expect.objectContaining({ type: 'ok', id: 'stop', cancelled: true }));
    expect(said).toContainEqual(expect.objectContaining({ type: 'error', id: 'film', code: 'cancelled' }));
    await f.say({ ...message({ type: 'cancel', of: 'film' }), id: 'late' });
    expect(f.told.at(-1)?.message).toMatchObject({ type: 'ok', id: 'late', cancelled: false });
  });

  test('selects a component, and says when there is no such kind', async () => {
    const f = frame();
    await f.say(message({ type: 'focus', node: 'ioapic:0.redirLo' }));
    expect(f.store.getState().ui.selected).toEqual({ kind: 'ioapic', index: 0, register: 'redirLo' });
    expect(await f.say(message({ type: 'focus', node: '<b>' }))).toMatchObject({ message: { code: 'node' } });
  });

  test('findings are looked for once somebody wants them, and told like the rest', async () => {
    const f = frame();
    expect(f.told[0]?.message.caps).toContain('finding');
    await f.say(message({ type: 'subscribe', topics: ['step'] }));
    expect(f.looks()).toBe(false);
    await f.say(message({ type: 'subscribe' }));
    f.told.length = 0;
    f.find({ id: 'remote-irr-stuck', severity: 'wrong', at: 'ioapic:0', step: 3 });
    expect(f.told).toMatchObject([
      {
        to: HOST,
        message: { ns: 'irqscope', v: 1, type: 'finding', id: 'remote-irr-stuck', severity: 'wrong', step: 3 },
      },
    ]);
    await f.say(message({ type: 'subscribe', topics: ['step'] }));
    f.told.length = 0;
    f.find({ id: 'spurious' });
    expect(f.told).toEqual([]);
  });

  test('what the reader made by hand is given out only after the reader has said yes', async () => {
    const f = frame();
    const { commands } = SCENE;
    const last = commands.at(-1) as (typeof commands)[number];
    f.store.setState({ scene: { ...SCENE, commands: [...commands, { ...last, op: { op: 'nmi', vcpu: 0 } }] } });
    expect(await f.say(message({ type: 'getState', quiet: true }))).toMatchObject({ message: { code: 'refused' } });
    expect(f.link.consent.asks()).toBe(false);
    for (const type of ['getState', 'export']) {
      expect(await f.say(message({ type, format: 'svg' }))).toBeUndefined();
      expect(f.link.consent.asks()).toBe(true);
      // Nothing else waits for the answer.
      expect(await f.say(message({ type: 'seek', step: 1, id: 'seek' }))).toMatchObject({ message: { type: 'ok' } });
      f.told.length = 0;
      f.link.consent.answer('once');
      await new Promise((done) => setTimeout(done, 0));
      expect(f.told.map((t) => t.message)).toContainEqual(expect.objectContaining({ type: 'ok', id: 5 }));
    }
    void f.say(message({ type: 'getState' }));
    await new Promise((done) => setTimeout(done, 0));
    f.told.length = 0;
    f.link.consent.answer('no');
    await new Promise((done) => setTimeout(done, 0));
    expect(f.told.map((t) => t.message)).toContainEqual(expect.objectContaining({ type: 'error', code: 'refused' }));
  });

  test('does not hear anybody but the parent', async () => {
    const f = frame();
    expect(await f.say(message({ type: 'play' }), { source: {} })).toBeUndefined();
    expect(f.store.getState().playhead.playing).toBe(false);
  });

  test.each(['getState', 'load', 'set', 'export'])('%s needs the origin that the address names', async (type) => {
    const command = message({ type, format: 'svg', preset: 'msi', op: { op: 'run', vcpu: 0 } });
    const denied = { message: { type: 'error', id: 5, code: 'origin' } };
    expect(await frame().say(command, { origin: 'https://else.example' })).toMatchObject(denied);
    expect(await frame(null).say(command)).toMatchObject(denied);
    expect((await frame().say(command))?.message.code).not.toBe('origin');
  });

  test('says which versions it knows to a host of another', async () => {
    expect(await frame().say(message({ type: 'play', v: 9 }))).toMatchObject({
      message: { type: 'error', code: 'version', supports: [1] },
    });
  });

  test('tells only what was subscribed to', async () => {
    const f = frame();
    await f.say(message({ type: 'pause' }));
    f.told.length = 0;
    f.store.setState({ notice: { code: 'link-broken', place: 's', params: {} } });
    expect(f.told).toEqual([]);
    await f.say(message({ type: 'subscribe', topics: ['error'] }));
    f.told.length = 0;
    f.store.setState({ notice: { code: 'no-create', place: 's', params: {} } });
    expect(f.told).toMatchObject([{ to: HOST, message: { type: 'error', code: 'no-create' } }]);
  });

  test('tells its size once for each change that matters', async () => {
    const f = frame();
    await f.say(message({ type: 'subscribe' }));
    f.told.length = 0;
    for (const height of [360, 361, 362, 365]) f.link.resized(480, height);
    expect(f.told.map((t) => t.message.height)).toEqual([360, 365]);
  });

  test('passes on the keys a presentation wants, and keeps the rest', () => {
    const f = frame();
    const keys = ['ArrowRight', 'x', '?', 'b', 'F1'];
    expect(keys.map((key) => f.link.forwardKey(pressed(key)))).toEqual([true, false, true, true, true]);
    f.link.forwardKey({ key: '?', code: 'Slash', keyCode: 191, shift: true, alt: false });
    expect(f.told.at(-1)?.message).toMatchObject({ type: 'key', key: '?', code: 'Slash', keyCode: 191, shift: true });
  });

  test('takes the two plain strings of reveal.js from its parent', async () => {
    const f = frame();
    await f.say('slide:stop');
    await f.say('slide:start');
    expect(f.slides).toEqual([false, true]);
  });
});
