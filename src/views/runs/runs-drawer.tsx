/** Runs, notes and breakpoints: what a person keeps beside the scene. A drawer at the stage's side. */
import { visibleLines } from '../../base/visible.ts';
import '../kit/drawer.css';
import './runs.css';
import './deed-texts.ts';
import {
  type FormEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { readStop, STOP_KINDS, type StopKind } from '../../explain/stops.ts';
import { findStep } from '../../log/steps.ts';
import { MAX_NOTE, MAX_RUN_NAME, type Note, type Run, type Runs } from '../../share/runs.ts';
import { selectionOf } from '../../store/actions/links.ts';
import { beside, fileOfRuns, linkOfRuns } from '../../store/runs/carry.ts';
import { addNote, dropNote, giveName } from '../../store/runs/notes.ts';
import { showRun } from '../../store/runs/track.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Fold } from '../kit/fold.tsx';
import { save } from '../shared/save.ts';
import { useT } from '../shared/use-t.ts';
import { useFindings } from '../where/reasoning.ts';
import { runName } from './say-deed.ts';
import { Watch } from './watch.tsx';

export function RunsDrawer({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useT();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    root.current?.querySelector<HTMLElement>('button')?.focus();
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
    };
  }, []);
  const surface = {
    role: 'dialog',
    'aria-label': t('runs.title'),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    },
    // What was removed had the focus: it stays in its list, so that the next key, Escape too, is still the drawer's.
    onClick: ({ target }: MouseEvent) => {
      const fold = (target as Element).closest('details');
      queueMicrotask(() => {
        if (document.activeElement === document.body)
          fold?.querySelector<HTMLElement>('li button, input, select, textarea, button')?.focus();
      });
    },
  } as const;
  return (
    <div ref={root} className="rd drawer" {...surface}>
      <div className="rd-head">
        <h2>{t('runs.title')}</h2>
        <button type="button" className="btn" aria-label={t('dialog.close')} onClick={onClose}>
          ×
        </button>
      </div>
      <Fold title={t('runs.tree')} open>
        <Tree />
      </Fold>
      <Fold title={t('notes.title')} open>
        <Notes />
      </Fold>
      <Fold title={t('watch.title')} open>
        <Watch />
      </Fold>
      <Fold title={t('stops.title')} open>
        <Stops />
      </Fold>
    </div>
  );
}

function Tree(): ReactNode {
  const t = useT();
  const app = useApp();
  const runs = useStore((s) => s.runs);
  const kept = useStore((s) => s.kept);
  const [said, setSaid] = useState<'runs.copied' | 'runs.notCopied' | 'runs.tooLong' | null>(null);
  if (runs === null || runs.list.length < 2) return <p className="rd-hint">{t('runs.none')}</p>;
  const copy = async (): Promise<void> => {
    const link = await linkOfRuns(app);
    if (link === null) {
      setSaid('runs.tooLong');
      return;
    }
    setSaid(
      await navigator.clipboard.writeText(`${document.URL.replace(/[?#].*$/, '')}#${link}`).then(
        () => 'runs.copied' as const,
        () => 'runs.notCopied' as const,
      ),
    );
  };
  const saveFile = async (): Promise<void> => {
    const file = await fileOfRuns(app);
    if (file === null) {
      setSaid('runs.tooLong');
      return;
    }
    save(file.name, new Blob([file.text], { type: 'application/json' }));
  };
  return (
    <>
      <p className="rd-hint">{t('runs.about')}</p>
      <Branch runs={runs} run={runs.list[0] as Run} />
      <div className="rd-row">
        <button type="button" className="btn" onClick={() => void copy()}>
          {t('runs.copyLink')}
        </button>
        <button type="button" className="btn" onClick={() => void saveFile()}>
          {t('runs.saveFile')}
        </button>
      </div>
      <p role="status" className="rd-hint">
        {said !== null && t(said)}
      </p>
      {kept !== null && <p className="rd-hint">{t(kept ? 'edits.kept' : 'edits.noStorage')}</p>}
    </>
  );
}

