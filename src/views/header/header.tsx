/** The top bar: what this is, which scene, what machine, and how to pass it on. */
import './header.css';
import './header-texts.ts';
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { apicMode, type MachineView } from '../../engine/view/machine-view.ts';
import { hasText } from '../../i18n/index.ts';
import { LANGS, LANGUAGES, type Lang } from '../../i18n/langs.ts';
import { irqchipOf } from '../../log/irqchip.ts';
import { aheadOf, runOf } from '../../share/runs.ts';
import { traceOf } from '../../share/url-link.ts';
import { STEP_SET } from '../../spec/define/event.ts';
import { redo, undo } from '../../store/actions/edits.ts';
import { linkOf } from '../../store/actions/links.ts';
import { chapterAddress } from '../../store/chapter-address.ts';
import type { App } from '../../store/create-app.ts';
import { presetIds } from '../../store/preset-ids.ts';
import type { Theme } from '../../store/types.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import '../runs/deed-texts.ts';
import '../machine-editor/machine-texts.ts';
import { Said } from '../runs/said.tsx';
import { runName } from '../runs/say-deed.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { NO_FILE, TraceDoor } from './trace-door.tsx';
import { useFiles } from './use-files.ts';

const UrlDialog = lazy(() => import('../share/url-dialog.tsx').then((m) => ({ default: m.UrlDialog })));

interface HeaderProps {
  /** The page's own address, without query and fragment. */
  readonly pageUrl?: string;
}

