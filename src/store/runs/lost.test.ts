/** What a person did is not lost when the engine or the page goes in the middle of a change. */
import { expect, test, vi } from 'vitest';
import { createRng, nextBelow } from '../../base/rng.ts';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import type { JsonOp } from '../../log/log.ts';
import { aheadOf, opsOf, type Runs } from '../../share/runs.ts';
import type { FromEngine } from '../../worker/client.ts';
import { change, redo, undo } from '../actions/edits.ts';
import type { App } from '../create-app.ts';
import { treeJson, treeOf } from './keep.ts';
import { addNote } from './notes.ts';
import { adopt, track, withAsked } from './track.ts';

const SEED = Number(process.env.SEED ?? Date.now() & 0x7fffffff);

/** What was asked for is done, going to another run as well. */
const settled = (app: App): Promise<void> =>
  vi.waitFor(
    () => {
      expect(app.store.getState().scene?.complete).toBe(true);
      expect(track(app).heading()).toBeNull();
    },
    { timeout: 30_000 },
  );
const shown = ({ store }: App): readonly JsonOp[] => store.getState().scene?.commands.map(({ op }) => op) ?? [];
const runsOf = ({ store }: App): Runs => store.getState().runs as Runs;

async function opened(onConnect?: (hear: (message: FromEngine) => void) => void): Promise<App> {
  const app = createHeadlessApp(onConnect);
  await app.actions.loadPreset('serial-ioapic', { step: null, play: false });
  track(app);
  return app;
}

const EDITS: readonly JsonOp[] = [
  { op: 'nmi', vcpu: 0 },
  { op: 'irq_line', gsi: 5, level: 1 },
  { op: 'irq_line', gsi: 5, level: 0 },
  { op: 'msi', addr: '0xfee00000', data: '0x55' },
];

/** Changes, some of them undone, and a note; the same for the same numbers. */
async function walk(app: App, rng: ReturnType<typeof createRng>): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    app.actions.seekStep(nextBelow(rng, shown(app).length === 0 ? 1 : (app.store.getState().scene?.steps.length ?? 1)));
    if (turn > 1 && nextBelow(rng, 3) === 0) undo(app);
    else change(app, EDITS[nextBelow(rng, EDITS.length)] as JsonOp);
    await settled(app);
  }
  addNote(app, `turn ${nextBelow(rng, 100)}`);
  app.actions.seekStep(nextBelow(rng, app.store.getState().scene?.steps.length ?? 1));
}

/** The engine hears nothing of what is asked from now on. */
function deafen({ feed }: App): void {
  for (const name of ['run', 'extend', 'fork'] as const) vi.spyOn(feed.engine, name).mockImplementation(() => 0);
}

for (let round = 0; round < 4; round++) {
  const seed = SEED + round;

  test(`a page that ends in the middle of a change: all of its runs, notes and undone changes, and that change (SEED=${seed})`, async () => {
    const last = { op: 'nmi', vcpu: 0 };
    const app = await opened();
    await walk(app, createRng(seed));
    const before = shown(app);
    const { list, notes, now } = runsOf(app);
    const { playhead } = app.store.getState();
    deafen(app);
    change(app, last);
    const { asked } = app.store.getState();
    expect(asked, 'known before the engine has done it').not.toBeNull();
    // What the browser's storage has got when the page ends here.
    const kept = treeJson(asked === null ? runsOf(app) : withAsked(runsOf(app), asked));

    const twin = await opened();
    await walk(twin, createRng(seed));
    expect(shown(twin)).toEqual(before);
    twin.actions.seekStep(playhead.step);
    change(twin, last);
    await settled(twin);

    const found = await treeOf(JSON.parse(JSON.stringify(kept)));
    if (found === null) throw new Error('no tree');
    expect(found.runs.notes).toEqual(notes);
    expect(found.runs.now).toBe(now);
    for (const { id } of list) expect(opsOf(found.runs, id), `run ${id}`).toEqual(opsOf(runsOf(app), id));
    const again = await opened();
    adopt(again, found.runs, found.id);
    expect(redo(again)).toBe(true);
    await settled(again);
    await vi.waitFor(() => expect(shown(again)).toEqual(shown(twin)));
  });
}

