/**
 * What a person has typed into the form of an op, and the op it makes. The form, its defaults and its checks are the op's row in
 * spec/ops: a new op or field has its form by having its row.
 */
import type { JsonOp } from '../../log/log.ts';
import { type Fields, type Json, OpError } from '../../spec/define/op.ts';
import { OPS, type OpName, parseOp } from '../../spec/ops/index.ts';
import { makesMachine } from '../../spec/ops/makes-machine.ts';

export type AnyField = Fields[string];
/** Text of a plain value ('' where nothing is said), entries of a list, fields of a record. */
export type Draft = string | readonly Draft[] | DraftFields;
export interface DraftFields {
  readonly [field: string]: Draft;
}

/** Which of two shapes a record has, kept beside its fields. */
export const SHAPE = '';

/** Ops that something can be done with where a machine is: those that make one begin a scene. */
export const DOABLE: readonly OpName[] = (Object.keys(OPS) as OpName[]).filter((name) => !makesMachine(name));

/** The fields of the shape that a draft has. */
export function fieldsIn(spec: Extract<AnyField['spec'], { kind: 'either' }>, draft: Draft): Fields {
  return (draft as DraftFields)[SHAPE] === 'second' ? spec.second : spec.first;
}

/** What stands in a field at first. @param names of devices, for a field that takes a name */
export function emptyDraft(field: AnyField, names: readonly string[] = []): Draft {
  const { spec, absent, fallback, nullable, derive } = field;
  const left = absent || nullable === true || derive !== undefined;
  switch (spec.kind) {
    case 'list':
      return [];
    case 'record':
      return emptyFields(spec.fields, names);
    case 'either':
      return { [SHAPE]: 'first', ...emptyFields(spec.first, names) };
    default:
      break;
  }
  if (fallback !== undefined) return String(Number.isNaN(Number(fallback)) ? fallback : Number(fallback));
  if (left) return '';
  switch (spec.kind) {
    case 'int':
      return String(spec.min ?? 0);
    case 'u64':
      return spec.as === 'addr' ? '0x0' : '0';
    case 'bit':
    case 'flag':
      return '0';
    case 'text':
      return names[0] ?? '';
    case 'choice':
    case 'number':
      return String(spec.among[0]);
  }
}

export const emptyFields = (fields: Fields, names: readonly string[] = []): DraftFields =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, emptyDraft(field, names)]));

/** A numeral as JSON has it: a number while it keeps its digits, else its text; what is none stays for the reader to refuse. */
function numeral(text: string): number | string {
  const value = Number(text);
  return /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) && Number.isSafeInteger(value) ? value : text;
}

/** @returns undefined where nothing is said */
function givenBy(field: AnyField, draft: Draft): unknown {
  const { spec } = field;
  if (draft === '') return undefined;
  switch (spec.kind) {
    case 'list':
      return (draft as readonly Draft[]).map((entry) => givenBy(spec.of, entry));
    case 'record':
      return allGivenBy(spec.fields, draft as DraftFields);
    case 'either':
      return allGivenBy(fieldsIn(spec, draft), draft as DraftFields);
    default:
      break;
  }
  const text = (draft as string).trim();
  if (text === '') return undefined;
  if (spec.kind === 'choice' || spec.kind === 'text') return text;
  if (spec.kind === 'flag') return text === '1';
  return numeral(text);
}

function allGivenBy(fields: Fields, draft: DraftFields): Json {
  const values = Object.entries(fields).map(([name, field]) => [name, givenBy(field, draft[name] ?? '')] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The op of a form, or what is wrong with it. */
export function opOf(name: OpName, draft: DraftFields): { readonly op: JsonOp; readonly problem: OpError | null } {
  const op: JsonOp = { op: name, ...allGivenBy(OPS[name].fields, draft) };
  try {
    parseOp(op);
    return { op, problem: null };
  } catch (error) {
    if (error instanceof OpError) return { op, problem: error };
    throw error;
  }
}

/** The form that would make an op. */
export function draftOf(fields: Fields, values: Json): DraftFields {
  const one = ({ spec }: AnyField, value: unknown): Draft => {
    if (value === undefined || value === null) return '';
    switch (spec.kind) {
      case 'list':
        return (value as readonly unknown[]).map((entry) => one(spec.of, entry));
      case 'record':
        return draftOf(spec.fields, value as Json);
      case 'either': {
        const shape = (value as Json)[spec.by] === undefined ? 'second' : 'first';
        return { [SHAPE]: shape, ...draftOf(spec[shape], value as Json) };
      }
      case 'bit':
      case 'flag':
        return String(Number(value));
      default:
        return String(value);
    }
  };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, one(field, values[name])]));
}
