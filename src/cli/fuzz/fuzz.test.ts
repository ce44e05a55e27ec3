/**
 * Everything that takes input of strangers, through what really happens next: a link is decoded, carried to the engine, run,
 * drawn from and written again. A fixed seed's share runs with every `npm test`; `npm run fuzz` runs a million.
 *
 *     SEED=7 FUZZ=100000 npm run fuzz      the same inputs again; a failure names the input's own seed, ONLY=seed runs it alone
 */
import { describe, expect, test } from 'vitest';
import { createHostLink, type Wire } from '../../embed/host-link.ts';
import { createSession } from '../../engine/machine/session.ts';
import { errors } from '../../i18n/en/errors.ts';
import { notices } from '../../i18n/en/notices.ts';
import { traces } from '../../i18n/en/traces.ts';
import { addTexts, hasText } from '../../i18n/index.ts';
import { readStateFile } from '../../share/state-file.ts';
import { linkOf, loadLinkCodec } from '../../store/actions/links.ts';
import { chapterAddress, readChapterAddress } from '../../store/chapter-address.ts';
import { readComparison } from '../../store/compare/compare-text.ts';
import { type App, createApp } from '../../store/create-app.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { analyse } from '../../trace/analyse.ts';
import { readPaste } from '../../trace/pastes/index.ts';
import { pasteRows, reportRows } from '../../trace/report.ts';
import { bytesSource, TraceError } from '../../trace/source.ts';
import { createEngineClient, type EngineClient, type FromEngine } from '../../worker/client.ts';
import { CAPS } from '../../worker/protocol.ts';
import { createRunner } from '../../worker/runner.ts';
import { createReasoner } from '../reason.ts';
import { COUNT, each, SEED, SLOWEST_MS } from './each.ts';
import { anyFile, anyLink, anyMessage, anyOp, anyPasted, type Chance } from './inputs.ts';
import { SAMPLES } from './samples.ts';
import { validCreate } from './valid-ops.ts';

/** Events that a scene over its caps may have: the last op is finished. */
const MOST_ROWS = CAPS.rows + CAPS.opRows + 1_000_000;

addTexts('en', { ...errors, ...notices });
addTexts('en', traces);

/** An app whose engine runs in this thread, when it is told to. */
function page(): { app: App; settle: (until: () => boolean) => Promise<void> } {
  const due: (() => void)[] = [];
  const connect = (onMessage: (message: FromEngine) => void): EngineClient =>
    createEngineClient(
      onMessage,
      [
        [
          'page',
          (hear) => {
            const runner = createRunner({
              createSession,
              now: () => performance.now(),
              send: (message) => due.push(() => hear(structuredClone(message))),
              later: (work) => due.push(work),
            });
            due.push(() => hear({ v: 1, type: 'ready' }));
            return { post: (message) => due.push(() => runner.receive(structuredClone(message))), close: () => {} };
          },
        ],
      ],
      { now: () => 0, after: () => () => {} },
    );
  const app = createApp({ connect, frames: { request: () => 0, cancel: () => {} } });
  return {
    app,
    async settle(until) {
      // Presets and the codec come by promises between what the engine does.
      const from = performance.now();
      for (let quiet = 0; quiet < 3 || (!until() && performance.now() - from < 10_000); quiet++) {
        await new Promise((done) => (quiet < 50 ? setImmediate(done) : setTimeout(done, 5)));
        while (due.length > 0) {
          due.shift()?.();
          quiet = 0;
        }
      }
    },
  };
}

const presets = presetIds;

/** Something asked of a run: where an interrupt is, what is odd. */
const question = (c: Chance): unknown =>
  c.pick<() => unknown>([
    () => ({ op: 'findings' }),
    () => ({ op: 'where', gsi: c.below(50) }),
    () => ({ op: 'where', vcpu: c.below(4), vector: c.below(300) }),
    () => ({ op: 'where' }),
  ])();
const isQuestion = (op: unknown): boolean =>
  typeof op === 'object' && op !== null && 'op' in op && (op.op === 'where' || op.op === 'findings');

