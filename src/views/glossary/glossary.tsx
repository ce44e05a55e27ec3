/**
 * What a word means, wherever it stands: a card for the term the pointer rests on, or a finger; with the key `g` for the
 * terms of the focused part, and again for the whole list. It reads the page's own texts, so nothing has to be marked.
 */
import './glossary-texts.ts';
import './glossary.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { hasText, type Lang, type MessageKey } from '../../i18n/index.ts';
import { TERMS } from '../../i18n/terms.ts';
import { useStore } from '../../store/use-app.ts';
import { useLang, useT } from '../shared/use-t.ts';
import { GlossaryList } from './glossary-list.tsx';
import { EXPLAIN_FOCUS, OPEN_LIST } from './open-list.ts';
import { termsIn } from './terms-in.ts';
import { textUnder } from './text-under.ts';

interface Shown {
  readonly ids: readonly string[];
  /** A register's name and the key of what it holds, where it stands in a list of them (`data-doc`). */
  readonly register?: { readonly name: string; readonly key: MessageKey } | undefined;
  /** What it is about, on screen. */
  readonly box: DOMRect;
  /** Asked for by key: it stays until it is shut. */
  readonly stays: boolean;
}

/** ms for which the pointer rests. */
const REST = 450;
/** ms for which a finger does. */
const PRESS = 500;
/** px it may move meanwhile. */
const STILL = 8;
/** Most terms of one card. */
const MOST = 12;

function registerAt(element: Element | null): Shown['register'] {
  const named = element?.closest<HTMLElement>('[data-doc]') ?? null;
  const key = named?.dataset.doc;
  return named !== null && key !== undefined && hasText(key) ? { name: named.textContent ?? '', key } : undefined;
}

function atPoint(x: number, y: number, lang: Lang): Shown | null {
  const under = textUnder(x, y);
  if (under === null) return null;
  const register = registerAt(document.elementFromPoint(x, y));
  if (register !== undefined) return { ids: [], register, box: under.boxOf(0, under.text.length), stays: false };
  const hit = termsIn(under.text, lang).find(({ from, to }) => under.at >= from && under.at <= to);
  return hit === undefined ? null : { ids: [hit.id], box: under.boxOf(hit.from, hit.to), stays: false };
}

/** The texts of an element as they are read, each by itself: what stands beside one another is no phrase. */
function textsOf(element: Element): string[] {
  const pieces = element instanceof SVGElement ? [...element.querySelectorAll('text')] : [];
  const texts = pieces.length > 0 ? pieces.map((piece) => piece.textContent ?? '') : [element.textContent ?? ''];
  return [...texts, element.getAttribute('aria-label') ?? ''];
}

/** Terms of the focused element, or of the nearest thing around it that has any. */
function ofFocus(lang: Lang): Shown | null {
  let element: Element | null = document.activeElement;
  for (; element !== null && element !== document.body; element = element.parentElement) {
    const ids = new Set(textsOf(element).flatMap((text) => termsIn(text, lang).map(({ id }) => id)));
    const register = registerAt(element.querySelector(':scope > [data-doc]'));
    if (register !== undefined) return { ids: [], register, box: element.getBoundingClientRect(), stays: true };
    if (ids.size > 0) return { ids: [...ids].slice(0, MOST), box: element.getBoundingClientRect(), stays: true };
  }
  return null;
}

/** Beside what it explains, below it where there is room. */
function place(card: HTMLElement, box: DOMRect): void {
  const { width, height } = card.getBoundingClientRect();
  const room = document.documentElement;
  const below = box.bottom + 6;
  const top = below + height <= room.clientHeight - 4 ? below : Math.max(4, box.top - height - 6);
  card.style.top = `${Math.max(4, Math.min(top, room.clientHeight - height - 4))}px`;
  card.style.left = `${Math.max(4, Math.min(box.left, room.clientWidth - width - 4))}px`;
}

const TYPING = 'input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]';

