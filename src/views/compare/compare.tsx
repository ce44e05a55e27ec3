/**
 * Two scenes side by side: the same ops on a machine with one switch changed, or two presets, on two stages driven by one
 * transport; what each cost, and where their histories part.
 */
import './compare-texts.ts';
import '../kit/panel.css';
import './compare.css';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import { partingOf } from '../../log/totals.ts';
import { STEP_SET } from '../../spec/define/event.ts';
import { type Comparison, comparisonText, readComparison } from '../../store/compare/compare-text.ts';
import { type Refused, runSides, type Side, type Sides, seekSides, showLeft } from '../../store/compare/run-sides.ts';
import { isSwitch } from '../../store/compare/switches.ts';
import type { App } from '../../store/create-app.ts';
import { presetIds } from '../../store/preset-ids.ts';
import type { Notice } from '../../store/types.ts';
import { AppProvider, useApp, useStore, useStoreOf } from '../../store/use-app.ts';
import type { BoardProps } from '../board/Board.tsx';
import { Glossary } from '../glossary/glossary.tsx';
import { Chip } from '../kit/chip.tsx';
import { eventTitle } from '../shared/event-title.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { ICON, IconButton } from '../timeline/transport.tsx';
import { TotalsTable } from './totals-table.tsx';

const ShownSentence = lazy(() => import('../timeline/announcer.tsx').then((m) => ({ default: m.ShownSentence })));

interface CompareProps {
  /** What draws a side; it is the page's own, and loaded already. */
  readonly Stage: ComponentType<BoardProps>;
  /** Gives us the page's keys; null: gives them back. */
  readonly takeKeys: (take: ((key: string) => boolean) | null) => void;
  readonly notice: ReactNode;
}

type Pair<T> = readonly [T, T];

/** The address is written no more often than this (browsers refuse a page that writes its history too often). */
const WRITE_EVERY_MS = 1000;

const setComparison = ({ actions }: App, comparison: Comparison): void =>
  actions.setUi({ compare: comparisonText(comparison) });

/** Back to the scene; one that was never loaded is the left side's. */
function leave(app: App, comparison: Comparison): void {
  const isLoaded = app.store.getState().scene !== null;
  app.actions.setUi({ compare: null });
  if (isLoaded) return;
  void showLeft(app, comparison).then((end) => {
    const [first] = presetIds;
    if (end !== 'done' && first !== undefined) void app.actions.loadPreset(first);
  });
}

export function Compare({ Stage, takeKeys, notice }: CompareProps) {
  const t = useT();
  const app = useApp();
  const text = useStore(({ ui }) => ui.compare) ?? '';
  const comparison = useMemo(() => readComparison(text), [text]);
  const answer = useSides(comparison);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="cmp">
      <title>{`${t('cmp.title')} · irqscope`}</title>
      <header className="cmp-head">
        <button type="button" className="btn" onClick={() => leave(app, comparison)}>
          ← {t('cmp.back')}
        </button>
        <h1 ref={heading} tabIndex={-1}>
          {t('cmp.title')}
        </h1>
        <p>{t('cmp.about')}</p>
        <Choice comparison={comparison} sides={answer !== null && 'left' in answer ? answer : null} t={t} />
      </header>
      {notice}
      <main aria-label={t('cmp.title')}>
        {answer === null ? (
          <p role="status" className="cmp-none">
            {t('cmp.busy')}
          </p>
        ) : 'left' in answer ? (
          <Bench
            key={`${comparison.left} ${JSON.stringify(comparison.against)}`}
            comparison={comparison}
            sides={answer}
            Stage={Stage}
            takeKeys={takeKeys}
            t={t}
          />
        ) : (
          <p role="status" className="cmp-none">
            {wrong(answer, t)}
          </p>
        )}
      </main>
      <Glossary />
    </div>
  );
}

function wrong(notice: Notice, t: Translate): string {
  const key = `error.${notice.code}`;
  return t(hasText(key) ? key : 'error.unknown', { code: notice.code, ...notice.params });
}

