/** Every command there is, as a form made from its row: what the other groups leave out can be done here. */
import { useId, useMemo, useState } from 'react';
import '../shared/error-texts.ts';
import { hasText } from '../../i18n/index.ts';
import type { Fields, OpClass } from '../../spec/define/op.ts';
import { OPS, type OpName } from '../../spec/ops/index.ts';
import { Segmented } from '../kit/segmented.tsx';
import { useChange } from '../shared/use-change.ts';
import type { Translate } from '../shared/use-t.ts';
import {
  type AnyField,
  DOABLE,
  type Draft,
  type DraftFields,
  emptyDraft,
  emptyFields,
  opOf,
  SHAPE,
} from './op-draft.ts';

const CLASSES: readonly OpClass[] = ['ioctl', 'guest', 'model', 'machine'];

interface OpFormProps {
  /** Ids of the machine's devices. */
  readonly names: readonly string[];
  readonly t: Translate;
}

export function OpForm({ names, t }: OpFormProps) {
  const id = useId();
  const change = useChange();
  const [name, setName] = useState<OpName>('irq_line');
  const [draft, setDraft] = useState<DraftFields>(() => emptyFields(OPS.irq_line.fields, names));
  const pick = (next: OpName): void => {
    setName(next);
    setDraft(emptyFields(OPS[next].fields, names));
  };
  const { op, problem } = useMemo(() => opOf(name, draft), [name, draft]);
  const key = problem === null ? null : `error.${problem.code}`;
  return (
    <form
      className="op-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null) change(op);
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t('ctl.any.command')}</label>
        <select id={id} value={name} onChange={(event) => pick(event.target.value as OpName)}>
          {CLASSES.map((one) => (
            <optgroup key={one} label={t(`ctl.any.${one}`)}>
              {DOABLE.filter((candidate) => OPS[candidate].class === one).map((candidate) => (
                <option key={candidate}>{candidate}</option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <FieldSet
        fields={OPS[name].fields}
        draft={draft}
        wrong={problem?.place ?? null}
        names={names}
        onDraft={setDraft}
        t={t}
      />
      <code className="op-json">{JSON.stringify(op)}</code>
      {problem !== null && key !== null && (
        <p className="problem" role="status">
          {hasText(key)
            ? t(key, { name, op: name, field: problem.place, ...problem.params })
            : t('error.unknown', { code: problem.code })}
        </p>
      )}
      <button type="submit" className="btn btn-main" disabled={problem !== null}>
        {t('ctl.any.do')}
      </button>
    </form>
  );
}

interface FieldSetProps {
  readonly fields: Fields;
  readonly draft: DraftFields;
  /** Name of the field that is wrong. */
  readonly wrong: string | null;
  readonly names: readonly string[];
  readonly onDraft: (draft: DraftFields) => void;
  readonly t: Translate;
}

function FieldSet({ fields, draft, onDraft, ...rest }: FieldSetProps) {
  return (
    <div className="ctl-grid">
      {Object.entries(fields).map(([name, field]) => (
        <OpField
          key={name}
          name={name}
          field={field}
          draft={draft[name] ?? ''}
          onDraft={(next) => onDraft({ ...draft, [name]: next })}
          {...rest}
        />
      ))}
    </div>
  );
}

interface OpFieldProps extends Omit<FieldSetProps, 'fields' | 'draft' | 'onDraft'> {
  readonly name: string;
  readonly field: AnyField;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}

function OpField({ name, field, draft, onDraft, ...rest }: OpFieldProps) {
  const { spec } = field;
  const { t, names } = rest;
  switch (spec.kind) {
    case 'record':
      return (
        <fieldset className="op-nest">
          <legend>{name}</legend>
          <FieldSet fields={spec.fields} draft={draft as DraftFields} onDraft={onDraft} {...rest} />
        </fieldset>
      );
    case 'either': {
      const shape = (draft as DraftFields)[SHAPE] === 'second' ? 'second' : 'first';
      return (
        <fieldset className="op-nest">
          <legend>{name}</legend>
          <Segmented
            label={t('ctl.any.shape')}
            options={['first', 'second'] as const}
            value={shape}
            nameOf={(one) => ownNames(spec.first, spec.second, one)}
            onValue={(next) => onDraft({ [SHAPE]: next, ...emptyFields(spec[next], names) })}
          />
          <FieldSet
            fields={spec[shape]}
            draft={draft as DraftFields}
            onDraft={(next) => onDraft({ ...next, [SHAPE]: shape })}
            {...rest}
          />
        </fieldset>
      );
    }
    case 'list': {
      const entries = draft as readonly Draft[];
      // An entry has no name but its place.
      const places = entries.map((_, i) => `${name}[${i}]`);
      return (
        <fieldset className="op-nest">
          <legend>{name}</legend>
          {places.map((place, i) => (
            <div key={place} className="op-entry">
              <OpField
                name={place}
                field={spec.of}
                draft={entries[i] ?? ''}
                onDraft={(next) => onDraft(entries.map((one, k) => (k === i ? next : one)))}
                {...rest}
              />
              <button
                type="button"
                className="btn"
                aria-label={t('ctl.any.remove', { name: place })}
                onClick={() => onDraft(entries.filter((_, k) => k !== i))}
              >
                −
              </button>
            </div>
          ))}
          <button type="button" className="btn" onClick={() => onDraft([...entries, emptyDraft(spec.of, names)])}>
            {t('ctl.any.add', { name })}
          </button>
        </fieldset>
      );
    }
    default:
      return <Plain name={name} field={field} text={draft as string} onText={onDraft} {...rest} />;
  }
}

/** A shape is known by the fields that the other has not. */
function ownNames(first: Fields, second: Fields, which: 'first' | 'second'): string {
  const [own, other] = which === 'first' ? [first, second] : [second, first];
  return Object.keys(own)
    .filter((name) => other[name] === undefined)
    .join(', ');
}

interface PlainProps extends Omit<FieldSetProps, 'fields' | 'draft' | 'onDraft'> {
  readonly name: string;
  readonly field: AnyField;
  readonly text: string;
  readonly onText: (text: string) => void;
}

function Plain({ name, field, text, wrong, names, onText, t }: PlainProps) {
  const id = useId();
  const { spec } = field;
  const mayBeLeft = field.absent || field.nullable === true || field.derive !== undefined;
  const among =
    spec.kind === 'choice' || spec.kind === 'number'
      ? spec.among.map(String)
      : spec.kind === 'bit' || spec.kind === 'flag'
        ? ['0', '1']
        : null;
  return (
    <div className="field">
      <label htmlFor={id}>
        {name}
        {spec.kind === 'int' && <small> {rangeOf(spec.min ?? 0, spec.max)}</small>}
      </label>
      {among !== null ? (
        <select id={id} value={text} aria-invalid={wrong === name} onChange={(event) => onText(event.target.value)}>
          {mayBeLeft && <option value="">{t('ctl.any.none')}</option>}
          {among.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          value={text}
          list={spec.kind === 'text' ? `${id}l` : undefined}
          placeholder={mayBeLeft ? t('ctl.any.none') : undefined}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong === name}
          onChange={(event) => onText(event.target.value)}
        />
      )}
      {spec.kind === 'text' && (
        <datalist id={`${id}l`}>
          {names.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </div>
  );
}

const rangeOf = (min: number, max: number): string => `${min}–${max > 9_999 ? `0x${max.toString(16)}` : max}`;
