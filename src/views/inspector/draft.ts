/** Edits of a register before they are written: what was typed, and what is wrong with it. */

import { parseNumber } from '../../base/numbers.ts';
import { type BitLayout, type FieldSpec, rawField, setRawField } from '../../spec/define/registers.ts';

/** What was typed, by field name; a field not in it is as it was. */
export type Draft = Readonly<Record<string, string>>;

export const maxOf = (field: FieldSpec): number => 2 ** field.width - 1;

/** Whether a guest's write reaches the field. */
export const canEdit = (field: FieldSpec): boolean => {
  const access = field.access ?? 'rw';
  return access === 'rw' || access === 'wo';
};

/** Names of the fields whose text is no number of theirs. */
export function wrongFields(layout: BitLayout, draft: Draft): string[] {
  return Object.entries(draft)
    .filter(([name, text]) => {
      const field = layout.fields[name];
      return field === undefined || parseNumber(text, maxOf(field)) === null;
    })
    .map(([name]) => name);
}

/** The register's words with the draft's fields put in. */
export function draftWords(layout: BitLayout, words: readonly number[], draft: Draft): number[] {
  const out = [...words];
  for (const [name, text] of Object.entries(draft)) {
    const field = layout.fields[name];
    const raw = field === undefined ? null : parseNumber(text, maxOf(field));
    if (field !== undefined && raw !== null) setRawField(out, field, raw);
  }
  return out;
}

/** Whether a field's text means another value than the register has. */
export const differs = (words: readonly number[], field: FieldSpec, text: string | undefined): boolean =>
  text !== undefined && parseNumber(text, maxOf(field)) !== rawField(words, field);
