import type { MessageKey } from '../../i18n/index.ts';
import type { Translate } from './use-t.ts';

/**
 * What a token is called, in the language of the page: its words are keys of themselves, so that they stand there before the texts of
 * panels have come. Names stay what they are.
 */
export const labelText = (label: string, t: Translate): string =>
  label.replace(/[a-z]{3,}/g, (word) => t(word as MessageKey));
