/**
 * "How true is it?": what the engine is held against, how much of it, what is model only and what is left out, and where
 * KVM itself leaves the chips. Counted from the tests' own data whenever the page is built, so it cannot age.
 */
import './truth.css';
import '../kit/panel-texts.ts';
import truth from 'virtual:truth';
import { useEffect, useId, useRef } from 'react';
import type { MessageKey } from '../../i18n/index.ts';
import { DIFFERENCES, type DifferenceId } from '../../spec/differs.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { useApp } from '../../store/use-app.ts';
import '../shared/differs-texts.ts';
import { useLang, useT } from '../shared/use-t.ts';

const LEFT_OUT: readonly MessageKey[] = ([1, 2, 3, 4, 5] as const).map((n) => `help.leftOut.${n}` as const);
const IDS = Object.keys(DIFFERENCES) as readonly DifferenceId[];
/** What KVM differs from, in the order of the rows. */
const FROM = [...new Set(IDS.map((id) => DIFFERENCES[id].from))];

export function TruthPage() {
  const t = useT();
  const lang = useLang();
  const id = useId();
  const { actions, store } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const close = (): void => {
    actions.setUi({ chapter: null });
    if (store.getState().scene === null && presetIds[0] !== undefined) void actions.loadPreset(presetIds[0]);
  };
  const number = new Intl.NumberFormat(lang);
  const sum = (what: 'sequences' | 'ops'): number => truth.compared.reduce((all, row) => all + row[what], 0);
  return (
    <section className="truth" aria-labelledby={id}>
      <title>{`${t('help.true')} · irqscope`}</title>
      <header className="truth-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {t('help.true')}
        </h2>
        <button type="button" className="btn" onClick={close}>
          {t('truth.close')}
        </button>
      </header>
      <p>{t('help.true.about')}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('help.true.what')}</th>
            <th scope="col">{t('help.true.sequences')}</th>
            <th scope="col">{t('help.true.ops')}</th>
          </tr>
        </thead>
        <tbody>
          {truth.compared.map(({ kind, sequences, ops }) => (
            <tr key={kind} data-kind={kind}>
              <th scope="row">{t(`help.true.${kind}`)}</th>
              <td>{number.format(sequences)}</td>
              <td>{number.format(ops)}</td>
            </tr>
          ))}
          <tr className="truth-sum">
            <th scope="row">{t('truth.sum')}</th>
            <td>{number.format(sum('sequences'))}</td>
            <td>{number.format(sum('ops'))}</td>
          </tr>
        </tbody>
      </table>
      <h3>{t('truth.model')}</h3>
      <p>{t('help.true.model')}</p>
      <h3>{t('help.leftOut')}</h3>
      <ul>
        {LEFT_OUT.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
      <h3>{t('help.differs')}</h3>
      {FROM.map((from) => (
        <section key={from}>
          <h4>{t(`differs.from.${from}`)}</h4>
          <ul>
            {IDS.filter((one) => DIFFERENCES[one].from === from).map((one) => (
              <li key={one} data-differs={one}>
                {t(`differs.${one}`)}{' '}
                {DIFFERENCES[one].fns.map((fn) => (
                  <code key={fn}>{fn}</code>
                ))}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
