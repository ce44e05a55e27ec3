/** What the reader chooses about the page itself. */
import type { StoreApi } from 'zustand/vanilla';
import { type Lang, loadLanguage } from '../../i18n/index.ts';
import type { AppState, Notice, Selection, Theme, UiState } from '../types.ts';

type Store = StoreApi<AppState>;

/** Changes some of the page's settings in one go. */
export function setUi(store: Store, change: Partial<UiState>): void {
  store.setState(({ ui }) => ({ ui: { ...ui, ...change } }));
}

/**
 * Selects a component, a register of it or a vector in it, and brings the inspector to the front; null: nothing. Who asks where an
 * interrupt is asks about what is selected, and stays.
 */
export function select(store: Store, selected: Selection | null): void {
  const asks = store.getState().ui.panel === 'where';
  setUi(store, selected === null || asks ? { selected } : { selected, panel: 'inspector' });
}

export function setTheme(store: Store, theme: Theme): void {
  setUi(store, { theme });
}

/** English stands in until the texts have come. */
export function setLang(store: Store, lang: Lang): void {
  setUi(store, { lang });
  void loadLanguage(lang);
}

/** Panel in front where there is room for one only. */
export function setPanel(store: Store, panel: string | null): void {
  setUi(store, { panel });
}

export function notify(store: Store, notice: Notice): void {
  store.setState({ notice });
}

export function dismissNotice(store: Store): void {
  store.setState({ notice: null, fault: null });
}
