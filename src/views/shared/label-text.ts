import type { MessageKey } from '../../i18n/index.ts';
import type { Translate } from './use-t.ts';

/** What a token is called, in the language of the page: its words are keys of themselves (i18n/en/pills.ts). Names stay what they are. */
export const labelText = (label: string, t: Translate): string =>
  label.replace(/[a-z][a-z ]*[a-z]/g, (words) => t(words as MessageKey));
