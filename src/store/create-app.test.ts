import { expect, test } from 'vitest';
import { createHeadlessApp } from '../cli/headless-app.ts';
import type { EngineClient } from '../worker/client.ts';
import { createApp } from './create-app.ts';

/** An app whose engine only counts what becomes of it. */
function stage() {
  let engines = 0;
  let closed = 0;
  const engine = { run: () => 0, close: () => closed++ } as unknown as EngineClient;
  const app = createApp({
    connect: () => {
      engines++;
      return engine;
    },
    frames: { request: () => 1, cancel: () => {} },
  });
  return { app, counts: () => ({ engines, closed }) };
}

test('a second stage has a playhead, an engine and a selection of its own, and the looks of the first', () => {
  const { app, counts } = stage();
  app.actions.setTheme('dark');
  const other = app.another();
  expect(counts()).toEqual({ engines: 2, closed: 0 });
  expect(other.store.getState().ui.theme).toBe('dark');
  app.actions.setTheme('light');
  app.actions.setLang('zh-CN');
  expect(other.store.getState().ui).toMatchObject({ theme: 'light', lang: 'zh-CN' });
  other.actions.play();
  other.actions.select({ kind: 'ioapic', index: 0 });
  expect(app.store.getState()).toMatchObject({ playhead: { playing: false }, ui: { selected: null } });
});

test('play that was pressed before there was a scene plays it; a scene that comes after another does as it is asked', async () => {
  const app = createHeadlessApp();
  app.actions.play();
  await app.actions.loadPreset('serial-ioapic', { play: false });
  expect(app.store.getState().playhead.playing).toBe(true);
  await app.actions.loadPreset('intx-shared', { play: false });
  expect(app.store.getState().playhead.playing).toBe(false);
});

test('a stage that is closed ends its engine and hears no more of the first; closing the first closes the rest', () => {
  const { app, counts } = stage();
  const [a] = [app.another(), app.another()];
  a.close();
  app.actions.setTheme('dark');
  expect(a.store.getState().ui.theme).toBe('auto');
  expect(counts().closed).toBe(1);
  app.close();
  expect(counts().closed).toBe(3);
});
