/** Whatever is opened while something else is being opened: address, title and scene are those of the last. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { createHeadlessApp } from '../cli/headless-app.ts';
import { DEEP } from '../cli/portion.ts';
import type { JsonOp } from '../log/log.ts';
import { decodeLink, encodeLink } from '../share/link.ts';
import { linkOf } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import { type AddressBar, createAddressBar } from './address.ts';
import { sceneTitle } from './scene-title.ts';
import '../store/scene-texts.ts';

const SEED = Number(process.env.SEED ?? 20_261_130 + Number(process.env.PORTION ?? 0));

/** How many turns the next file of a preset is on its way: what was asked for first may come last. */
const turnsOnTheWay = vi.hoisted(() => ({ next: (): number => 0 }));
vi.mock('../scenes/index.ts', async (original) => {
  const real = await original<typeof import('../scenes/index.ts')>();
  return {
    ...real,
    loadPresetFile: async (...asked: Parameters<typeof real.loadPresetFile>) => {
      const turns = turnsOnTheWay.next();
      const answer = await real.loadPresetFile(...asked);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      return answer;
    },
  };
});

/** As much of a window as an address bar needs. */
function fakeWindow(): {
  window: object;
  /** Puts an address there; its event comes by what this answers. */
  type: (hash: string) => () => void;
  go: (hash: string) => void;
  hash: () => string;
} {
  const listeners: (() => void)[] = [];
  const location = { hash: '', pathname: '/', search: '' };
  const put = (_state: unknown, _title: string, url: string): void => {
    location.hash = url.slice(url.indexOf('#'));
  };
  const type = (hash: string) => {
    location.hash = `#${hash}`;
    return () => {
      for (const listener of listeners) listener();
    };
  };
  return {
    window: {
      location,
      history: { pushState: put, replaceState: put },
      addEventListener: (type: string, listener: () => void) => {
        if (type === 'hashchange') listeners.push(listener);
      },
      removeEventListener: () => {},
    },
    type,
    go: (hash) => type(hash)(),
    hash: () => location.hash.slice(1),
  };
}

