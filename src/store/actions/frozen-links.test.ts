/** Links made at some day open for ever: fixtures are added, never changed. */
import { describe, expect, test, vi } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { stepName } from '../../log/step-name.ts';
import { findRef, sinceOf, stepNow } from '../../log/step-sets.ts';
import FROZEN from '../../share/fixtures/frozen-links.json' with { type: 'json' };
import * as codec from '../../share/link.ts';
import type { App } from '../create-app.ts';
import { driftOf, linkOf, loadLinkCodec } from './links.ts';

async function opened(link: string): Promise<App> {
  const app = createHeadlessApp();
  await loadLinkCodec();
  expect(await app.actions.openLink(link, { play: false })).toBe('opened');
  return app;
}

function momentOf({ store }: App): string | null {
  const { scene, playhead } = store.getState();
  return scene === null || playhead.step < 0 ? null : stepName(scene.steps, playhead.step);
}

describe.each(FROZEN.links)('$about', ({ link, moment, end, count, reopened }) => {
  test('opens at the same moment, at the same end, without a notice', async () => {
    const app = await opened(link);
    const { scene, notice } = app.store.getState();
    expect(notice).toBeNull();
    expect(momentOf(app)).toBe(moment);
    expect(driftOf(scene, end, 's.h', codec)).toBeNull();
    expect([...(scene?.steps ?? [])].filter(({ name }) => sinceOf(name) === 1)).toHaveLength(count);
  });

  test('what it was written as that day, and what it is written as now, opens there too', async () => {
    const now = linkOf((await opened(link)).store.getState());
    expect(now).not.toBeNull();
    for (const text of [reopened, now ?? '']) {
      const app = await opened(text);
      expect(momentOf(app), text).toBe(moment);
      expect(app.store.getState().notice).toBeNull();
    }
  });
});

describe('moments by name', () => {
  test.each(['p=serial-ioapic&t=ioapic_service%231', 'p=serial-ioapic&t=ioapic_service#1'])('%s', async (link) => {
    expect(momentOf(await opened(link))).toBe('ioapic_service#1');
  });

  test('the end', async () => {
    const { scene, playhead } = (await opened('p=serial-ioapic&t=end')).store.getState();
    expect(playhead.step).toBe((scene?.steps.length ?? 0) - 1);
  });

  test('an event that does not happen is said, and the scene stands before its first step', async () => {
    const { playhead, notice } = (await opened('p=serial-ioapic&t=ioapic_service%2399')).store.getState();
    expect(playhead.step).toBe(-1);
    expect(notice).toMatchObject({ code: 'link-dropped', params: { places: 't' } });
  });
});

test('an index of an older step set counts the kinds of that set alone', async () => {
  const { scene } = (await opened('p=serial-ioapic&t=3')).store.getState();
  const { steps } = scene as NonNullable<typeof scene>;
  let old = -1;
  for (const { index, name } of steps) {
    if (sinceOf(name) === 1) old++;
    if (sinceOf(name) === 1) expect(findRef(steps, { index: old, set: 1 })).toBe(index);
    expect(findRef(steps, stepNow(index))).toBe(index);
  }
  expect(findRef(steps, { index: old + 1, set: 1 })).toBeNull();
});

test('a step set that is not 1 is in the link, and read back', () => {
  const read = (text: string) => {
    const answer = codec.decodeLink(text);
    return answer?.ok ? answer.link.step : answer;
  };
  expect(read('p=x&t=4')).toEqual({ index: 4, set: 1 });
  expect(read('p=x&t=4&g=2')).toEqual({ index: 4, set: 2 });
  expect(read('p=x&t=end')).toBe('end');
  expect(read('p=x&t=irr_set#3')).toEqual({ name: 'irr_set#3' });
  expect(codec.decodeLink('p=x&t=4&g=none')).toMatchObject({ dropped: ['g'], link: { step: { index: 4, set: 1 } } });
});

test('a preset whose rules have changed since its version was made says so', async () => {
  const app = await opened('p=serial-ioapic@1&t=3');
  const { scene, sceneId, notice } = app.store.getState();
  expect(notice).toBeNull();
  expect(driftOf(scene, sceneId.end, 'p', codec)).toBeNull();
  // As if the file had been made under other rules.
  expect(driftOf(scene, 'AAAAAA', 'p', codec)).toMatchObject({ code: 'link-drift', place: 'p' });
});

test('a link to a version made under other rules opens at its moment, with a notice', async () => {
  const app = createHeadlessApp();
  expect(await app.actions.openLink('p=pit-extint@1&t=3', { play: false })).toBe('opened');
  await vi.waitFor(() => expect(app.store.getState().notice).toMatchObject({ code: 'link-drift', place: 'p' }));
  expect(app.store.getState().playhead.step).toBe(3);
  const newest = createHeadlessApp();
  await newest.actions.openLink('p=pit-extint@2&t=3', { play: false });
  await loadLinkCodec();
  expect(newest.store.getState().notice).toBeNull();
});
