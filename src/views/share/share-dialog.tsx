/** Everything that takes this moment elsewhere: link, code for pages and decks, pictures, file, story. Comes when it is asked for. */
import '../shared/preset-texts.ts';
import './share-texts.ts';
import './share.css';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import { stepName } from '../../log/step-name.ts';
import { STATE_FILE } from '../../share/state-file.ts';
import { linkOf, loadLinkCodec } from '../../store/actions/links.ts';
import type { App } from '../../store/create-app.ts';
import { useApp } from '../../store/use-app.ts';
import { save } from '../shared/save.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { PictureMaker } from './picture-maker.tsx';
import {
  elementSnippet,
  iframeSnippet,
  linkAddress,
  markdownSnippet,
  PICTURE_NAME,
  posterOf,
  revealSnippet,
  type Shared,
} from './snippets.ts';

/** Links longer than this are cut by some chats. */
const LONG = 2_000;

/** What is shared: the moment at which the dialog was opened. */
interface Moment {
  readonly shared: Shared | null;
  readonly step: number;
  /** Name of files, without their ending. */
  readonly name: string;
  readonly title: string;
}

function momentOf({ store }: App, pageUrl: string, t: Translate): Moment {
  const state = store.getState();
  const { scene, sceneId, playhead, ui } = state;
  const key = `preset.${sceneId.preset ?? ''}.title`;
  const title = hasText(key) ? t(key) : 'irqscope';
  const link = linkOf(state);
  const name = `${sceneId.preset ?? 'scene'}-${playhead.step + 1}`;
  const step = scene === null ? null : stepName(scene.steps, playhead.step);
  const theme = ui.theme === 'auto' ? null : ui.theme;
  const lang = ui.lang === 'en' ? null : ui.lang;
  return {
    shared: link === null ? null : { pageUrl, link, title, step, theme, lang },
    step: playhead.step,
    name,
    title,
  };
}

interface Props {
  /** This page's address, without query and fragment. */
  readonly pageUrl: string;
  /** Opens a file that was chosen here. */
  readonly onFile: (file: File) => void;
  /** It has been shut. */
  readonly onClose: () => void;
}

/** The dialog: open as long as it is there. */
export function ShareDialog({ pageUrl, onFile, onClose }: Props): ReactNode {
  const t = useT();
  const app = useApp();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [moment, setMoment] = useState<Moment | null>(null);
  useEffect(() => {
    app.actions.pause();
    dialog.current?.showModal();
    const take = (): void => setMoment((before) => before ?? momentOf(app, pageUrl, t));
    // Without the codec (no network) there is no link of a changed scene; all else is there.
    loadLinkCodec().then(take, take);
  }, [app, pageUrl, t]);
  return (
    <dialog ref={dialog} onClose={onClose} className="dialog share" aria-labelledby={`${id}-title`}>
      <div className="share-head">
        <h2 id={`${id}-title`}>{t('share.title')}</h2>
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          {t('dialog.close')}
        </button>
      </div>
      {moment !== null && (
        <Ways
          moment={moment}
          t={t}
          onFile={(file) => {
            dialog.current?.close();
            onFile(file);
          }}
        />
      )}
    </dialog>
  );
}

interface WaysProps {
  readonly moment: Moment;
  readonly t: Translate;
  readonly onFile: (file: File) => void;
}

function Ways({ moment, t, onFile }: WaysProps): ReactNode {
  const { shared } = moment;
  return (
    <div className="share-body">
      <div className="share-code">
        {shared === null ? (
          <p>{t('share.none')}</p>
        ) : (
          <>
            <Snippet name={t('share.link')} text={linkAddress(shared)} rows={2} first t={t}>
              <p className="share-note" data-long={linkAddress(shared).length > LONG}>
                {t('share.length', { n: linkAddress(shared).length })}
                {linkAddress(shared).length > LONG && ` · ${t('share.long')}`}
              </p>
            </Snippet>
            <h3>{t('share.code')}</h3>
            <Snippet name={t('share.markdown')} text={markdownSnippet(shared)} rows={3} t={t}>
              {posterOf(shared).toSave && <p className="share-note">{t('share.poster', { name: PICTURE_NAME })}</p>}
            </Snippet>
            <Snippet name={t('share.iframe')} text={iframeSnippet(shared)} rows={4} t={t} />
            <Snippet name={t('share.element')} text={elementSnippet(shared)} rows={3} t={t} />
            <Snippet name={t('share.reveal')} text={revealSnippet(shared)} rows={6} t={t} />
          </>
        )}
      </div>
      <div className="share-files">
        <PictureMaker step={moment.step} name={moment.name} t={t} />
        <Files moment={moment} t={t} onFile={onFile} />
      </div>
    </div>
  );
}

