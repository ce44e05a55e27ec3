/** A number as a person types it: decimal or 0x, kept as typed, with one sentence when it is not a number of this field. */
import './panel-texts.ts';
import { useId } from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import type { Translate } from '../shared/use-t.ts';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly max: number;
  readonly onText: (text: string) => void;
  readonly t: Translate;
}

export function NumberField({ label, text, max, onText, t }: Props) {
  const id = useId();
  const wrong = parseNumber(text, max) === null;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}p` : undefined}
        onChange={(e) => onText(e.target.value)}
      />
      {wrong && (
        <p className="problem" id={`${id}p`}>
          {t('ctl.wrong', { label, max: max > 9 ? hex(max) : max, text })}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: number;
  readonly options: readonly (readonly [number, string])[];
  readonly onValue: (value: number) => void;
}

export function SelectField({ label, value, options, onValue }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onValue(Number(e.target.value))}>
        {options.map(([n, text]) => (
          <option key={n} value={n}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
