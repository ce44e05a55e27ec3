/** What stands in a frame until somebody starts it: the figure of a step, what it shows, one button. No engine lives behind it. */
import { type ReactNode, useEffect, useState } from 'react';
import '../views/shared/preset-texts.ts';
import { hasText } from '../i18n/index.ts';
import { findStep } from '../log/steps.ts';
import { beatsOf } from '../scene/beats.ts';
import { loadPresetFile } from '../scenes/index.ts';
import { decodePresetLink } from '../share/preset-link.ts';
import type { App } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import { useApp } from '../store/use-app.ts';
import { themeNow } from '../views/figure/theme-now.ts';
import { useT } from '../views/shared/use-t.ts';

interface Shown {
  /** Address of the picture. */
  readonly src: string;
  readonly sentence: string;
  readonly preset: string | null;
}

/** The preset a link is to as it is, where nothing is asked of its poster: its file is there since the build. */
function shippedPreset(app: App, link: string, poster: string | null): string | null {
  if (__ONE_FILE__ || poster !== null || app.store.getState().ui.lang !== 'en' || themeNow(app) !== 'light')
    return null;
  const answer = decodePresetLink(link);
  if (answer === null || answer === 'state' || !answer.ok) return null;
  const { preset, step } = answer.link;
  return preset.version === null && step === null ? preset.id : null;
}

async function shipped(id: string): Promise<Shown | null> {
  const src = `posters/stage/${id}.svg`;
  const [answer, there] = await Promise.all([
    loadPresetFile(id),
    new Promise<boolean>((done) => {
      const picture = new Image();
      picture.onload = () => done(true);
      picture.onerror = () => done(false);
      picture.src = src;
    }),
  ]);
  if (!answer.ok || !there) return null;
  return { src, sentence: answer.preset.narration?.beats[0]?.en ?? '', preset: id };
}

/** Index of the step a poster shows. */
function stepOf({ store }: App, poster: string | null): number {
  const { scene, sceneId, playhead } = store.getState();
  if (scene === null) return -1;
  const last = scene.steps.length - 1;
  if (poster === null) return playhead.step >= 0 ? playhead.step : (beatsOf(scene, sceneId)[0]?.hold ?? -1);
  if (poster === 'end') return last;
  return Math.min(last, /^-?\d+$/.test(poster) ? Math.max(-1, Number(poster)) : findStep(scene.steps, poster));
}

/** Runs the scene for its picture; the engine ends with it. */
async function drawn(app: App, link: string, poster: string | null): Promise<Shown | null> {
  const painter = app.another();
  try {
    const [{ makeFile }, opened] = await Promise.all([
      import('../views/figure/make.ts'),
      painter.actions.openLink(link, { play: false }),
    ]);
    if (opened !== 'opened') return null;
    const width = Math.max(480, Math.min(960, window.innerWidth));
    const order = { format: 'svg', scale: 1, width, stageOnly: true } as const;
    const made = await makeFile(painter, order, stepOf(painter, poster));
    if (typeof made === 'string') return null;
    const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(String(made.data))}`;
    return { src, sentence: made.sentence ?? '', preset: painter.store.getState().sceneId.preset };
  } catch {
    return null;
  } finally {
    painter.close();
  }
}

interface Props {
  readonly options: EmbedOptions;
  /** Text of the link the frame opens. */
  readonly link: string;
  readonly onPlay: () => void;
}

export function Poster({ options, link, onPlay }: Props): ReactNode {
  const t = useT();
  const app = useApp();
  const [shown, setShown] = useState<Shown | null>(null);
  const { poster } = options;
  useEffect(() => {
    let here = true;
    const id = shippedPreset(app, link, poster);
    void (async () => {
      const found = (id === null ? null : await shipped(id)) ?? (await drawn(app, link, poster));
      if (here) setShown(found);
    })();
    return () => {
      here = false;
    };
  }, [app, link, poster]);
  const key = `preset.${shown?.preset ?? ''}.title`;
  const title = hasText(key) ? t(key) : '';
  return (
    <main className="app embed embed-poster" data-part="poster">
      {title !== '' && <h1>{title}</h1>}
      {/* What it shows is said in words beside it. */}
      <div className="embed-figure">{shown !== null && <img src={shown.src} alt="" data-part="figure" />}</div>
      {shown !== null && shown.sentence !== '' && <p data-part="sentence">{shown.sentence}</p>}
      <button type="button" className="btn btn-main" onClick={onPlay}>
        {title === '' ? t('shell.start') : t('shell.play', { title })}
      </button>
    </main>
  );
}