describe(`fuzz (SEED=${SEED}, FUZZ=${COUNT})`, { timeout: 0 }, () => {
  test('reading a link never throws, and what is read is written and read again as the same', async () => {
    const { decodeLink, encodeLink } = await loadLinkCodec();
    let opened = 0;
    const slowest = await each(COUNT, 1, (c) => {
      const text = anyLink(c, presets);
      readComparison(text);
      const answer = decodeLink(text);
      if (answer?.ok !== true) {
        if (answer !== null) expect(hasText(`error.${answer.problem.code}`), answer.problem.code).toBe(true);
        return;
      }
      opened++;
      expect(answer.dropped.length).toBeLessThanOrEqual(50);
      const again = encodeLink(answer.link);
      if (again !== null) expect(decodeLink(again)).toMatchObject({ ok: true, link: answer.link });
    });
    expect(opened).toBeGreaterThan(COUNT / 2);
    expect(slowest).toBeLessThan(SLOWEST_MS);
  });

  test('opening a link ends once: in its scene, or in one known sentence with the scene before it untouched', async () => {
    const { decodeLink } = await loadLinkCodec();
    let p = page();
    let runs = 0;
    let opened = 0;
    const slowest = await each(Math.ceil(COUNT / 20), 2, async (c) => {
      if (runs++ % 100 === 0) p = page();
      const { app, settle } = p;
      const { store } = app;
      const before = store.getState().scene;
      const ends: unknown[] = [];
      void app.actions.openLink(anyLink(c, presets, true), { play: false }).then((end) => ends.push(end));
      await settle(() => ends.length > 0);
      expect(ends).toHaveLength(1);
      const { scene, notice, fault } = store.getState();
      expect(fault).toBeNull();
      if (notice !== null) expect(hasText(`error.${notice.code}`), notice.code).toBe(true);
      if (ends[0] === 'opened') {
        opened++;
        expect(scene?.complete).toBe(true);
        expect(scene?.used).toBeLessThan(MOST_ROWS);
        const link = linkOf(store.getState());
        if (link !== null) expect(decodeLink(link)).toMatchObject({ ok: true, dropped: [] });
      } else {
        expect(scene).toBe(before);
        if (ends[0] !== 'nothing') expect(notice).not.toBeNull();
      }
    });
    // More than half run to their end; the others end where a text is no link or the machine refuses an op.
    expect(opened).toBeGreaterThan(runs / 2);
    expect(slowest).toBeLessThan(2 * SLOWEST_MS);
  });

  test('a file is one of ours or has one known sentence; an address of the chapters names a stop', async () => {
    const { decodeLink } = await loadLinkCodec();
    let ours = 0;
    const slowest = await each(Math.ceil(COUNT / 10), 4, (c) => {
      const text = anyFile(c, presets);
      const answer = readStateFile(text);
      if (answer.ok) {
        ours++;
        decodeLink(answer.link);
      } else expect(hasText(`error.${answer.code}`), answer.code).toBe(true);
      const place = readChapterAddress(anyLink(c, presets));
      expect(Number.isInteger(place.stop)).toBe(true);
      expect(readChapterAddress(chapterAddress(place.id, place.stop))).toMatchObject({ id: place.id });
    });
    expect(ours).toBeGreaterThan(COUNT / 30);
    expect(slowest).toBeLessThan(SLOWEST_MS);
  });

  test('a pasted text and a piece of a recording are read, or refused in one known sentence', async () => {
    let read = 0;
    const tries = Math.ceil(COUNT / 50);
    const slowest = await each(tries, 5, async (c) => {
      const text = anyPasted(c, SAMPLES);
      const say = (key: string): string => key;
      const paste = readPaste(text);
      if (paste !== null) {
        read++;
        expect([...pasteRows(paste, say)].length).toBeGreaterThan(0);
      }
      try {
        const analysis = await analyse(bytesSource(new TextEncoder().encode(text)));
        read++;
        expect([...reportRows(analysis, {}, say)].length).toBeGreaterThan(0);
      } catch (e) {
        if (!(e instanceof TraceError)) throw e;
        expect(hasText(`trace.error.${e.code}`), e.code).toBe(true);
      }
    });
    expect(read).toBeGreaterThan(tries / 3);
    expect(slowest).toBeLessThan(SLOWEST_MS);
  });

  test('ops, questions among them: each has one answer, and a refused one leaves the machine as it was', async () => {
    const slowest = await each(Math.ceil(COUNT / 100), 6, (c) => {
      const reasoner = createReasoner();
      const session = createSession();
      for (let n = 0; n < 40; n++) {
        const op = n === 0 ? validCreate(c.below) : c.once(20) ? question(c) : anyOp(c);
        const before = session.machine?.w.slice();
        const answer = reasoner.answer(structuredClone(op));
        expect(typeof answer).toBe('object');
        JSON.stringify(answer);
        if (isQuestion(op)) continue;
        const same = session.answer(op);
        expect(answer.error).toEqual(same.error);
        if (same.error !== undefined && before !== undefined && same.errno === undefined) {
          expect(session.machine?.w).toEqual(before);
        }
        if (session.machine !== null) session.machine.log.used = 0;
      }
    });
    expect(slowest).toBeLessThan(5 * SLOWEST_MS);
  });

  test('a page around us may say anything, in any order: each command is answered once', async () => {
    const slowest = await each(Math.ceil(COUNT / 100), 3, async (c) => {
      const { app, settle } = page();
      const said: { type?: string; id?: unknown }[] = [];
      let listener: (event: MessageEvent) => void = () => {};
      const parent = { postMessage: (m: unknown) => void said.push(structuredClone(m) as (typeof said)[number]) };
      const wire: Wire = {
        parent,
        addEventListener: (_, l) => {
          listener = l;
        },
        removeEventListener: () => {},
      };
      const host = createHostLink(app, wire, {
        origin: 'https://a.example',
        app: '0',
        onSlide: () => {},
        onWanted: () => {},
        onView: () => {},
        onExport: async () => 'format',
        title: () => '',
        sentence: () => null,
        onFindings: () => {},
      });
      void app.actions.loadPreset(c.pick(presets), { play: false });
      await settle(() => app.store.getState().scene?.complete === true);
      said.length = 0;
      let commands = 0;
      for (let n = 2 + c.below(12); n > 0; n--) {
        const data = anyMessage(c, presets);
        const m = data as { ns?: unknown } | null;
        if (typeof m === 'object' && m !== null && !Array.isArray(m) && m.ns === 'irqscope') commands++;
        listener({ data, origin: c.once(4) ? 'null' : 'https://a.example', source: parent } as unknown as MessageEvent);
        if (c.once(3)) await settle(() => true);
      }
      const answers = (): number =>
        said.filter((m) => ['ok', 'ready'].includes(m.type ?? '') || (m.type === 'error' && 'id' in m)).length;
      await settle(() => answers() >= commands);
      expect(answers()).toBe(commands);
      expect(app.store.getState().fault).toBeNull();
      host.stop();
    });
    expect(slowest).toBeLessThan(5 * SLOWEST_MS);
  });
});
