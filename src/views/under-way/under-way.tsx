/** On their way: every interrupt that is under way and what it does now, so that which one is stuck is always on screen. */
import '../kit/panel-texts.ts';
import './under-way.css';
import { useEffect, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import type { MessageKey } from '../../i18n/index.ts';
import { colourOf } from '../../scene/flights.ts';
import { type UnderWay as One, underWayAt } from '../../scene/under-way.ts';
import { moment, WAIT_TEXT } from '../board/wait-text.ts';
import { inPlaces } from '../shared/in-places.ts';
import { labelText } from '../shared/label-text.ts';
import { useLateStep } from '../shared/late-step.ts';
import { sourceName } from '../shared/source-name.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { usePickedTokens } from './pick-token.ts';

/** More than so many are counted. */
const MOST = 5;

function doing({ does, wait, what, vcpu }: One, t: Translate): string {
  if (wait !== null) return t(WAIT_TEXT[wait.cause] as MessageKey, { what: wait.what });
  return does === 'serves' ? t('way.serves', { vcpu, what }) : t('way.moves', { what: labelText(what, t) });
}

export function UnderWay() {
  const t = useT();
  const scene = useShownScene();
  const step = useLateStep(0);
  const all = useMemo(() => (scene === null || step < 0 ? [] : underWayAt(scene, step)), [scene, step]);
  usePickedTokens(all);
  // Where a token is its number alone, what it waits for is said under the sentence.
  const [told, setTold] = useState<Element | null>(null);
  useEffect(() => setTold(document.querySelector('[data-part=narrator] .nr-told')), []);
  if (scene === null) return null;
  // What waits is never among those that are only counted.
  const shown = [...all].sort((a, b) => Number(b.wait !== null) - Number(a.wait !== null)).slice(0, MOST);
  shown.sort((a, b) => a.journey - b.journey);
  const line = ({ one, place }: { readonly one: One; readonly place: number }) => (
    <li
      key={place}
      data-journey={one.journey}
      data-state={one.does === 'waits' ? 'waiting' : one.does === 'serves' ? 'resting' : 'moving'}
      style={{ '--c': `var(--j${colourOf(one.journey)})` } as React.CSSProperties}
    >
      <b className="uw-number">{one.journey}</b>
      <span className="uw-name">{sourceName(scene, one.began, t)}</span>
      <span className="uw-does">{doing(one, t)}</span>
      <span className="uw-since">{t('stage.wait.since', { time: moment(one.since) })}</span>
    </li>
  );
  const waits = shown.filter(({ wait }) => wait !== null);
  return (
    <section className="uw" aria-label={t('way.title')} data-part="under-way">
      <h2 className="caps">{t('way.title')}</h2>
      {all.length === 0 ? (
        <p className="uw-none">{t('way.none')}</p>
      ) : (
        <ul>
          {inPlaces(shown).map(line)}
          {all.length > shown.length && <li className="uw-more">{t('way.more', { n: all.length - shown.length })}</li>}
        </ul>
      )}
      {told !== null &&
        waits.length > 0 &&
        createPortal(<ul className="uw uw-told">{inPlaces(waits).map(line)}</ul>, told)}
    </section>
  );
}
