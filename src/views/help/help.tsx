/** Help: what this is, the keys, and what is modelled and what is not. Comes when it is asked for. */
import './help.css';
import '../kit/panel-texts.ts';
import { useEffect, useRef } from 'react';
import type { MessageKey } from '../../i18n/index.ts';
import { HOW_TRUE } from '../../store/chapter-address.ts';
import { useApp } from '../../store/use-app.ts';
import { OPEN_LIST } from '../glossary/open-list.ts';
import { useT } from '../shared/use-t.ts';

/** Keys by what they do. */
const KEYS: readonly (readonly [keys: readonly string[], does: MessageKey])[] = [
  [['Space'], 'help.key.play'],
  [['→', '←'], 'help.key.step'],
  [['Home', 'End'], 'help.key.ends'],
  [['PgUp', 'PgDn'], 'help.key.tenSteps'],
  [['[', ']'], 'help.key.speed'],
  [['Tab', 'Enter'], 'help.key.select'],
  [['g'], 'help.key.terms'],
  [['Shift', '→', '←'], 'help.key.beats'],
  [['J', 'K', 'L'], 'help.key.jkl'],
  [[',', '.'], 'help.key.unit'],
  [['U'], 'help.key.nextUnit'],
  [['F8', 'Shift', 'F8'], 'help.key.stop'],
  [['B'], 'help.key.runs'],
  [['W', 'S'], 'help.key.zoom'],
  [['A', 'D'], 'help.key.pan'],
  [['0'], 'help.key.whole'],
  [['F'], 'help.key.fit'],
  [['X'], 'help.key.axis'],
  [['M', 'Shift', 'F10'], 'help.key.menu'],
  [['Ctrl', 'Z'], 'help.key.undo'],
  [['Esc'], 'help.key.close'],
  [['?'], 'help.key.help'],
];

const MODELLED: readonly MessageKey[] = [
  'help.modelled.1',
  'help.modelled.runLoop',
  'help.modelled.2',
  'help.modelled.3',
];
const LEFT_OUT: readonly MessageKey[] = ([1, 2, 3, 4, 5] as const).map((n) => `help.leftOut.${n}` as const);

interface Props {
  /** It has been shut. */
  readonly onClose: () => void;
}

/** The dialog: open as long as it is there. */
export function HelpDialog({ onClose }: Props) {
  const t = useT();
  const { actions } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} className="dialog help" aria-labelledby="help-title">
      <form method="dialog">
        <h2 id="help-title">irqscope</h2>
        <p>{t('help.about')}</p>
        <h3>{t('help.keys')}</h3>
        <dl className="help-keys">
          {KEYS.map(([keys, does]) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{t(does)}</dd>
            </div>
          ))}
        </dl>
        <p className="help-doors">
          <button
            type="button"
            className="btn"
            onClick={() => {
              dialog.current?.close();
              document.dispatchEvent(new Event(OPEN_LIST));
            }}
          >
            {t('help.glossary')}
          </button>
          <button
            type="button"
            className="btn"
            onClick={() => {
              dialog.current?.close();
              actions.setUi({ chapter: HOW_TRUE });
            }}
          >
            {t('help.true')}
          </button>
        </p>
        <h3>{t('help.modelled')}</h3>
        <ul>
          {MODELLED.map((key) => (
            <li key={key}>{t(key)}</li>
          ))}
        </ul>
        <h3>{t('help.leftOut')}</h3>
        <ul>
          {LEFT_OUT.map((key) => (
            <li key={key}>{t(key)}</li>
          ))}
        </ul>
        <div className="dialog-buttons">
          <button type="submit" className="btn btn-main">
            {t('dialog.close')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
