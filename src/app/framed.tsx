/** A framed page: its own shell, and the wire to the page around it. A chunk of its own; a page by itself needs none of it. */
import { type ReactNode, StrictMode } from 'react';
import type { Consent } from '../embed/consent.ts';
import { createHostLink, type HostLink } from '../embed/host-link.ts';
import type { App } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import { AppProvider } from '../store/use-app.ts';
import { changeView, EmbedShell, sentenceOf } from './embed-shell.tsx';
import { sceneTitle } from './scene-title.ts';

interface Framed {
  readonly app: App;
  readonly render: (page: ReactNode) => void;
  /** What the page is drawn in. */
  readonly root: Element;
  readonly options: EmbedOptions;
  /** Text of the link that the frame opens. */
  readonly link: string;
  /** Origin that may load scenes and read them. */
  readonly origin: string | null;
  /** Tell the parent our size. */
  readonly autosize: boolean;
  /** A slide with us on it is shown or left. */
  readonly onSlide: (shown: boolean) => void;
  /** Opens the scene. */
  readonly start: (plays: boolean) => void;
}

/** A busy page looks for findings by then all the same. */
const FINDINGS_LATEST_MS = 2_000;

/** @returns null for a page that only looks as if it were framed */
export function showFramed(frame: Framed): HostLink | null {
  const { app, root, start } = frame;
  const { store, actions } = app;
  /** Begins a scene that waits behind its poster. */
  const begin = (plays: boolean): void => {
    const now = store.getState().ui.embed;
    if (now?.clickToLoad !== true) return;
    actions.setUi({ embed: { ...now, clickToLoad: false } });
    start(plays);
  };
  const render = (consent: Consent | null): void =>
    frame.render(
      <StrictMode>
        <AppProvider value={app}>
          <EmbedShell options={frame.options} link={frame.link} onStart={() => begin(true)} consent={consent} />
        </AppProvider>
      </StrictMode>,
    );
  if (window.parent === window) {
    render(null);
    return null;
  }
  const host = createHostLink(app, window, {
    origin: frame.origin,
    app: __APP_VERSION__,
    onSlide: frame.onSlide,
    onWanted: () => begin(false),
    onView: (change) => changeView(app, change),
    onExport: async (order, { step, steps }, progress) => {
      const { makeFile } = await import('../views/figure/make.ts');
      const made = await makeFile(app, { ...order, steps }, step, progress);
      return typeof made === 'string' ? made : { ...made };
    },
    title: () => sceneTitle(store.getState()),
    sentence: (step) => sentenceOf(app, step),
    onFindings: (tell) => {
      const begin = (): void =>
        void import('../views/where/tell-findings.ts').then(
          ({ tellFindings }) => tellFindings(app, (finding) => tell({ ...finding })),
          // Who listens for findings would take the silence for a run in which there are none.
          () => app.actions.notify({ code: 'part-not-loaded', place: 'finding', params: {} }),
        );
      // The scene first: nobody waits for what is odd in it.
      if (typeof requestIdleCallback === 'function') requestIdleCallback(begin, { timeout: FINDINGS_LATEST_MS });
      else setTimeout(begin, 0);
    },
  });
  render(host.consent);
  window.addEventListener('hashchange', () => host.readdressed());
  if (frame.autosize) new ResizeObserver(() => host.resized(root.scrollWidth, root.scrollHeight)).observe(root);
  return host;
}
