/** How a trace comes in: a file, a text, one of ours; and how to record one. */
import { type ReactNode, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import { RECIPES } from '../../trace/recipe.ts';
import type { Translate } from '../shared/use-t.ts';
import { fetchSample, SAMPLES } from './samples.ts';

const MAX_PASTE = 8 * 1024 * 1024;

interface SourcesProps {
  readonly t: Translate;
  readonly open: (what: Blob | string, title: string, vm?: number, sample?: string) => void;
  readonly onFile: (file: File) => void;
  readonly onProblem: (key: string) => void;
}

export function Sources({ t, open, onFile, onProblem }: SourcesProps): ReactNode {
  const [text, setText] = useState('');
  const take = (pasted: string): void => {
    if (pasted.trim() === '') return;
    if (pasted.length > MAX_PASTE) onProblem('trace.page.tooLong');
    else open(pasted, '');
  };
  return (
    <div className="tr-sources">
      <p>{t('trace.page.lead')}</p>
      <label className="tr-file">
        <span>{t('trace.page.choose')}</span>
        <input
          type="file"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen !== undefined) onFile(chosen);
            // The same file may be chosen again: after a cancel, or when it was recorded anew.
            event.target.value = '';
          }}
        />
      </label>
      <label className="tr-paste">
        <span>{t('trace.page.paste')}</span>
        <textarea rows={5} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="button" className="btn" onClick={() => take(text)}>
        {t('trace.page.read')}
      </button>
      {SAMPLES.length > 0 && (
        <fieldset className="tr-samples">
          <legend>{t('trace.page.sample')}</legend>
          {SAMPLES.map((sample) => (
            <button
              key={sample.id}
              type="button"
              className="btn"
              onClick={async () => {
                const blob = await fetchSample(sample);
                if (blob !== null) open(blob, t(`trace.page.sample.${sample.id}`), undefined, sample.id);
                else onProblem('error.part-not-loaded');
              }}
            >
              {t(`trace.page.sample.${sample.id}`)}
            </button>
          ))}
        </fieldset>
      )}
      <details className="tr-recipe">
        <summary>{t('trace.page.recipe')}</summary>
        {RECIPES.map(({ id, commands }) => {
          const key = `trace.recipe.${id}`;
          const cost = `${key}.cost`;
          return (
            <div key={id}>
              <h3>{hasText(key) ? t(key) : id}</h3>
              <pre>{commands.join('\n')}</pre>
              <p>{hasText(cost) ? t(cost) : ''}</p>
            </div>
          );
        })}
      </details>
    </div>
  );
}
