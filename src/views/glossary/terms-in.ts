/** Which terms of the glossary a text has, and where. The longest name at a place wins: "remote IRR" before "IRR". */
import { inLang, type Lang } from '../../i18n/langs.ts';
import { TERMS } from '../../i18n/terms.ts';

export interface Found {
  readonly id: string;
  /** Of the text, in characters. */
  readonly from: number;
  readonly to: number;
}

interface Matcher {
  readonly pattern: RegExp;
  /** Term by number of the pattern's group. */
  readonly ids: readonly string[];
  readonly heads: ReadonlyMap<string, string>;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const ENDINGS = '(?:s|es|d|ed|ing|ped|ping)?';

/** A word of the language has endings and may begin a sentence; a name of the machine's is as it is. */
function patternOf(form: string, lang: Lang): string {
  if (!/^[\w/ .-]+$/.test(form)) return escaped(form);
  const first = form.charAt(0);
  const plural = lang === 'en' && /[a-zA-Z]$/.test(form) ? 's?' : '';
  const body = /^[a-z]/.test(form)
    ? `[${first}${first.toUpperCase()}]${escaped(form.slice(1)).replace(/e$/, 'e?')}${ENDINGS}`
    : `${escaped(form)}${plural}`;
  // A prefix of names (KVM_REQ_) takes the whole name.
  return form.endsWith('_') ? `(?<!\\w)${body}\\w+` : `(?<![\\w-])${body}(?!\\w)`;
}

function matcherOf(lang: Lang): Matcher {
  const heads = new Map(TERMS.flatMap(({ id, heads: short = [] }) => short.map((head) => [head, id] as const)));
  const forms = TERMS.flatMap((term) => inLang(term, lang).map((form) => ({ form, id: term.id })));
  forms.sort((a, b) => b.form.length - a.form.length);
  return {
    pattern: new RegExp(forms.map(({ form }) => `(${patternOf(form, lang)})`).join('|'), 'gu'),
    ids: forms.map(({ id }) => id),
    heads,
  };
}

const matchers = new Map<Lang, Matcher>();

/** The terms of a text, in order. A text may be a head that is too short to be met elsewhere ("vec", "dest"). */
export function termsIn(text: string, lang: Lang): readonly Found[] {
  let matcher = matchers.get(lang);
  if (matcher === undefined) {
    matcher = matcherOf(lang);
    matchers.set(lang, matcher);
  }
  const head = matcher.heads.get(text.trim());
  if (head !== undefined) return [{ id: head, from: 0, to: text.length }];
  const found: Found[] = [];
  for (const match of text.matchAll(matcher.pattern)) {
    const id = matcher.ids[match.findIndex((part, i) => i > 0 && part !== undefined) - 1];
    if (id !== undefined) found.push({ id, from: match.index, to: match.index + match[0].length });
  }
  return found;
}
