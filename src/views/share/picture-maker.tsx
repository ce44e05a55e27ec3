/** A picture of the moment, with its preview. */
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useApp, useStore } from '../../store/use-app.ts';
import type { FigureTheme } from '../figure/figure.ts';
import type { Translate } from '../shared/use-t.ts';
import { save } from './save.ts';

const FORMATS = ['svg', 'png'] as const;
type Format = (typeof FORMATS)[number];
const THEMES = ['light', 'dark', 'print'] as const satisfies readonly FigureTheme[];
const SCALES = [1, 2, 3, 4] as const;
/** px; what is written is as large as it was in the preview. */
const WIDTH = 960;

interface Preview {
  readonly url: string;
  readonly title: string;
}

export function PictureMaker({
  step,
  name,
  t,
}: {
  readonly step: number;
  readonly name: string;
  readonly t: Translate;
}): ReactNode {
  const app = useApp();
  const id = useId();
  const [format, setFormat] = useState<Format>('svg');
  const shown = useStore((s) => s.ui.theme);
  const [theme, setTheme] = useState<FigureTheme>(shown === 'auto' ? 'light' : shown);
  const [scale, setScale] = useState(2);
  const [preview, setPreview] = useState<Preview | 'drawing' | 'failed'>('drawing');
  const [said, setSaid] = useState('');
  useEffect(() => {
    let here = true;
    let url = '';
    setPreview('drawing');
    void import('../figure/make.ts')
      .then(({ makeFile }) => makeFile(app, { format: 'svg', theme, scale: 1, width: WIDTH }, step))
      .then(
        (made) => {
          if (!here) return;
          if (typeof made === 'string') return setPreview('failed');
          url = URL.createObjectURL(new Blob([made.data], { type: made.mime }));
          setPreview({ url, title: made.title });
        },
        () => here && setPreview('failed'),
      );
    return () => {
      here = false;
      if (url !== '') URL.revokeObjectURL(url);
    };
  }, [app, theme, step]);
  const make = async (): Promise<void> => {
    const { makeFile } = await import('../figure/make.ts');
    const made = await makeFile(app, { format, theme, scale, width: WIDTH }, step).catch(() => 'format');
    if (typeof made === 'string') return setSaid(t('share.notDrawn'));
    save(`${name}.${format}`, made.mime, made.data);
    setSaid(t('share.saved', { name: `${name}.${format}` }));
  };
  return (
    <section aria-labelledby={`${id}-picture`}>
      <h3 id={`${id}-picture`}>{t('share.picture')}</h3>
      <div className="share-preview">
        {typeof preview === 'object' ? (
          <img src={preview.url} alt={t('share.preview', { title: preview.title })} />
        ) : (
          <p role="status">{t(preview === 'drawing' ? 'share.drawing' : 'share.notDrawn')}</p>
        )}
      </div>
      <div className="share-row">
        <label>
          {t('share.format')}
          <select value={format} onChange={(event) => setFormat(event.target.value as Format)}>
            {FORMATS.map((one) => (
              <option key={one} value={one}>
                {one.toUpperCase()}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('share.theme')}
          <select value={theme} onChange={(event) => setTheme(event.target.value as FigureTheme)}>
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {t(`share.theme.${one}`)}
              </option>
            ))}
          </select>
        </label>
        {format !== 'svg' && (
          <label>
            {t('share.scale')}
            <select value={scale} onChange={(event) => setScale(Number(event.target.value))}>
              {SCALES.map((one) => (
                <option key={one} value={one}>
                  {one} ×
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" className="btn btn-main" onClick={() => void make()}>
          {t('share.save')} {format.toUpperCase()}
        </button>
      </div>
      <p role="status" className="share-note">
        {said === '' ? t('share.carries') : said}
      </p>
    </section>
  );
}