test('an engine that dies in the middle of a change: the scene stays, and the change is there to be done again', async () => {
  let hear: (message: FromEngine) => void = () => {};
  const app = await opened((tell) => {
    hear = tell;
  });
  app.actions.seekStep(5);
  const before = shown(app);
  const fork = vi.spyOn(app.feed.engine, 'fork').mockImplementation(() => 0);
  change(app, { op: 'nmi', vcpu: 0 });
  expect(fork).toHaveBeenCalledOnce();
  hear({ v: 1, type: 'fault', runId: 0, seq: -1, stack: 'gone' });
  await settled(app);
  expect(app.store.getState().fault).not.toBeNull();
  expect(shown(app)).toEqual(before);
  expect(app.store.getState().asked).toBeNull();
  expect(aheadOf(runsOf(app))[0]?.deed?.key).toBe('deed.nmi');
  fork.mockRestore();
  expect(redo(app)).toBe(true);
  await settled(app);
  await vi.waitFor(() => expect(shown(app)).toContainEqual({ op: 'nmi', vcpu: 0 }));
});

test.each(['dies', 'lives'])(
  'a change is taken back while it is under way, and the one before it stays: its engine %s',
  async (end) => {
    let hear: (message: FromEngine) => void = () => {};
    const app = await opened((tell) => {
      hear = tell;
    });
    change(app, { op: 'irq_line', gsi: 5, level: 1 });
    await settled(app);
    await vi.waitFor(() => expect(app.store.getState().asked).toBeNull());
    const before = shown(app);
    const { now } = runsOf(app);
    const fork = vi.spyOn(app.feed.engine, 'fork');
    if (end === 'dies') fork.mockImplementation(() => 0);
    change(app, { op: 'nmi', vcpu: 0 });
    expect(fork).toHaveBeenCalledOnce();
    expect(app.store.getState().asked).not.toBeNull();
    expect(undo(app)).toBe(true);
    if (end === 'dies') hear({ v: 1, type: 'fault', runId: 0, seq: -1, stack: 'gone' });
    await settled(app);
    await vi.waitFor(() => {
      expect(app.store.getState().asked).toBeNull();
      expect(runsOf(app).now).toBe(now);
      expect(shown(app)).toEqual(before);
    });
    expect(aheadOf(runsOf(app))[0]?.deed?.key).toBe('deed.nmi');
  },
);

test('two changes at one step, the second while the first is under way: each is done once, and what comes after them too', async () => {
  const app = await opened();
  app.actions.seekStep(5);
  const before = shown(app).map((op) => JSON.stringify(op));
  change(app, { op: 'nmi', vcpu: 0 });
  change(app, { op: 'nmi', vcpu: 1 });
  await settled(app);
  await vi.waitFor(() => expect(shown(app)).toHaveLength(before.length + 2));
  const nmis = shown(app).filter(({ op }) => op === 'nmi');
  expect(nmis.map(({ vcpu }) => vcpu).sort()).toEqual([0, 1]);
  expect(
    shown(app)
      .filter(({ op }) => op !== 'nmi')
      .map((op) => JSON.stringify(op)),
  ).toEqual(before);
});

test('a change that the machine refuses leaves nothing to be done again', async () => {
  const app = await opened();
  change(app, { op: 'device', id: 'nobody', event: 'work' });
  await settled(app);
  expect(app.store.getState().notice).not.toBeNull();
  expect(app.store.getState().asked).toBeNull();
  expect(aheadOf(runsOf(app))).toEqual([]);
  // Nor does the next one get its name.
  change(app, { op: 'nmi', vcpu: 0 });
  await settled(app);
  await vi.waitFor(() => expect(runsOf(app).list.at(-1)?.deed?.key).toBe('deed.nmi'));
});
