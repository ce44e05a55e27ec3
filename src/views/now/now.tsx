/** Now: what just happened, which bits changed, why it went this way, and the ways it did not go. */
import './now-texts.ts';
import './now.css';
import { type CSSProperties, useMemo } from 'react';
import { describeStep } from '../../explain/describe/index.ts';
import type { Fork } from '../../explain/forks/fork.ts';
import { forksOf } from '../../explain/forks/index.ts';
import { hasText, type Lang } from '../../i18n/index.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { colourOf } from '../../scene/flights.ts';
import { lookSteps } from '../../store/look.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { Fold } from '../kit/fold.tsx';
import { Panel } from '../kit/panel.tsx';
import { inPlaces } from '../shared/in-places.ts';
import { useLateStep } from '../shared/late-step.ts';
import { sayStep } from '../shared/say.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { type Translate, useLang, useT } from '../shared/use-t.ts';
import { type Change, changesOf } from './changes.ts';
import { tryFork } from './try-fork.ts';

/** Changes shown before the rest is folded away. */
const CHANGES_SHOWN = 8;

/** The panel. Before the first step it says what the scene is about. */
export function Now() {
  const t = useT();
  const lang = useLang();
  const scene = useShownScene();
  const at = useLateStep(2);
  const step = scene?.steps.get(at);
  return (
    <Panel className="now" title={t('now.panel')} hideTitle>
      {scene !== null && step !== undefined ? (
        <StepCard scene={scene} step={step} lang={lang} t={t} />
      ) : (
        <Before t={t} />
      )}
    </Panel>
  );
}

function Before({ t }: { t: Translate }) {
  const preset = useStore((state) => state.sceneId.preset);
  const steps = useStore((state) => state.scene?.steps.length ?? 0);
  const [title, about] = [`preset.${preset}.title`, `preset.${preset}.about`];
  return (
    <>
      <p className="now-step">{t('now.before', { m: steps })}</p>
      <h2 className="now-title">{preset !== null && hasText(title) ? t(title) : t('now.ownScene')}</h2>
      <p className="now-sentence">{preset !== null && hasText(about) ? t(about) : t('now.ownSceneAbout')}</p>
      <p className="now-hint">{t('now.hint')}</p>
    </>
  );
}

interface StepCardProps {
  readonly scene: SceneLog;
  readonly step: Step;
  readonly lang: Lang;
  readonly t: Translate;
}

/** What is said of a step. `t` changes with the texts, so what is made of them is made again. */
function useText({ scene, step, lang, t }: StepCardProps) {
  return useMemo(() => {
    void t;
    return sayStep(lang, describeStep(scene, step, viewAt(scene, { step: step.index, phase: 0 })));
  }, [scene, step, lang, t]);
}

function StepCard({ scene, step, lang, t }: StepCardProps) {
  const look = useStore((state) => state.sceneId.look);
  const text = useText({ scene, step, lang, t });
  const note = useMemo(() => lookSteps(scene.steps, look).get(step.index), [scene.steps, look, step.index]);
  const journey = step.journey === 0 ? undefined : colourOf(step.journey);
  return (
    <div style={journey === undefined ? undefined : ({ '--now-journey': `var(--j${journey})` } as CSSProperties)}>
      <p className="now-step">
        {t('now.step', { n: step.index + 1, m: scene.steps.length })}
        {journey !== undefined && <span className="chip now-journey">{t('now.journey', { n: step.journey })}</span>}
      </p>
      <h2 className="now-title">{text.title}</h2>
      <p className="now-sentence">{text.sentence}</p>
      {note !== undefined && hasText(note) && <p className="now-look">{t(note)}</p>}
      <Rest scene={scene} lang={lang} t={t} />
    </div>
  );
}

/** Under the sentence; a frame after it while the scene moves on. */
function Rest({ scene, lang, t }: Omit<StepCardProps, 'step'>) {
  const step = scene.steps.get(useLateStep(3));
  return step === undefined ? null : <Details scene={scene} step={step} lang={lang} t={t} />;
}

function Details({ scene, step, lang, t }: StepCardProps) {
  const { why } = useText({ scene, step, lang, t });
  const { changes, forks } = useMemo(() => {
    void t;
    const view = viewAt(scene, { step: step.index, phase: 0 });
    return { changes: changesOf(lang, scene, step, view), forks: forksOf(scene, step, view) };
  }, [scene, step, lang, t]);
  return (
    <>
      {changes.length > 0 && <Changes changes={changes} t={t} />}
      {why.length > 0 && (
        <section>
          <h3>{t('now.why')}</h3>
          <ul className="now-why">
            {inPlaces(why).map(({ one: line, place }) => (
              <li key={place}>{line}</li>
            ))}
          </ul>
        </section>
      )}
      {forks.length > 0 && <Forks step={step} forks={forks} t={t} />}
    </>
  );
}

function Changes({ changes, t }: { changes: readonly Change[]; t: Translate }) {
  const loud = changes.filter((c) => !c.quiet);
  const shown = loud.slice(0, CHANGES_SHOWN);
  const rest = changes.slice(shown.length);
  return (
    <section>
      <h3>{t('now.changed')}</h3>
      {shown.length > 0 && <ChangeList changes={shown} t={t} />}
      {rest.length > 0 && (
        <Fold title={t(shown.length > 0 ? 'now.more' : 'now.bookkeeping', { n: rest.length })}>
          <ChangeList changes={rest} t={t} />
        </Fold>
      )}
    </section>
  );
}

function ChangeList({ changes, t }: { changes: readonly Change[]; t: Translate }) {
  const { actions } = useApp();
  return (
    <ul className="now-changes">
      {inPlaces(changes).map(({ one: change, place }) => (
        <li key={place}>
          <button
            type="button"
            title={t('now.inspect')}
            onClick={() =>
              actions.select({ ...change.ref, ...(change.vector !== undefined && { vector: change.vector }) })
            }
          >
            <span className="now-what">
              {change.component} · {change.what}
            </span>
            <span className="now-values">
              {change.before} <span aria-hidden="true">→</span>
              <span className="visually-hidden">{t('now.becomes')}</span> <b>{change.after}</b>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Forks({ step, forks, t }: { step: Step; forks: readonly Fork[]; t: Translate }) {
  const app = useApp();
  const busy = useStore((state) => state.scene?.complete === false);
  return (
    <section>
      <h3>{t('now.forks')}</h3>
      <ul className="now-forks">
        {inPlaces(forks).map(({ one: fork, place }) => {
          const condition = t(fork.key, fork.params);
          return (
            <li key={place}>
              <span>
                <b>{condition}</b>
                <span className="now-then">{t(`${fork.key}.then` as Fork['key'], fork.params)}</span>
              </span>
              <button
                type="button"
                disabled={busy}
                aria-label={t('now.tryThis', { what: condition })}
                onClick={() => tryFork(app, step, fork)}
              >
                {t('now.try')} <span aria-hidden="true">▸</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
