/**
 * What this floor answers: keys and numbers, never a sentence. A parameter may be a text itself, or a list of texts that is read
 * with commas between; whoever shows it translates (views/shared/say.ts).
 */
import type { MessageKey } from '../i18n/index.ts';

export type Param = string | number | Text | readonly (string | number | Text)[];
export type TextParams = Readonly<Record<string, Param>>;

export interface Text {
  readonly key: MessageKey;
  readonly params?: TextParams;
}

export const say = (key: MessageKey, params?: TextParams): Text => ({ key, ...(params && { params }) });