let bar: AddressBar | null = null;
let page = fakeWindow();
beforeEach(() => {
  page = fakeWindow();
  vi.stubGlobal('window', page.window);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  bar?.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Waits until it holds; each time it is asked again a second has passed in which the page may write its address. */
const until = (holds: () => void): Promise<void> =>
  vi.waitFor(
    () => {
      vi.advanceTimersByTime(1_000);
      holds();
    },
    { timeout: 20_000, interval: 10 },
  );

const PRESETS = ['serial-ioapic', 'intx-shared', 'msi-plain'];
/** A scene nobody else has: its lines are of this pin. */
const ownOps = (gsi: number, lines: number): JsonOp[] => [
  { op: 'create', vcpus: 1, irqchip: 'full' },
  ...Array.from({ length: lines }, (_, i) => ({ op: 'irq_line', gsi, level: (i + 1) % 2 })),
];
const linkTo = (log: readonly JsonOp[]): string =>
  encodeLink({
    ...{ kind: 'ops', base: null, keep: null, start: null, step: 'end', view: {}, hash: null },
    log,
  } as Parameters<typeof encodeLink>[0]) ?? '';

/** What was opened last: a preset, or ops of one's own. */
type Wanted = { readonly preset: string } | { readonly ops: readonly JsonOp[] };
const opsOf = ({ store }: App): readonly JsonOp[] => store.getState().scene?.commands.map(({ op }) => op) ?? [];

for (let round = 0; round < (DEEP ? 12 : 5); round++) {
  const seed = SEED + round;

  test(`links, presets, files and changes in each other's way (SEED=${seed})`, async () => {
    const rng = createRng(seed);
    const pick = <T>(of: readonly T[]): T => of[nextBelow(rng, of.length)] as T;
    const app = createHeadlessApp();
    turnsOnTheWay.next = () => nextBelow(rng, 60);
    const { actions, store } = app;
    bar = createAddressBar(app, true);
    await actions.loadPreset('serial-ioapic', { step: 'end', play: false });
    let wanted: Wanted = { preset: 'serial-ioapic' };
    let changes = 0;
    const trail: string[] = [];
    const deeds: Readonly<Record<string, () => void>> = {
      link() {
        const ops = ownOps(1 + nextBelow(rng, 15), 1 + nextBelow(rng, 300));
        wanted = { ops };
        page.go(linkTo(ops));
      },
      preset() {
        const preset = pick(PRESETS);
        const hash = `p=${preset}&t=end`;
        // What stands there already is no news to a browser.
        if (page.hash() === hash) return;
        wanted = { preset };
        page.go(hash);
      },
      gallery() {
        const preset = pick(PRESETS);
        wanted = { preset };
        void actions.loadPreset(preset, { step: 'end', play: false });
      },
      file() {
        const ops = ownOps(1 + nextBelow(rng, 15), 1 + nextBelow(rng, 300));
        wanted = { ops };
        void actions.openLink(linkTo(ops), { play: false });
      },
      change() {
        changes++;
        void actions.poke({ op: 'irq_line', gsi: 20, level: changes % 2 });
      },
    };
    const names = Object.keys(deeds);
    for (let n = 2 + nextBelow(rng, 6); n > 0; n--) {
      const name = n === 1 ? pick(names.filter((one) => one !== 'change')) : pick(names);
      if (name !== 'change') changes = 0;
      trail.push(name);
      (deeds[name] as () => void)();
      // Into any moment of what goes on: its chunks, its decoding, its run.
      const turns = nextBelow(rng, 40);
      for (let turn = 0; turn < turns; turn++) await (nextBelow(rng, 8) === 0 ? new Promise(setImmediate) : null);
    }
    const about = `SEED=${seed}: ${trail.join(', ')}`;
    const last = wanted as Wanted;
    await until(() => {
      const { scene, sceneId } = store.getState();
      expect(scene?.complete, about).toBe(true);
      // The same preset may stand there already, with a change in it, while what was asked for last is on its way.
      if ('preset' in last)
        expect([sceneId.preset, sceneId.kept, scene?.commands.length], about).toEqual([
          last.preset,
          sceneId.total,
          sceneId.total,
        ]);
      else expect([sceneId.preset, opsOf(app)], about).toEqual([null, last.ops]);
      expect(page.hash(), about).toBe(linkOf(store.getState()));
    });
    const { notice, fault } = store.getState();
    expect([notice, fault], about).toEqual([null, null]);
    if ('preset' in last) expect(page.hash(), about).toMatch(new RegExp(`^p=${last.preset}(&|$)`));
    else {
      const answer = decodeLink(page.hash());
      expect(answer?.ok && answer.link.kind === 'ops' ? answer.link.log : null, about).toEqual(last.ops);
    }
    expect(sceneTitle(store.getState()) !== '', about).toBe('preset' in last);
    app.close();
  });
}

test('an address typed in the moment in which the page is to write its own is opened, and what follows is written again', async () => {
  turnsOnTheWay.next = () => 0;
  const app = createHeadlessApp();
  const { actions, store } = app;
  bar = createAddressBar(app, true);
  await actions.loadPreset('serial-ioapic', { step: 'end', play: false });
  const names = (preset: string) => () => {
    expect([store.getState().sceneId.preset, store.getState().scene?.complete]).toEqual([preset, true]);
    expect(page.hash()).toBe(linkOf(store.getState()));
  };
  await until(names('serial-ioapic'));
  actions.seekStep(1);
  expect(vi.getTimerCount()).toBe(1);
  const told = page.type('p=intx-shared&t=3');
  vi.runAllTimers();
  expect(page.hash()).toBe('p=intx-shared&t=3');
  told();
  await until(names('intx-shared'));
  actions.seekStep(5);
  await until(() => expect(page.hash()).toMatch(/&t=5(&|$)/));
  names('intx-shared')();
  app.close();
});
