/**
 * What listens beside the stage: breakpoints while it plays, keys that step by something else than a step, and the notes of the
 * moment that is shown. The drawer comes when it is asked for.
 */
import './runs.css';
import './deed-texts.ts';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { nextStop, searchStop } from '../../explain/stops.ts';
import { findStep } from '../../log/steps.ts';
import type { App } from '../../store/create-app.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { soon } from '../shared/soon.ts';
import { STEP_UNITS, stepByUnit } from '../shared/step-by.ts';
import { useT } from '../shared/use-t.ts';
import { type Findings, reasoningOf } from '../where/reasoning.ts';

const Drawer = lazy(() => import('./runs-drawer.tsx').then((m) => ({ default: m.RunsDrawer })));

const TYPING =
  'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, dialog, [role=dialog], [role=menu]';

/** Pause between two steps of backward playback at speed 1, ms. */
const BACK_MS = 700;

/** What the rules have found so far; they look only where a breakpoint asks for it, or a panel shows it. */
function foundIn(app: App): Findings['all'] {
  return app.store.getState().stops.some(({ kind }) => kind === 'finding') ? reasoningOf(app).get().all : [];
}

/** Stops playback at a step that a breakpoint names, whichever way it went over it. @returns how to end it */
function watchStops(app: App): () => void {
  const { store, actions } = app;
  return store.subscribe(({ playhead, scene, stops }, before) => {
    if (stops.length === 0 || scene === null || !playhead.playing || playhead.step === before.playhead.step) return;
    if (before.scene?.commands !== scene.commands) return;
    const { step } = before.playhead;
    const direction = playhead.step > step ? 1 : -1;
    const at = nextStop(scene, step, direction, stops, foundIn(app), playhead.step);
    if (at === null) return;
    // It is shown done, and playback is over.
    actions.pause();
    actions.seekStep(at);
    store.setState({ stoppedAt: at });
  });
}

/** Plays backwards, step by step, to a breakpoint or the start. */
function createReverse(app: App): { press(): void; stop(): void } {
  const { store, actions } = app;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const turn = (): void => {
    const { playhead, scene, stops } = store.getState();
    if (scene === null || playhead.step < 0 || playhead.playing) {
      stop();
      return;
    }
    const to = playhead.step - 1;
    actions.seekStep(to);
    if (to >= 0 && nextStop(scene, to + 1, -1, stops, foundIn(app), to) === to) {
      store.setState({ stoppedAt: to });
      stop();
      return;
    }
    timer = setTimeout(turn, BACK_MS / store.getState().playhead.speed);
  };
  return {
    press() {
      if (timer === null) {
        actions.pause();
        turn();
      } else actions.changeSpeed(1);
    },
    stop,
  };
}

export function Workbench(): ReactNode {
  const t = useT();
  const app = useApp();
  const [open, setOpen] = useState(false);
  const unit = useStore((s) => s.unit);
  const [told, setTold] = useState(false);

  useEffect(() => watchStops(app), [app]);
  useEffect(() => {
    const { store, actions } = app;
    const reverse = createReverse(app);
    const by = (direction: 1 | -1): void => stepByUnit(app, store.getState().unit, direction);
    const toStop = (direction: 1 | -1): void => {
      const { scene, playhead, stops } = store.getState();
      if (scene === null) return;
      actions.pause();
      soon(store, searchStop(scene, playhead.step, direction, stops, foundIn(app)), (to) => {
        if (to === null) return;
        actions.seekStep(to);
        store.setState({ stoppedAt: to });
      });
    };
    const keys: Readonly<Record<string, () => void>> = {
      j: () => reverse.press(),
      k: () => {
        reverse.stop();
        actions.pause();
      },
      l: () => {
        reverse.stop();
        if (store.getState().playhead.playing) actions.changeSpeed(1);
        else actions.play();
      },
      ',': () => by(-1),
      '.': () => by(1),
      u: () => {
        const next = (STEP_UNITS.indexOf(store.getState().unit) + 1) % STEP_UNITS.length;
        store.setState({ unit: STEP_UNITS[next] ?? 'op' });
        setTold(true);
      },
      b: () => setOpen((was) => !was),
    };
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING) !== null) return;
      if (event.key === 'F8') {
        event.preventDefault();
        toStop(event.shiftKey ? -1 : 1);
        return;
      }
      const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    };
    const onOpen = (): void => setOpen(true);
    window.addEventListener('keydown', onKey, { capture: true });
    document.addEventListener('irqscope:runs', onOpen);
    return () => {
      reverse.stop();
      window.removeEventListener('keydown', onKey, { capture: true });
      document.removeEventListener('irqscope:runs', onOpen);
    };
  }, [app]);

  return (
    <>
      <p role="status" className="visually-hidden">
        {told && t('stops.unit', { unit: t(`stops.unit.${unit}`) })}
      </p>
      <Here />
      {open && (
        <Suspense fallback={null}>
          <Drawer onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Notes of the moment that is shown, and whether a breakpoint stopped there. */
function Here(): ReactNode {
  const t = useT();
  const step = useStore((s) => s.playhead.step);
  const stopped = useStore((s) => s.stoppedAt);
  const steps = useStore((s) => s.scene?.steps);
  const all = useStore((s) => s.runs?.notes);
  const notes = useMemo(
    () => (all ?? []).filter(({ at }) => (at === null ? -1 : steps === undefined ? -2 : findStep(steps, at)) === step),
    [all, steps, step],
  );
  const isStop = stopped === step && step >= 0;
  if (notes.length === 0 && !isStop) return null;
  return (
    <aside className="rd-here" aria-label={t('notes.title')}>
      {isStop && <p role="status">{t('stops.here', { n: step + 1 })}</p>}
      {notes.map(({ sel, text }) => (
        <p key={`${sel} ${text}`}>
          {sel !== null && <small>{sel} </small>}
          {text}
        </p>
      ))}
    </aside>
  );
}