export function Glossary() {
  const t = useT();
  const lang = useLang();
  const keysAreHosts = useStore((state) => state.ui.embed?.keys === 'parent');
  const [shown, setShown] = useState<Shown | null>(null);
  const [list, setList] = useState(false);
  const card = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let at = { x: 0, y: 0 };
    /** The press that is under way has asked. */
    let held = false;
    const isCard = (target: EventTarget | null): boolean =>
      target instanceof Node && card.current?.contains(target) === true;
    const ask = (x: number, y: number): void => setShown(atPoint(x, y, lang));
    const moved = ({ pointerType, clientX: x, clientY: y, target }: PointerEvent): void => {
      if (pointerType === 'touch') {
        if (Math.hypot(x - at.x, y - at.y) > STILL) clearTimeout(timer);
        return;
      }
      clearTimeout(timer);
      if (isCard(target)) return;
      at = { x, y };
      timer = setTimeout(() => ask(x, y), REST);
      // The pointer may go onto the card, and along the word.
      setShown((now) => (now === null || now.stays || near(now.box, x, y) ? now : null));
    };
    const down = ({ pointerType, clientX: x, clientY: y, target }: PointerEvent): void => {
      clearTimeout(timer);
      if (isCard(target)) return;
      setShown(null);
      at = { x, y };
      held = false;
      // A long press on a part of the stage opens its menu (views/verbs).
      if (pointerType !== 'touch' || (target instanceof Element && target.closest('[data-stop]') !== null)) return;
      timer = setTimeout(() => {
        ask(x, y);
        held = true;
      }, PRESS);
    };
    const up = ({ pointerType }: PointerEvent): void => {
      if (pointerType === 'touch') clearTimeout(timer);
    };
    /** What was pressed to be explained is not pressed for what it does. */
    const swallow = (event: Event): void => {
      if (!held) return;
      if (event.type === 'click') held = false;
      event.preventDefault();
      event.stopPropagation();
    };
    /** A tap on a text that does nothing else asks what it means. */
    const tap = (event: MouseEvent): void => {
      const { target } = event;
      if (!(event instanceof PointerEvent) || event.pointerType !== 'touch') return;
      if (!(target instanceof Element) || isCard(target)) return;
      if (target.closest('button, a, summary, label, input, select, textarea, [role=button], [role=slider]')) return;
      ask(event.clientX, event.clientY);
    };
    const gone = (): void => setShown((now) => (now?.stays === true ? now : null));
    const left = ({ pointerType }: PointerEvent): void => {
      // A finger that is lifted leaves, too.
      if (pointerType === 'touch') return;
      clearTimeout(timer);
      gone();
    };
    const options = { passive: true } as const;
    document.addEventListener('pointermove', moved, options);
    document.addEventListener('pointerdown', down, options);
    document.addEventListener('pointerup', up, options);
    document.addEventListener('pointercancel', up, options);
    document.addEventListener('click', swallow, { capture: true });
    document.addEventListener('contextmenu', swallow, { capture: true });
    document.addEventListener('click', tap);
    document.documentElement.addEventListener('pointerleave', left);
    document.addEventListener('scroll', gone, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointermove', moved);
      document.removeEventListener('pointerdown', down);
      document.removeEventListener('pointerup', up);
      document.removeEventListener('pointercancel', up);
      document.removeEventListener('click', swallow, { capture: true });
      document.removeEventListener('contextmenu', swallow, { capture: true });
      document.removeEventListener('click', tap);
      document.documentElement.removeEventListener('pointerleave', left);
      document.removeEventListener('scroll', gone, { capture: true });
    };
  }, [lang]);

  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Escape') {
        if (shown !== null) {
          setShown(null);
          event.preventDefault();
        }
        return;
      }
      // A deck has a use for the key while nothing here is focused.
      if (keysAreHosts && document.activeElement === document.body) return;
      if (event.key !== 'g' || (target instanceof Element && target.closest(TYPING) !== null)) return;
      event.preventDefault();
      const found = shown?.stays === true ? null : ofFocus(lang);
      setShown(found);
      if (found === null) setList(true);
    };
    const open = (): void => setList(true);
    const explain = (): void => setShown(ofFocus(lang));
    document.addEventListener('keydown', key);
    document.addEventListener(OPEN_LIST, open);
    document.addEventListener(EXPLAIN_FOCUS, explain);
    return () => {
      document.removeEventListener('keydown', key);
      document.removeEventListener(OPEN_LIST, open);
      document.removeEventListener(EXPLAIN_FOCUS, explain);
    };
  }, [shown, lang, keysAreHosts]);

  // Above a dialog that is open, too.
  useLayoutEffect(() => {
    const element = card.current;
    if (shown === null || element === null) return;
    element.showPopover();
    place(element, shown.box);
  }, [shown]);

  return (
    <>
      {shown !== null && (
        <div ref={card} popover="manual" className="term-card" role="status" data-terms={shown.ids.join(' ')}>
          <dl>
            {shown.register !== undefined && (
              <div>
                <dt>{shown.register.name}</dt>
                <dd>{t(shown.register.key)}</dd>
              </div>
            )}
            {shown.ids.map((id) => (
              <div key={id}>
                <dt>{t(`term.${id}` as 'term.gsi')}</dt>
                <dd>{t(`term.${id}.is` as 'term.gsi.is')}</dd>
              </div>
            ))}
          </dl>
          {shown.stays && <p>{t('glossary.all')}</p>}
        </div>
      )}
      {list && <GlossaryList terms={TERMS} t={t} onClose={() => setList(false)} />}
    </>
  );
}

const near = (box: DOMRect, x: number, y: number): boolean =>
  x > box.left - 6 && x < box.right + 6 && y > box.top - 6 && y < box.bottom + 12;
