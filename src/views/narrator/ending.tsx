/** What to do when a scene has ended, or has nothing to show: again, with one thing different, the next question. Comes when it is needed. */
import '../header/header-texts.ts';
import { useMemo } from 'react';
import { forksOf } from '../../explain/forks/index.ts';
import { hasText } from '../../i18n/index.ts';
import { inLang } from '../../i18n/langs.ts';
import { findStep } from '../../log/steps.ts';
import { bugIds, presetIds } from '../../store/preset-ids.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { tryFork } from '../now/try-fork.ts';
import { useT } from '../shared/use-t.ts';

/** The what-if that a scene's telling names; null: none, or the scene is no longer as it was told. */
function useWhatIf(): { readonly text: string; readonly go: () => void } | null {
  const app = useApp();
  const scene = useStore((state) => state.scene);
  const after = useStore((state) => state.sceneId.narration?.after);
  const lang = useStore((state) => state.ui.lang);
  return useMemo(() => {
    const step = scene === null || after === undefined ? undefined : scene.steps.get(findStep(scene.steps, after.step));
    if (scene === null || after === undefined || step === undefined) return null;
    const view = viewAt(scene, { step: step.index, phase: 0 });
    const fork = forksOf(scene, step, view).find(({ key }) => key === after.fork);
    return fork === undefined ? null : { text: inLang(after, lang), go: () => tryFork(app, step, fork) };
  }, [app, scene, after, lang]);
}

interface EndingProps {
  /** In a page that frames us there is no next scene to go to. */
  readonly framed: boolean;
}

export function Ending(props: EndingProps) {
  const ended = useStore(({ scene, playhead: { playing, step }, ui: { invite } }) => {
    if (invite !== null) return true;
    return scene?.complete === true && !playing && step >= 0 && step === scene.steps.length - 1;
  });
  const empty = useStore(({ scene }) => scene?.complete === true && scene.steps.length === 0);
  return empty || ended ? <WhatNext {...props} empty={empty} /> : null;
}

function WhatNext({ framed, empty }: EndingProps & { readonly empty: boolean }) {
  const { actions } = useApp();
  const t = useT();
  const preset = useStore((state) => state.sceneId.preset);
  const whatIf = useWhatIf();
  const isBug = preset !== null && bugIds.includes(preset);
  const list = isBug ? bugIds : presetIds;
  const next = preset === null || !list.includes(preset) ? undefined : list[list.indexOf(preset) + 1];
  const invite = useStore((state) => state.ui.invite);
  const question = useStore(({ sceneId: { narration }, ui }) => narration && inLang(narration.question, ui.lang));
  const stage = useStore(({ scene, playhead: { playing, step }, ui }) => {
    const stop = ui.invite?.kind === 'stop' ? ui.invite.step : -1;
    if (!playing && (step === stop || step === (scene?.steps.length ?? 0) - 1)) return 'ends';
    return step >= 0 && step <= stop ? 'asks' : 'goesOn';
  });
  const titleOf = (id: string): string => {
    const key = `preset.${id}.title`;
    return hasText(key) ? t(key) : id;
  };
  if (invite?.kind === 'continue') {
    return (
      <span className="nr-ending" data-part="invite">
        <button type="button" onClick={() => void actions.openLink(invite.link, { play: false })}>
          {t('end.continue', { title: titleOf(invite.preset) })}
        </button>
        <button type="button" onClick={() => actions.setUi({ invite: null })}>
          {t('end.stay')}
        </button>
      </span>
    );
  }
  const act = (): void => {
    // A drawer stands over the panel: it goes as by its own key.
    document.querySelector('.drawer')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    actions.setUi({ panel: 'controls' });
  };
  const first = invite !== null;
  // Until one way is through, the question it answers stands with it.
  if (first && stage !== 'ends') {
    return stage === 'asks' ? (
      <span className="nr-asks" data-part="question">
        {question}
      </span>
    ) : null;
  }
  return (
    <span className="nr-ending" data-part={first ? 'invite' : undefined}>
      {first && <span className="nr-one-way">{t('end.oneWay')}</span>}
      {/* Where nothing has happened there is nothing to play. */}
      <button type="button" onClick={() => (empty ? act() : actions.play())}>
        {t(first ? 'end.goOn' : empty ? 'end.act' : 'end.replay')}
      </button>
      {whatIf !== null && (
        <button type="button" className="nr-whatif" onClick={whatIf.go}>
          {whatIf.text}
        </button>
      )}
      {isBug && (
        <button type="button" className="nr-whatif" onClick={() => void actions.loadPreset(`${preset}-fixed`)}>
          {t('end.withoutBug')}
        </button>
      )}
      {!framed && next !== undefined && (
        <button type="button" onClick={() => void actions.loadPreset(next)}>
          {t('end.next', { title: titleOf(next) })}
        </button>
      )}
      {first && (
        <button type="button" onClick={() => document.getElementById('scenes-button')?.click()}>
          {t('end.all')}
        </button>
      )}
    </span>
  );
}