function Branch({ runs, run }: { readonly runs: Runs; readonly run: Run }): ReactNode {
  const t = useT();
  const app = useApp();
  const [naming, setNaming] = useState<string | null>(null);
  const children = runs.list.filter(({ parent }) => parent === run.id);
  const name = runName(t, run);
  const isHere = run.id === runs.now;
  const rename = (event: FormEvent): void => {
    event.preventDefault();
    giveName(app, run.id, naming ?? '');
    setNaming(null);
  };
  return (
    <div className="rd-branch">
      {naming === null ? (
        <div className="rd-run" aria-current={isHere ? 'true' : undefined} data-run={run.id}>
          <button type="button" className="rd-name" onClick={() => showRun(app, run.id)} disabled={isHere}>
            {name}
          </button>
          {isHere && <small>{t('edits.here')}</small>}
          {!isHere && (
            <button type="button" className="btn" title={t('runs.besideHint')} onClick={() => void beside(app, run.id)}>
              {t('runs.beside')}
            </button>
          )}
          <button
            type="button"
            className="btn"
            aria-label={t('runs.rename', { what: name })}
            onClick={() => setNaming(run.name ?? name)}
          >
            ✎
          </button>
        </div>
      ) : (
        <form className="rd-run" onSubmit={rename}>
          <input
            aria-label={t('runs.rename', { what: name })}
            value={naming}
            maxLength={MAX_RUN_NAME}
            onChange={(e) => setNaming(e.target.value)}
          />
          <button type="submit" className="btn btn-main">
            {t('runs.ok')}
          </button>
        </form>
      )}
      {children.length > 0 && (
        <div className="rd-children">
          {children.map((child) => (
            <Branch key={child.id} runs={runs} run={child} />
          ))}
        </div>
      )}
    </div>
  );
}

function Notes(): ReactNode {
  const t = useT();
  const app = useApp();
  const notes = useStore((s) => s.runs?.notes);
  const selected = useStore((s) => s.ui.selected);
  const [text, setText] = useState('');
  const go = ({ at, sel }: Note): void => {
    const { scene } = app.store.getState();
    if (scene !== null) app.actions.seekStep(at === null ? -1 : findStep(scene.steps, at));
    const thing = sel === null ? null : selectionOf(sel);
    if (thing !== null) app.actions.select(thing);
  };
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    addNote(app, text);
    setText('');
  };
  return (
    <>
      <ul className="rd-notes">
        {(notes ?? []).map((note, i) => (
          <li key={`${note.at} ${note.sel} ${note.text}`}>
            <button type="button" className="rd-note" onClick={() => go(note)}>
              <small>
                {note.at ?? t('notes.start')}
                {note.sel !== null && ` · ${note.sel}`}
              </small>
              <span>{visibleLines(note.text)}</span>
            </button>
            <button
              type="button"
              className="btn"
              aria-label={t('notes.drop', { text: note.text.slice(0, 40) })}
              onClick={() => dropNote(app, i)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form className="rd-form" onSubmit={add}>
        <label>
          {t(selected === null ? 'notes.add' : 'notes.addAt', {
            what: selected === null ? '' : `${selected.kind} ${selected.index}`,
          })}
          <textarea value={text} maxLength={MAX_NOTE} rows={2} onChange={(e) => setText(e.target.value)} />
        </label>
        <button type="submit" className="btn btn-main" disabled={text.trim() === ''}>
          {t('notes.pin')}
        </button>
      </form>
    </>
  );
}

const USUAL: Readonly<Record<StopKind, string>> = {
  event: 'irr_set',
  vector: '0x41',
  gsi: '11',
  bit: 'ioapic:0.redirLo[4].16',
  function: 'kvm_set_irq',
  vcpu: '0',
  finding: 'any',
};

function Stops(): ReactNode {
  const t = useT();
  const { store } = useApp();
  const stops = useStore((s) => s.stops);
  const [kind, setKind] = useState<StopKind>('event');
  const [text, setText] = useState(USUAL.event);
  const { all } = useFindings();
  const ids = useMemo(() => ['any', ...new Set(all.map(({ id }) => id))], [all]);
  const list = useId();
  const stop = readStop(kind, text);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (stop !== null && !stops.some((one) => one.kind === stop.kind && one.what === stop.what))
      store.setState({ stops: [...stops, stop].slice(-20) });
  };
  return (
    <>
      <p className="rd-hint">{t('stops.about')}</p>
      <ul className="rd-notes">
        {stops.map((one) => (
          <li key={`${one.kind} ${one.what}`}>
            <span className="rd-stop">
              {t(`stops.kind.${one.kind}`)} <code>{one.what}</code>
            </span>
            <button
              type="button"
              className="btn"
              aria-label={t('stops.drop', { what: one.what })}
              onClick={() => store.setState({ stops: stops.filter((other) => other !== one) })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form className="rd-form" onSubmit={add}>
        <label>
          {t('stops.kind')}
          <select
            value={kind}
            onChange={(e) => {
              setKind(e.target.value as StopKind);
              setText(USUAL[e.target.value as StopKind]);
            }}
          >
            {STOP_KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`stops.kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('stops.what')}
          <input
            value={text}
            spellCheck={false}
            aria-invalid={stop === null}
            list={kind === 'finding' ? list : undefined}
            onChange={(e) => setText(e.target.value)}
          />
          <datalist id={list}>
            {ids.map((id) => (
              <option key={id} value={id}>
                {id === 'any' ? t('stops.any') : id}
              </option>
            ))}
          </datalist>
        </label>
        {stop === null && <p className="problem">{t('stops.wrong', { text })}</p>}
        <button type="submit" className="btn btn-main" disabled={stop === null}>
          {t('stops.add')}
        </button>
      </form>
    </>
  );
}
