/** A picture of the moment, or a film of some steps, with its preview. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { App } from '../../store/create-app.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import type { FigureTheme } from '../figure/figure.ts';
import { LONGEST_FILM_S } from '../figure/film-limits.ts';
import type { FileOrder, MadeFile, Progress } from '../figure/make.ts';
import { save } from '../shared/save.ts';
import type { Translate } from '../shared/use-t.ts';

const FORMATS = ['svg', 'png', 'gif', 'mp4'] as const;
type Format = (typeof FORMATS)[number];
const THEMES = ['light', 'dark', 'print'] as const satisfies readonly FigureTheme[];
const SCALES = [1, 2, 3, 4] as const;
/** px; what is written is as large as it was in the preview. */
const WIDTH = 960;

const isFilm = (format: Format): boolean => format === 'gif' || format === 'mp4';

async function make(app: App, order: FileOrder, step: number, progress?: Progress): Promise<MadeFile | string> {
  try {
    return await (await import('../figure/make.ts')).makeFile(app, order, step, progress);
  } catch {
    // A part did not load, or the browser cannot draw it.
    return 'format';
  }
}

interface Shown {
  readonly url: string;
  readonly title: string;
  readonly mime: string;
}

/** The picture at once, and the film once it is made. */
function usePreview(theme: FigureTheme, step: number): [Shown | 'drawing' | 'failed', (made: MadeFile) => void] {
  const app = useApp();
  const [shown, setShown] = useState<Shown | 'drawing' | 'failed'>('drawing');
  const url = useRef('');
  const show = (made: MadeFile): void => {
    URL.revokeObjectURL(url.current);
    url.current = URL.createObjectURL(new Blob([made.data], { type: made.mime }));
    setShown({ url: url.current, title: made.title, mime: made.mime });
  };
  const showNow = useRef(show);
  useEffect(() => {
    let here = true;
    setShown('drawing');
    void make(app, { format: 'svg', theme, scale: 1, width: WIDTH }, step).then((made) => {
      if (!here) return;
      if (typeof made === 'string') setShown('failed');
      else showNow.current(made);
    });
    return () => {
      here = false;
    };
  }, [app, theme, step]);
  useEffect(() => () => URL.revokeObjectURL(url.current), []);
  return [shown, show];
}

/** A film that is being made. */
interface Making {
  readonly done: number;
  readonly of: number;
  readonly control: AbortController;
}

interface Props {
  readonly step: number;
  /** Of files, without their ending. */
  readonly name: string;
  readonly t: Translate;
}