/** Both sides run, each on a stage of its own; null while they are being run. */
function useSides({ left, against, steps, set }: Comparison): Sides | Notice | null {
  const app = useApp();
  const which = JSON.stringify([left, against]);
  const first = useRef({ steps, set });
  useEffect(() => {
    first.current = { steps, set };
  });
  const [known, setKnown] = useState<{ readonly which: string; readonly answer: Sides | Notice } | null>(null);
  useEffect(() => {
    let wanted = true;
    const [l, a] = JSON.parse(which) as [Comparison['left'], Comparison['against']];
    const apps = [app.another(), app.another()] as const;
    void runSides({ left: l, against: a, ...first.current }, apps).then((answer) => {
      if (wanted) setKnown({ which, answer: answer.ok ? answer.sides : answer.notice });
    });
    return () => {
      wanted = false;
      setKnown(null);
      for (const one of apps) one.close();
    };
  }, [which, app]);
  return known?.which === which ? known.answer : null;
}

function presetTitle(id: string, t: Translate): string {
  const key = `preset.${id}.title`;
  return hasText(key) ? t(key) : id;
}

/** Which scene stands at the left, and what stands against it. */
function Choice({ comparison, sides, t }: { comparison: Comparison; sides: Sides | null; t: Translate }) {
  const app = useApp();
  const { left, against } = comparison;
  const preset = left.startsWith('p=') ? decodeURIComponent(left.slice(2)) : '';
  const turn = sides?.turn ?? null;
  const wanted = against !== null && 'turn' in against ? against.turn : '';
  const isRun = against !== null && 'state' in against;
  const other =
    against !== null && 'preset' in against ? `p:${against.preset}` : isRun ? 'w' : `with:${turn?.name ?? wanted}`;
  const choose = (value: string): void => {
    const [kind, name = ''] = value.split(':', 2);
    if (kind === 'w') return;
    const next = kind === 'p' ? { preset: name } : isSwitch(name) ? { turn: name } : null;
    setComparison(app, { left, against: next, steps: [-1, -1], set: STEP_SET });
  };
  return (
    <div className="cmp-choice">
      <label>
        <span>{t('cmp.scene')}</span>
        <select
          value={preset}
          onChange={(e) =>
            setComparison(app, { left: `p=${e.target.value}`, against: null, steps: [-1, -1], set: STEP_SET })
          }
        >
          {!presetIds.includes(preset) && <option value={preset}>{preset === '' ? t('cmp.own') : preset}</option>}
          {presetIds.map((id) => (
            <option key={id} value={id}>
              {presetTitle(id, t)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('cmp.against')}</span>
        <select value={other} disabled={sides === null} onChange={(e) => choose(e.target.value)}>
          {isRun && <option value="w">{t('cmp.run')}</option>}
          <optgroup label={t('cmp.switches')}>
            {sides?.switches.map(({ name, left: isOn }) => (
              <option key={name} value={`with:${name}`}>
                {t(isOn ? 'cmp.toOff' : 'cmp.toOn', { what: t(`cmp.switch.${name}`) })}
              </option>
            ))}
          </optgroup>
          {preset !== '' && (
            <optgroup label={t('cmp.presets')}>
              {presetIds
                .filter((id) => id !== preset)
                .map((id) => (
                  <option key={id} value={`p:${id}`}>
                    {presetTitle(id, t)}
                  </option>
                ))}
            </optgroup>
          )}
        </select>
      </label>
    </div>
  );
}

/** What a side is, in a few words. */
function sideTitle(side: Side, t: Translate): string {
  return side.preset === null ? t('cmp.own') : presetTitle(side.preset, t);
}

interface BenchProps {
  readonly comparison: Comparison;
  readonly sides: Sides;
  readonly Stage: CompareProps['Stage'];
  readonly takeKeys: CompareProps['takeKeys'];
  readonly t: Translate;
}

/** How far a key steps both sides. */
const STEPS_OF_KEY: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
/** Tab and Enter and their like stay the page's. */
const MAY_BE_TAKEN = /^( |k|Arrow(Left|Right)|Page(Up|Down)|Home|End|Escape|[[\]+=?-])$/;

function Bench({ comparison, sides, Stage, takeKeys, t }: BenchProps) {
  const app = useApp();
  const apps: Pair<App> = [sides.left.app, sides.right.app];
  const counts: Pair<number> = [sides.left.scene.steps.length, sides.right.scene.steps.length];
  const steps: Pair<number> = [
    useStoreOf(apps[0], (s) => s.playhead.step),
    useStoreOf(apps[1], (s) => s.playhead.step),
  ];
  const playsLeft = useStoreOf(apps[0], (s) => s.playhead.playing);
  const playsRight = useStoreOf(apps[1], (s) => s.playhead.playing);
  const playing = playsLeft || playsRight;
  const both = (act: (actions: App['actions']) => void): void => {
    for (const { actions } of apps) act(actions);
  };
  const seek = (step: number): void =>
    both((actions) => {
      actions.pause();
      actions.seekStep(step);
    });
  const stepBy = (by: number): void => both((actions) => actions.stepBy(by));
  const isAtEnd = (i: 0 | 1): boolean => steps[i] >= counts[i] - 1;
  const toggle = (): void => {
    if (playing) both((actions) => actions.pause());
    else if (isAtEnd(0) === isAtEnd(1)) both((actions) => actions.play());
    else apps[isAtEnd(0) ? 1 : 0].actions.play();
  };
  const act = (key: string): void => {
    const by = STEPS_OF_KEY[key];
    if (by !== undefined) stepBy(by);
    else if (key === ' ' || key === 'k') toggle();
    else if (key === 'Home') seek(-1);
    else if (key === 'End') seek(Math.max(...counts));
    else if (key === 'Escape') leave(app, comparison);
  };
  // None is left for the scene behind, whether we have a use for it or not.
  const onKey = (key: string): boolean => {
    if (!MAY_BE_TAKEN.test(key)) return false;
    act(key);
    return true;
  };
  const newest = useRef(onKey);
  useEffect(() => {
    newest.current = onKey;
  });
  useEffect(() => {
    takeKeys((key) => newest.current(key));
    return () => takeKeys(null);
  }, [takeKeys]);

  const goTo = (to: Pair<number>): void => seekSides(apps, to, comparison.set);
  useWrittenSteps(comparison, steps, playing, goTo);

  const { turn } = sides;
  const stateOf = (i: 0 | 1): string | null =>
    turn === null ? null : t(turn.left === (i === 0) ? 'cmp.on' : 'cmp.off', { what: t(`cmp.switch.${turn.name}`) });
  const pair: Pair<Side> = [sides.left, sides.right];
  const names: Pair<string> = [stateOf(0) ?? sideTitle(sides.left, t), stateOf(1) ?? sideTitle(sides.right, t)];
  return (
    <>
      <div className="cmp-sides">
        {pair.map((side, n) => {
          const i = n as 0 | 1;
          const label = t(i === 0 ? 'cmp.left' : 'cmp.right');
          const title = t('cmp.frame', { side: label, title: names[i] });
          return (
            <section key={label} className="cmp-side" aria-label={title}>
              <div className="cmp-side-head">
                <h2>
                  <small className="caps">{label}</small> {sideTitle(side, t)}
                </h2>
                {turn !== null && <Chip on={turn.left === (i === 0)}>{stateOf(i)}</Chip>}
                <span className="cmp-count">{t('cmp.count', { n: steps[i] + 1, m: counts[i] })}</span>
              </div>
              <AppProvider value={side.app}>
                <div className="cmp-stage">
                  <Stage variant="embed" name={`${t('stage.name')} · ${label}`} />
                </div>
                <Suspense fallback={null}>
                  <ShownSentence />
                </Suspense>
              </AppProvider>
            </section>
          );
        })}
      </div>
      <div className="cmp-transport">
        <fieldset className="tl-buttons" aria-label={t('timeline.transport')}>
          <IconButton name={t('timeline.first')} onClick={() => seek(-1)} path={ICON.first} />
          <IconButton name={t('timeline.back')} onClick={() => stepBy(-1)} path={ICON.back} />
          <IconButton
            name={t(playing ? 'timeline.pause' : 'timeline.play')}
            onClick={toggle}
            path={playing ? ICON.pause : ICON.play}
            main
          />
          <IconButton name={t('timeline.step')} onClick={() => stepBy(1)} path={ICON.step} />
          <IconButton name={t('timeline.last')} onClick={() => seek(Math.max(...counts))} path={ICON.last} />
        </fieldset>
        <input
          type="range"
          aria-label={t('cmp.position')}
          min={0}
          max={Math.max(...counts)}
          value={Math.max(...steps) + 1}
          onChange={(e) => seek(Number(e.target.value) - 1)}
        />
      </div>
      <div className="cmp-facts">
        <Parting sides={sides} onGo={seek} t={t} />
        <TotalsTable sides={sides} steps={steps} names={names} t={t} />
      </div>
    </>
  );
}

/** The address names the steps on screen; steps that came by the address are gone to. */
function useWrittenSteps(
  comparison: Comparison,
  steps: Pair<number>,
  playing: boolean,
  goTo: (steps: Pair<number>) => void,
): void {
  const [a, b] = steps;
  const [x, y] = comparison.steps;
  const app = useApp();
  const ours = useRef(`${x},${y}`);
  const last = useRef({ comparison, goTo });
  useEffect(() => {
    last.current = { comparison, goTo };
  });
  useEffect(() => {
    if (ours.current === `${x},${y}`) return;
    ours.current = `${x},${y}`;
    last.current.goTo([x, y]);
  }, [x, y]);
  useEffect(() => {
    if (playing) return;
    const timer = setTimeout(() => {
      ours.current = `${a},${b}`;
      setComparison(app, { ...last.current.comparison, steps: [a, b], set: STEP_SET });
    }, WRITE_EVERY_MS);
    return () => clearTimeout(timer);
  }, [a, b, playing, app]);
}

/** Where the two histories part, and what a side's machine refused. */
function Parting({ sides, onGo, t }: { sides: Sides; onGo: (step: number) => void; t: Translate }) {
  const { left, right } = sides;
  const parting = useMemo(() => partingOf(left.scene.steps, right.scene.steps), [left, right]);
  const named = (name: string | null): string => (name === null ? t('cmp.nothing') : eventTitle(name, t));
  const listed = (ops: readonly Refused[]): readonly string[] =>
    ops.map(({ op, times }) => (times === 1 ? op : t('cmp.refusedTimes', { op, n: times })));
  const leftName = t('cmp.left');
  const rightName = t('cmp.right');
  const notes = [
    ...[left.refused, right.refused].map((ops, i) => ({
      key: 'cmp.refused' as const,
      ops,
      side: i === 0 ? leftName : rightName,
    })),
    ...[left.idle, right.idle].map((ops, i) => ({
      key: 'cmp.idle' as const,
      ops,
      side: i === 0 ? leftName : rightName,
    })),
  ].filter(({ ops }) => ops.length > 0);
  return (
    <div className="cmp-parting" role="status">
      {parting === null ? (
        <p>{t('cmp.same', { n: left.scene.steps.length })}</p>
      ) : (
        <>
          <p>{parting.index === 0 ? t('cmp.from') : t('cmp.until', { n: parting.index, m: parting.index + 1 })}</p>
          <dl>
            <dt>{t('cmp.left')}</dt>
            <dd>{named(parting.left)}</dd>
            <dt>{t('cmp.right')}</dt>
            <dd>{named(parting.right)}</dd>
          </dl>
          <button type="button" className="btn" onClick={() => onGo(parting.index)}>
            {t('cmp.go')}
          </button>
        </>
      )}
      {notes.map(({ key, ops, side }) => (
        <p key={`${key} ${side}`}>{t(key, { side, ops: listed(ops) })}</p>
      ))}
    </div>
  );
}