const addressOf = (url: string): string => url.replace(/[?#].*$/, '');

/** The scene beside itself with one switch changed, where it stands; the address is store/compare/compare-text.ts's. */
function openCompare({ actions, store }: App): void {
  const link = linkOf(store.getState());
  if (link === null) return;
  actions.pause();
  const { step } = store.getState().playhead;
  const scene = link.startsWith('p=') ? `c=${link.slice(2).replace(/&.*/, '')}` : `c=&${link}`;
  const set = STEP_SET === 1 ? '' : `&g=${STEP_SET}`;
  actions.setUi({ compare: step < 0 ? scene : `${scene}&t=${step},${step}${set}` });
}

/** A dialog whose chunk comes when it is asked for. @returns it, while it is open, and what opens it */
function useDialog<P extends object>(
  load: () => Promise<ComponentType<P & { readonly onClose: () => void }>>,
  props: P,
): readonly [ReactNode, () => void] {
  const [Dialog, setDialog] = useState<ComponentType<P & { readonly onClose: () => void }> | null>(null);
  const open = (): void => {
    // One that did not come (no network) is said by public/disk.js; the next press tries again.
    void load().then((loaded) => setDialog(() => loaded));
  };
  return [Dialog && <Dialog {...props} onClose={() => setDialog(null)} />, open];
}

/** The bar. */
export function Header({ pageUrl = addressOf(document.URL) }: HeaderProps) {
  const t = useT();
  const app = useApp();
  const files = useFiles(app);
  const url = useStore((state) => state.ui.url);
  const asked = traceOf(url);
  const [shareDialog, openShare] = useDialog(() => import('../share/share-dialog.tsx').then((m) => m.ShareDialog), {
    pageUrl,
    onFile: files.open,
  });
  const [machine, openMachine] = useDialog(
    () => import('../machine-editor/machine-editor.tsx').then((m) => m.MachineEditor),
    {},
  );
  return (
    <div className="header">
      <h1 className="header-name">irqscope</h1>
      <PresetPicker t={t} />
      <Undo t={t} />
      <Facts t={t} />
      <div className="header-tools">
        <button type="button" className="header-btn" aria-haspopup="dialog" onClick={openMachine}>
          {t('machine.open')}
        </button>
        {machine}
        <button
          type="button"
          className="header-btn"
          aria-haspopup="dialog"
          aria-keyshortcuts="B"
          onClick={() => document.dispatchEvent(new Event('irqscope:runs'))}
        >
          {t('runs.open')}
        </button>
        <button type="button" className="header-btn" aria-haspopup="dialog" onClick={openShare}>
          {t('hdr.share')}
        </button>
        <button type="button" className="header-btn" onClick={() => app.actions.setUi({ chapter: chapterAddress('') })}>
          {t('hdr.chapters')}
        </button>
        <TraceDoor
          trace={files.trace ?? (asked === null ? null : NO_FILE)}
          asked={asked}
          setTrace={(trace) => {
            files.setTrace(trace);
            if (trace === null && asked !== null) app.actions.setUi({ url: null });
          }}
          onFile={files.open}
          t={t}
        />
        <button type="button" className="header-btn" onClick={() => openCompare(app)}>
          {t('hdr.compare')}
        </button>
        <ThemePicker t={t} />
        <LangPicker t={t} />
        <HelpButton t={t} />
      </div>
      {shareDialog}
      {url !== null && asked === null && (
        <Suspense fallback={null}>
          <UrlDialog key={url} link={url} onFile={files.open} />
        </Suspense>
      )}
    </div>
  );
}

/** Undo and redo, each by the name of what it takes back, and the list of them all. */
function Undo({ t }: { t: Translate }) {
  const app = useApp();
  const runs = useStore((state) => state.runs);
  const [list, openList] = useDialog(() => import('../runs/edit-list.tsx').then((m) => m.EditList), {});
  if (runs === null || runs.list.length < 2) return null;
  const now = runOf(runs, runs.now);
  const back = now?.parent == null ? null : runName(t, now);
  const [next] = aheadOf(runs);
  const forward = next === undefined ? null : runName(t, next);
  const undoText = t('hdr.undo', { what: back ?? t('hdr.nothing') });
  const redoText = t('hdr.redo', { what: forward ?? t('hdr.nothing') });
  return (
    <span className="header-undo">
      <button
        type="button"
        className="header-btn"
        aria-label={undoText}
        title={undoText}
        aria-keyshortcuts="Control+Z"
        aria-disabled={back === null}
        onClick={() => undo(app)}
      >
        ←
      </button>
      <button
        type="button"
        className="header-btn"
        aria-label={redoText}
        title={redoText}
        aria-keyshortcuts="Control+Shift+Z"
        aria-disabled={forward === null}
        onClick={() => redo(app)}
      >
        →
      </button>
      <button type="button" className="header-btn" aria-haspopup="dialog" onClick={openList}>
        {t('edits.open')}
      </button>
      {list}
      <Said />
    </span>
  );
}

function PresetPicker({ t }: { t: Translate }) {
  const { actions } = useApp();
  const preset = useStore((state) => state.sceneId.preset);
  const changed = useStore(
    ({ sceneId, scene }) =>
      sceneId.kept < sceneId.total || (scene?.complete === true && scene.commands.length > sceneId.total),
  );
  // A machine made anew is no preset any more, but the tree of runs knows what it began as.
  const began = useStore(({ runs, sceneId }) => sceneId.preset ?? runs?.root.preset ?? null);
  const own = preset === null || changed;
  const [gallery, openGallery] = useDialog(() => import('../gallery/gallery.tsx').then((m) => m.Gallery), {});
  const titleOf = (id: string): string => {
    const key = `preset.${id}.title`;
    return hasText(key) ? t(key) : id;
  };
  return (
    <div className="header-preset">
      <select
        aria-label={t('hdr.scene')}
        value={own ? '' : preset}
        onChange={(e) => e.target.value !== '' && void actions.loadPreset(e.target.value)}
      >
        {own && (
          <option value="">{began === null ? t('hdr.ownScene') : t('hdr.edited', { title: titleOf(began) })}</option>
        )}
        {!own && preset !== null && !presetIds.includes(preset) && <option value={preset}>{titleOf(preset)}</option>}
        {presetIds.map((id, i) => (
          <option key={id} value={id}>
            {`${i + 1} · ${titleOf(id)}`}
          </option>
        ))}
      </select>
      <button id="scenes-button" type="button" className="header-btn" aria-haspopup="dialog" onClick={openGallery}>
        {t('hdr.scenes')}
      </button>
      {gallery}
      {preset !== null && changed && <span className="header-changed">{t('hdr.changed')}</span>}
      {preset !== null && changed && (
        <button
          type="button"
          className="header-btn"
          title={t('hdr.resetHint')}
          onClick={() => void actions.loadPreset(preset)}
        >
          {t('hdr.reset')}
        </button>
      )}
    </div>
  );
}

/** Mode of the local APICs that are on. */
function modeOf(view: MachineView | null): string {
  if (view === null) return '';
  const modes = new Set(Array.from({ length: view.wordMap.vcpus }, (_, v) => apicMode(view, v)));
  return modes.has('x2apic') ? (modes.has('xapic') ? 'xAPIC + x2APIC' : 'x2APIC') : 'xAPIC';
}

/** The machine in a few chips. */
function Facts({ t }: { t: Translate }) {
  const config = useStore((state) => state.view?.config);
  const mode = useStore((state) => modeOf(state.view));
  const made = useStore((state) => (state.scene === null ? null : irqchipOf(state.scene)));
  if (config === undefined) return null;
  const facts = [
    t(`hdr.${made ?? config.irqchip}`),
    ...(config.apicv ? [config.postedInterrupts ? t('hdr.posted') : 'APICv'] : []),
    ...(config.ipiVirtualization ? [t('hdr.ipiv')] : []),
    ...(config.avic ? ['AVIC'] : []),
    t('hdr.vcpus', { n: config.vcpus }),
    mode,
    `KVM v${config.kernel ?? '6.18'}`,
  ];
  return (
    <ul className="header-facts" aria-label={t('hdr.machine')}>
      {facts.map((fact) => (
        <li key={fact} className="chip">
          {fact}
        </li>
      ))}
    </ul>
  );
}

/** `?` presses it. */
function HelpButton({ t }: { t: Translate }) {
  const [dialog, show] = useDialog(() => import('../help/help.tsx').then((m) => m.HelpDialog), {});
  return (
    <>
      <button
        type="button"
        id="help-button"
        className="header-btn"
        aria-label={t('help.open')}
        aria-keyshortcuts="?"
        onClick={show}
      >
        ?
      </button>
      {dialog}
    </>
  );
}

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

function ThemePicker({ t }: { t: Translate }) {
  const { actions } = useApp();
  const theme = useStore((state) => state.ui.theme);
  return (
    <label>
      <span className="visually-hidden">{t('hdr.theme')}</span>
      <select className="header-small" value={theme} onChange={(e) => actions.setTheme(e.target.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {t(`hdr.theme.${name}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function LangPicker({ t }: { t: Translate }) {
  const { actions } = useApp();
  const lang = useStore((state) => state.ui.lang);
  return (
    <label>
      <span className="visually-hidden">{t('hdr.lang')}</span>
      <select className="header-small" value={lang} onChange={(e) => actions.setLang(e.target.value as Lang)}>
        {LANGS.map((name) => (
          <option key={name} value={name} lang={name}>
            {LANGUAGES[name].name}
          </option>
        ))}
      </select>
    </label>
  );
}