export function PictureMaker({ step, name, t }: Props): ReactNode {
  const app = useApp();
  const id = useId();
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const page = useStore((s) => s.ui.theme);
  const [format, setFormat] = useState<Format>('svg');
  const [theme, setTheme] = useState<FigureTheme>(page === 'auto' ? 'light' : page);
  const [scale, setScale] = useState(1);
  const [range, setRange] = useState({ from: 1, to: Math.max(1, count) });
  const [making, setMaking] = useState<Making | null>(null);
  const [said, setSaid] = useState('');
  const [shown, show] = usePreview(theme, step);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (): Promise<void> => {
    const control = new AbortController();
    running.current = control;
    setSaid('');
    if (isFilm(format)) setMaking({ done: 0, of: 0, control });
    const progress: Progress = {
      onProgress: (done, of) => setMaking({ done, of, control }),
      signal: control.signal,
    };
    const steps = { from: range.from - 1, to: range.to - 1 };
    const made = await make(app, { format, theme, scale, width: WIDTH, steps }, step, progress);
    setMaking(null);
    if (made === 'cancelled') return;
    if (typeof made === 'string') {
      setSaid(
        t(made === 'film-long' ? 'share.filmLong' : isFilm(format) ? 'share.filmNone' : 'share.notDrawn', {
          max: LONGEST_FILM_S,
        }),
      );
      return;
    }
    const file = `${name}.${made.mime === 'video/webm' ? 'webm' : format}`;
    if (isFilm(format)) show(made);
    save(file, new Blob([made.data], { type: made.mime }));
    const webm = format === 'mp4' && made.mime === 'video/webm' ? ` ${t('share.webm')}` : '';
    setSaid(t('share.saved', { name: file }) + webm);
  };

  return (
    <section aria-labelledby={`${id}-picture`}>
      <h3 id={`${id}-picture`}>{t('share.picture')}</h3>
      <div className="share-preview">
        <Preview shown={shown} t={t} />
      </div>
      <div className="share-row">
        <Choice label={t('share.format')} value={format} options={FORMATS} onChange={setFormat}>
          {(one) => one.toUpperCase()}
        </Choice>
        <Choice label={t('share.theme')} value={theme} options={THEMES} onChange={setTheme}>
          {(one) => t(`share.theme.${one}`)}
        </Choice>
        {format !== 'svg' && (
          <Choice label={t('share.scale')} value={scale} options={SCALES} onChange={setScale}>
            {(one) => `${one} ×`}
          </Choice>
        )}
        {isFilm(format) && <Range count={count} range={range} setRange={setRange} t={t} />}
        <button
          type="button"
          className="btn btn-main"
          disabled={
            making !== null || (isFilm(format) && !(range.from >= 1 && range.to >= range.from && range.to <= count))
          }
          onClick={() => void start()}
        >
          {t('share.save')} {format.toUpperCase()}
        </button>
      </div>
      {making !== null && (
        <div className="share-row">
          <progress aria-label={t('share.picture')} max={making.of || 1} value={making.done} />
          <span className="share-note">{t('share.filming', { done: making.done, of: making.of })}</span>
          <button type="button" className="btn" onClick={() => making.control.abort()}>
            {t('share.cancel')}
          </button>
        </div>
      )}
      <p role="status" className="share-note">
        {said === '' ? t('share.carries') : said}
      </p>
    </section>
  );
}

function Preview({ shown, t }: { readonly shown: Shown | 'drawing' | 'failed'; readonly t: Translate }): ReactNode {
  if (typeof shown === 'string') {
    return <p role="status">{t(shown === 'drawing' ? 'share.drawing' : 'share.notDrawn')}</p>;
  }
  const { url, title, mime } = shown;
  if (mime.startsWith('video/')) {
    // It has no sound, and its sentences are in its pictures.
    return <video src={url} controls muted loop aria-label={t('share.film', { title })} />;
  }
  return <img src={url} alt={t(mime === 'image/gif' ? 'share.film' : 'share.preview', { title })} />;
}

interface ChoiceProps<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly onChange: (value: T) => void;
  /** Name of an option. */
  readonly children: (option: T) => string;
}

function Choice<T extends string | number>({ label, value, options, onChange, children }: ChoiceProps<T>): ReactNode {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={(event) => onChange(options.find((one) => String(one) === event.target.value) ?? value)}
      >
        {options.map((one) => (
          <option key={one} value={one}>
            {children(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** First and last step of a film, counted from 1 as beside the stage. */
function Range({
  count,
  range,
  setRange,
  t,
}: {
  readonly count: number;
  readonly range: { readonly from: number; readonly to: number };
  readonly setRange: (range: { from: number; to: number }) => void;
  readonly t: Translate;
}): ReactNode {
  const field = (label: string, value: number, change: (value: number) => void): ReactNode => (
    <label>
      {label}
      <input
        type="number"
        min={1}
        max={count}
        value={value}
        onChange={(event) => change(Math.round(event.target.valueAsNumber) || 0)}
      />
    </label>
  );
  return (
    <>
      {field(t('share.from'), range.from, (from) => setRange({ ...range, from }))}
      {field(t('share.to'), range.to, (to) => setRange({ ...range, to }))}
    </>
  );
}
