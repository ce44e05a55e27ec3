/** What the rules found in the run: a quiet list. In an exercise the answer is the reader's to find first. */
import { useCallback, useEffect, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import { firstStepOf } from '../../log/op-steps.ts';
import { caseOf, isCase } from '../../scenes/case.ts';
import type { Bug } from '../../scenes/check-preset.ts';
import { loadPresetFile } from '../../scenes/index.ts';
import { citation } from '../../spec/citations.ts';
import { bugIds } from '../../store/preset-ids.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import type { Found } from '../../worker/reason-client.ts';
import { type Translate, useLang } from '../shared/use-t.ts';
import { isHidden } from './hidden.ts';
import { nameAt, selectionOf } from './place.ts';
import { useFindings } from './reasoning.ts';
import { sayCure, sayFinding } from './say-finding.ts';
import { Spot } from './spot.tsx';

const FIXED = /-fixed$/;

interface BugOf {
  readonly bug: Bug;
  /** The scene that tells it, which an exercise hides. */
  readonly story: string;
}

/** The bug that a scene shows; null: none. */
function useBug(): BugOf | null {
  const preset = useStore((state) => state.sceneId.preset);
  const [bug, setBug] = useState<{ readonly of: string; readonly bug: BugOf | null } | null>(null);
  useEffect(() => {
    let here = true;
    if (preset !== null)
      void loadPresetFile(preset).then((answer) => {
        const found = answer.ok ? answer.preset.bug : null;
        const story = isCase(preset) ? bugIds.find((id) => caseOf(id) === preset) : preset;
        if (here) setBug({ of: preset, bug: found === null || story === undefined ? null : { bug: found, story } });
      });
    return () => {
      here = false;
    };
  }, [preset]);
  return bug?.of === preset ? bug.bug : null;
}

export function FindingList({ t }: { readonly t: Translate }) {
  const { all, whole } = useFindings();
  const bug = useBug();
  const preset = useStore((state) => state.sceneId.preset);
  const scene = useStore((state) => state.scene);
  const hidden = useStore(isHidden);
  const { actions } = useApp();
  const show = useCallback(() => actions.setUi({ revealed: preset }), [actions, preset]);
  return (
    <section className="wh-findings" data-count={all.length} data-whole={whole} aria-label={t('findings.title')}>
      <h3>
        {t(hidden ? 'findings.case' : 'findings.title')}{' '}
        {!hidden && all.length > 0 && <small>{t('findings.count', { n: all.length })}</small>}
      </h3>
      {hidden ? (
        bug !== null &&
        scene !== null && <Spot key={preset} bug={bug.bug} found={all} scene={scene} t={t} onShow={show} />
      ) : (
        <>
          {bug !== null && <BugAnswer of={bug} preset={preset ?? ''} t={t} />}
          {preset !== null && FIXED.test(preset) && <Before preset={preset} t={t} />}
          {all.length === 0 && <p>{t(whole ? 'findings.none' : 'findings.looking')}</p>}
          <ul>
            {all.map((one) => (
              <FindingLine key={`${one.id} ${one.at} ${one.since.command}`} one={one} t={t} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface AnswerProps {
  readonly of: BugOf;
  readonly preset: string;
  readonly t: Translate;
}

function BugAnswer({ of: { bug, story }, preset, t }: AnswerProps) {
  const { actions } = useApp();
  const lang = useLang();
  const config = useStore(({ scene }) => scene?.config);
  const key = `preset.${story}.answer`;
  const other = story === preset ? caseOf(story) : story;
  return (
    <div className="wh-bug">
      <p>
        {story !== preset && config !== undefined && (
          <b>{t('findings.spotted', { place: nameAt(lang, config, bug.at) })} </b>
        )}
        {hasText(key) && t(key)}
      </p>
      <p className="wh-ways">
        <a href={bug.evidence} target="_blank" rel="noreferrer">
          {t('findings.evidence')}
          {bug.commit !== null && ` ${bug.commit}`}
        </a>
        <button type="button" className="link-btn" onClick={() => void actions.loadPreset(`${story}-fixed`)}>
          {t('findings.after')}
        </button>
        <button
          type="button"
          className="link-btn"
          onClick={() => {
            actions.setUi({ revealed: null });
            void actions.loadPreset(other);
          }}
        >
          {t(story === preset ? 'findings.asCase' : 'findings.story')}
        </button>
      </p>
    </div>
  );
}

function Before({ preset, t }: { readonly preset: string; readonly t: Translate }) {
  const { actions } = useApp();
  return (
    <p className="wh-ways">
      <button type="button" className="link-btn" onClick={() => void actions.loadPreset(preset.replace(FIXED, ''))}>
        {t('findings.before')}
      </button>
    </p>
  );
}

function FindingLine({ one, t }: { readonly one: Found; readonly t: Translate }) {
  const { actions } = useApp();
  const step = useStore(({ scene }) => (scene === null ? -1 : firstStepOf(scene, one.since.command)));
  const selection = selectionOf(one.at);
  return (
    <li className={`wh-finding wh-${one.severity}`} data-finding={one.id}>
      <span className="wh-severity">{t(`findings.severity.${one.severity}`)}</span>
      <p>{sayFinding(one, t)}</p>
      <p className="wh-cure">{sayCure(one, t)}</p>
      <p className="wh-evidence">
        <button
          type="button"
          className="wh-read"
          disabled={selection === null}
          onClick={() => selection !== null && actions.select(selection)}
        >
          {one.at}
        </button>
        {step >= 0 && (
          <button type="button" className="link-btn" onClick={() => actions.seekStep(step)}>
            {t('findings.go', { n: step + 1 })}
          </button>
        )}
        {!one.open && <span>{t('findings.past')}</span>}
      </p>
      {one.cites.map((key) => (
        <p key={key} className="wh-cite">
          {citation(key).manual}, “{citation(key).section}”
        </p>
      ))}
    </li>
  );
}
