/** The menu of one thing: its verbs by name, those that make no sense now with the reason, and a small form where a number is wanted. */
import {
  type FormEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import { type Verb, verbsOf } from '../../explain/verbs/index.ts';
import type { Lang, MessageKey } from '../../i18n/index.ts';
import type { JsonOp } from '../../log/log.ts';
import type { CreateOp } from '../../spec/ops/index.ts';
import { change } from '../../store/actions/edits.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { EXPLAIN_FOCUS } from '../glossary/open-list.ts';
import { NumberField } from '../kit/fields.tsx';
import { sayDeed } from '../runs/say-deed.ts';
import { componentName } from '../shared/component-name.ts';
import { registerName } from '../shared/register-name.ts';
import { sayText } from '../shared/say.ts';
import { useT } from '../shared/use-t.ts';
import type { Opened } from './verbs.tsx';

interface Props {
  readonly opened: Opened;
  readonly onClose: () => void;
}

const MENU = { role: 'menu', tabIndex: -1 } as const;
const FORM = { role: 'dialog', tabIndex: -1 } as const;

/** What a verb is called; one that asks goes on with dots. */
function useNames(): (verb: Verb) => string {
  const t = useT();
  const lang = useStore((s) => s.ui.lang);
  return ({ name, question }) => {
    if (name.key.startsWith('deed.')) return sayDeed(t, name as Parameters<typeof sayDeed>[1]);
    return `${sayText(lang, name as Parameters<typeof sayText>[1])}${question === null ? '' : '…'}`;
  };
}

/** "IOAPIC · RTE 11", "LAPIC 1 · IRR 0x51" */
function nameOfThing(lang: Lang, config: CreateOp, { kind, index, register, sub, vector }: Opened['thing']): string {
  const name = componentName(lang, config, kind, index);
  if (register === undefined) return name;
  const part = registerName({ kind, index, register, sub: sub ?? 0 }, config);
  return `${name} · ${part}${vector === undefined ? '' : ` ${hex(vector)}`}`;
}

export function Menu({ opened, onClose }: Props): ReactNode {
  const t = useT();
  const app = useApp();
  const lang = useStore((s) => s.ui.lang);
  const view = useStore((s) => s.view);
  const nameOf = useNames();
  const root = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<Verb | null>(null);
  const [at, setAt] = useState({ x: opened.x, y: opened.y });
  const verbs = useMemo(() => (view === null ? [] : verbsOf(view, opened.thing)), [view, opened]);

  const close = (): void => {
    onClose();
    // The thing may have been drawn anew.
    if (opened.from.isConnected) opened.from.focus({ preventScroll: true });
  };
  const act = (ops: readonly JsonOp[], verb: Verb): void => {
    close();
    const name = verb.name.key.startsWith('deed.') ? (verb.name as Parameters<typeof sayDeed>[1]) : undefined;
    change(app, ops, name);
  };
  const choose = (verb: Verb): void => {
    if (verb.no !== null) return;
    if (verb.question === null) act(verb.ops, verb);
    else setAsked(verb);
  };

  // Whole in the window, wherever it was asked for.
  useLayoutEffect(() => {
    const box = root.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = Math.max(8, Math.min(opened.x, window.innerWidth - box.width - 8));
    const y = Math.max(8, Math.min(opened.y, window.innerHeight - box.height - 8));
    setAt((was) => (was.x === x && was.y === y ? was : { x, y }));
  });
  useEffect(() => {
    root.current?.querySelector<HTMLElement>(asked === null ? '[role=menuitem]' : 'input')?.focus();
  }, [asked]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) onClose();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [onClose]);

  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || (event.key === 'Tab' && asked === null)) {
      event.preventDefault();
      if (asked !== null) setAsked(null);
      else close();
      return;
    }
    if (asked !== null) return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const here = items.indexOf(document.activeElement as HTMLElement);
    const byLetter = (): number => {
      const found = [...items.keys()].map((i) => (here + 1 + i) % items.length);
      return found.find((i) => items[i]?.textContent?.toLowerCase().startsWith(event.key.toLowerCase())) ?? -1;
    };
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    const next = to ?? (/^[\p{L}\p{N}]$/u.test(event.key) ? byLetter() : -1);
    if (to === undefined && next < 0) return;
    event.preventDefault();
    items[(next + items.length) % items.length]?.focus();
  };

  if (view === null) return null;
  const title = nameOfThing(lang, view.config, opened.thing);
  const surface = {
    ...(asked === null ? MENU : FORM),
    'aria-label': title,
    // Keys are the menu's own while it is open.
    onKeyDown: onKey,
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
  } as const;
  return (
    <div ref={root} className="verbs" style={{ left: at.x, top: at.y }} {...surface}>
      <p className="verbs-head">{title}</p>
      {asked === null ? (
        verbs.map((verb) => (
          <button
            key={nameOf(verb) + (verb.gate ?? '')}
            type="button"
            role="menuitem"
            className="verbs-item"
            tabIndex={-1}
            aria-disabled={verb.no !== null}
            data-gate={verb.gate ?? undefined}
            onClick={() => choose(verb)}
          >
            <span>{nameOf(verb)}</span>
            {verb.gate !== null && (
              <small>{t('verb.opens', { gate: t(`where.gate.${verb.gate}` as MessageKey) })}</small>
            )}
            {verb.no !== null && <small>{sayText(lang, verb.no)}</small>}
          </button>
        ))
      ) : (
        <Ask verb={asked} name={nameOf(asked)} onDone={(ops) => act(ops, asked)} />
      )}
      {asked === null && (
        <button
          type="button"
          role="menuitem"
          className="verbs-item"
          tabIndex={-1}
          onClick={() => {
            close();
            document.dispatchEvent(new Event(EXPLAIN_FOCUS));
          }}
        >
          {t('verb.explain')}
        </button>
      )}
    </div>
  );
}

interface AskProps {
  readonly verb: Verb;
  readonly name: string;
  readonly onDone: (ops: readonly JsonOp[]) => void;
}

function Ask({ verb, name, onDone }: AskProps): ReactNode {
  const t = useT();
  const { question } = verb;
  const [text, setText] = useState(
    question === null ? '' : question.hex ? hex(question.usual) : String(question.usual),
  );
  if (question === null) return null;
  const value = parseNumber(text, question.max);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (value !== null) onDone(question.ops(value));
  };
  return (
    <form className="verbs-ask" onSubmit={submit}>
      <NumberField label={name.replace('…', '')} text={text} max={question.max} onText={setText} t={t} />
      <button type="submit" className="btn btn-main" disabled={value === null}>
        {t('verb.do')}
      </button>
    </form>
  );
}