interface SnippetProps {
  readonly name: string;
  readonly text: string;
  readonly rows: number;
  readonly t: Translate;
  /** It has the focus when the dialog opens. */
  readonly first?: boolean;
  readonly children?: ReactNode;
}

function Snippet({ name, text, rows, t, first = false, children }: SnippetProps): ReactNode {
  const id = useId();
  return (
    <div className="share-snippet">
      <label htmlFor={id}>{name}</label>
      <Copy what={name} text={() => text} main={first} t={t} />
      <textarea id={id} readOnly rows={rows} value={text} onFocus={(event) => event.currentTarget.select()} />
      {children}
    </div>
  );
}

/** Copies a text, and says so. */
function Copy({
  what,
  text,
  main = false,
  label,
  t,
}: {
  readonly what: string;
  readonly text: () => string | Promise<string>;
  readonly main?: boolean;
  readonly label?: string;
  readonly t: Translate;
}): ReactNode {
  const [said, setSaid] = useState<'copied' | 'failed' | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (main) button.current?.focus();
  }, [main]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      setSaid('copied');
    } catch {
      setSaid('failed');
    }
  };
  return (
    <span className="share-copy">
      <button
        ref={button}
        type="button"
        className={main ? 'btn btn-main' : 'btn'}
        aria-label={label === undefined ? t('share.copyWhat', { what }) : undefined}
        onClick={() => void copy()}
        onBlur={() => setSaid(null)}
      >
        {said === 'copied' ? t('share.copied') : (label ?? t('share.copy'))}
      </button>
      <span role="status" className={said === 'failed' ? 'share-note' : 'visually-hidden'}>
        {said === 'copied' && t('share.copied')}
        {said === 'failed' && t('share.byHand')}
      </span>
    </span>
  );
}

/** Characters of a story that are shown; copied and saved it is whole. */
const SHOWN = 50_000;

/** The scene as a file, and its story. */
function Files({ moment: { shared, step, name }, t, onFile }: WaysProps): ReactNode {
  const app = useApp();
  const id = useId();
  const [story, setStory] = useState('');
  useEffect(() => {
    let here = true;
    void import('../figure/make.ts')
      .then(({ makeFile }) => makeFile(app, { format: 'text', scale: 1, width: 960 }, step))
      .then(
        (made) => here && typeof made !== 'string' && setStory(String(made.data)),
        () => {},
      );
    return () => {
      here = false;
    };
  }, [app, step]);
  const saveState = async (): Promise<void> => {
    const { makeFile } = await import('../figure/make.ts');
    const made = await makeFile(app, { format: 'json', scale: 1, width: 960, branches: true }, step);
    if (typeof made !== 'string') save(`${name}${STATE_FILE}`, new Blob([made.data], { type: made.mime }));
  };
  return (
    <>
      <section aria-labelledby={`${id}-file`}>
        <h3 id={`${id}-file`}>{t('share.file')}</h3>
        <p className="share-note">{t('share.fileAbout', { name: STATE_FILE })}</p>
        <div className="share-row">
          <button type="button" className="btn" disabled={shared === null} onClick={() => void saveState()}>
            {t('share.save')} {STATE_FILE}
          </button>
          <label className="btn share-open">
            {t('share.open')}
            <input
              type="file"
              className="visually-hidden"
              onChange={(event) => {
                const file = event.target.files?.[0];
                if (file !== undefined) onFile(file);
              }}
            />
          </label>
        </div>
      </section>
      <section aria-labelledby={`${id}-story`}>
        <h3 id={`${id}-story`}>{t('share.story')}</h3>
        <p className="share-note">{t('share.storyAbout')}</p>
        <textarea
          readOnly
          rows={6}
          value={story.length > SHOWN ? `${story.slice(0, SHOWN)}…` : story}
          aria-labelledby={`${id}-story`}
        />
        {/* Told by a part that comes a moment later: nothing to copy before. */}
        {story !== '' && (
          <div className="share-row">
            <Copy what={t('share.story')} label={t('share.copyStory')} text={() => story} t={t} />
            <button
              type="button"
              className="btn"
              onClick={() => save(`${name}.txt`, new Blob([story], { type: 'text/plain' }))}
            >
              {t('share.save')} .txt
            </button>
          </div>
        )}
      </section>
    </>
  );
}
