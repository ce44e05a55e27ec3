/** A window of the trace as a scene of ours: shown before anything is copied, so that who shares it sees what is in it. */
import { type ReactNode, useRef, useState } from 'react';
import { linkOf, loadLinkCodec } from '../../store/actions/links.ts';
import { NO_SCENE } from '../../store/types.ts';
import { useApp } from '../../store/use-app.ts';
import type { Answers, TraceJob } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';

const MOST_REFUSED = 200;

interface Made {
  readonly scene: NonNullable<Answers['scene']>;
  /** The address's fragment; null: too long for a link. */
  readonly link: string | null;
}

export function SaveScene({
  job,
  range,
  t,
}: {
  readonly job: TraceJob;
  readonly range: readonly [number, number];
  readonly t: Translate;
}): ReactNode {
  const app = useApp();
  const [made, setMade] = useState<Made | null>(null);
  const [said, setSaid] = useState<'copied' | 'failed' | null>(null);
  const anchor = useRef<HTMLAnchorElement>(null);
  const [from, to] = range;
  const about = made === null ? '' : t('trace.page.scene.about', { n: made.scene.ops.length, start: made.scene.start });
  const make = async (): Promise<void> => {
    setSaid(null);
    const scene = await job.ask({ what: 'scene', from, to }).catch(() => null);
    if (scene === null) {
      setSaid('failed');
      return;
    }
    await loadLinkCodec();
    // Run once: what the machine refuses is not in the link, and the link says how it ends.
    const trial = app.another();
    const id = { ...NO_SCENE, start: scene.start };
    await new Promise<void>((resolve) => {
      const opening = { step: null, play: false, leaveOut: MOST_REFUSED, whenDone: () => resolve() };
      trial.feed.run(scene.ops, id, opening);
    });
    const hash = linkOf(trial.store.getState());
    trial.close();
    setMade({ scene, link: hash === null ? null : `#${hash}` });
  };
  return (
    <div className="tr-save">
      <button type="button" className="btn" onClick={() => void make()}>
        {t('trace.page.scene.make', { from, to })}
      </button>
      {said === 'failed' && <p role="alert">{t('trace.page.scene.none')}</p>}
      {made !== null && (
        <div className="tr-scene">
          <p>{made.scene.cut ? t('trace.page.scene.aboutCut', { about, cut: t('trace.page.scene.cut') }) : about}</p>
          <pre>{made.scene.ops.map((op) => JSON.stringify(op)).join('\n')}</pre>
          {made.link === null ? (
            <p>{t('trace.page.scene.long')}</p>
          ) : (
            <p className="tr-exports">
              <a className="btn" href={made.link} ref={anchor} target="_blank" rel="noreferrer">
                {t('trace.page.scene.open')}
              </a>
              <button
                type="button"
                className="btn"
                onClick={() =>
                  navigator.clipboard.writeText(anchor.current?.href ?? '').then(
                    () => setSaid('copied'),
                    () => setSaid('failed'),
                  )
                }
              >
                {t('trace.page.scene.copy')}
              </button>
              {said === 'copied' && <span role="status">{t('trace.page.copied')}</span>}
            </p>
          )}
        </div>
      )}
    </div>
  );
}
