/** A link whose readers are still on their way when something else is opened: what came later stays. */
import { expect, test, vi } from 'vitest';
import { createHeadlessApp } from '../cli/headless-app.ts';

/** Chunks that are on their way until they are let in. */
const gates = vi.hoisted(() => {
  const gate = () => {
    let open = (): void => {};
    const passed = new Promise<void>((done) => {
      open = done;
    });
    return { passed, open, asked: false };
  };
  return { links: gate(), codec: gate() };
});
vi.mock('../store/actions/links.ts', async (original) => {
  gates.links.asked = true;
  await gates.links.passed;
  return original();
});
vi.mock('../share/link.ts', async (original) => {
  gates.codec.asked = true;
  await gates.codec.passed;
  return original();
});

/** A machine of its own whose line 9 is high: `{"v":1,"base":null,"log":[["create",1,"full"],…]}`. */
const LINK = 's=k1.q1YqU7JSUEpKLE5V0lFQykksSVWyMtRRyslPV7KKrlZKzi9KLVayio6tBQA';

// In this order: the second needs what the first let in.
test.each([
  ['what opens links', 'links'],
  ['what reads them', 'codec'],
] as const)('a preset chosen while %s is on its way stays', { timeout: 20_000 }, async (_what, name) => {
  const app = createHeadlessApp();
  const opened = app.actions.openLink(LINK, { play: false });
  await vi.waitFor(() => expect(gates[name].asked).toBe(true));
  expect(await app.actions.loadPreset('intx-shared', { step: 'end', play: false })).toBe('done');
  gates[name].open();
  expect(await opened).toBe('overtaken');
  const { sceneId, scene, notice, fault } = app.store.getState();
  expect([sceneId.preset, scene?.complete, notice, fault]).toEqual(['intx-shared', true, null, null]);
  app.close();
});
