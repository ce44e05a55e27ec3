/** Translates what the explain floor answers: keys whose parameters may be texts, or lists of them, themselves. */
import type { Description } from '../../explain/describe/index.ts';
import type { Param, Text, TextParams } from '../../explain/text.ts';
import { hasText, type Lang, type Params, translate } from '../../i18n/index.ts';

const oneText = (lang: Lang, param: string | number | Text): string | number =>
  typeof param === 'object' ? sayText(lang, param) : param;

const isList = (param: Param): param is readonly (string | number | Text)[] => Array.isArray(param);

const paramText = (lang: Lang, param: Param): Params[string] =>
  isList(param) ? param.map((one) => oneText(lang, one)) : oneText(lang, param);

const paramsText = (lang: Lang, params: TextParams): Params =>
  Object.fromEntries(Object.entries(params).map(([name, param]) => [name, paramText(lang, param)]));

/** A text in a language. */
export const sayText = (lang: Lang, { key, params }: Text): string =>
  translate(lang, key, params && paramsText(lang, params));

export interface StepText {
  readonly title: string;
  readonly sentence: string;
  readonly why: readonly string[];
}

/** A step's description in a language. A variant without a title or sentence of its own has the event's. */
export function sayStep(lang: Lang, { name, variant, params, why }: Description): StepText {
  const base = `event.${name}` as const;
  const varied: string = variant === null ? base : `${base}.${variant}`;
  const ownTitle = `${varied}.title`;
  const ownWhy = `${base}.why`;
  const values = paramsText(lang, params);
  return {
    title: translate(lang, hasText(ownTitle) ? ownTitle : `${base}.title`),
    sentence: translate(lang, hasText(varied) ? varied : base, values),
    why: why.flatMap((w) => {
      if (w !== true) return [sayText(lang, w)];
      return hasText(ownWhy) ? [translate(lang, ownWhy, values)] : [];
    }),
  };
}
