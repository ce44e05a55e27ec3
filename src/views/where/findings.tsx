/** What the rules found in the run: a quiet list. In a scene that shows a bug the answer is the reader's to find first. */
import { useEffect, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import type { Bug } from '../../scenes/check-preset.ts';
import { loadPresetFile } from '../../scenes/index.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import type { Found } from '../../worker/reason-client.ts';
import type { Translate } from '../shared/use-t.ts';
import { selectionOf } from './place.ts';
import { useFindings } from './reasoning.ts';
import { sayFinding } from './say-finding.ts';

const FIXED = /-fixed$/;

/** The bug that a scene shows; null: none. */
function useBug(): Bug | null {
  const preset = useStore((state) => state.sceneId.preset);
  const [bug, setBug] = useState<{ readonly of: string; readonly bug: Bug | null } | null>(null);
  useEffect(() => {
    let here = true;
    if (preset !== null)
      void loadPresetFile(preset).then((answer) => {
        if (here) setBug({ of: preset, bug: answer.ok ? answer.preset.bug : null });
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
  const [shown, setShown] = useState<string | null>(null);
  const selected = useStore((state) => state.ui.selected);
  const hidden = bug !== null && shown !== preset;
  const place = selected === null ? null : `${selected.kind}:${selected.index}`;
  useEffect(() => {
    if (bug !== null && place === bug.at) setShown(preset);
  }, [bug, place, preset]);
  return (
    <section className="wh-findings" data-count={all.length} data-whole={whole} aria-label={t('findings.title')}>
      <h3>
        {t('findings.title')} {all.length > 0 && <small>{t('findings.count', { n: all.length })}</small>}
      </h3>
      {hidden ? (
        <div className="wh-spot">
          <p>{t('findings.spot')}</p>
          {place !== null && <p>{t('findings.notIt', { place })}</p>}
          <button type="button" className="btn" onClick={() => setShown(preset)}>
            {t('findings.reveal')}
          </button>
        </div>
      ) : (
        <>
          {bug !== null && <BugAnswer bug={bug} preset={preset ?? ''} t={t} />}
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

function BugAnswer({ bug, preset, t }: { readonly bug: Bug; readonly preset: string; readonly t: Translate }) {
  const { actions } = useApp();
  const key = `preset.${preset}.answer`;
  return (
    <div className="wh-bug">
      <p>
        <b>{t('findings.spotted', { place: bug.at })}</b> {hasText(key) && t(key)}
      </p>
      <p>
        <a href={bug.evidence} target="_blank" rel="noreferrer">
          {t('findings.evidence')}
          {bug.commit !== null && ` ${bug.commit}`}
        </a>
        <button type="button" className="link-btn" onClick={() => void actions.loadPreset(`${preset}-fixed`)}>
          {t('findings.after')}
        </button>
      </p>
    </div>
  );
}

function Before({ preset, t }: { readonly preset: string; readonly t: Translate }) {
  const { actions } = useApp();
  return (
    <p>
      <button type="button" className="link-btn" onClick={() => void actions.loadPreset(preset.replace(FIXED, ''))}>
        {t('findings.before')}
      </button>
    </p>
  );
}

function FindingLine({ one, t }: { readonly one: Found; readonly t: Translate }) {
  const { actions } = useApp();
  const step = useStore(({ scene }) => scene?.steps.findIndex(({ command }) => command === one.since.command) ?? -1);
  const selection = selectionOf(one.at);
  return (
    <li className={`wh-finding wh-${one.severity}`} data-finding={one.id}>
      <span className="wh-severity">{t(`findings.severity.${one.severity}`)}</span>
      <p>{sayFinding(one, t)}</p>
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
    </li>
  );
}
