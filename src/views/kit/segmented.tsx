/** One of a few that are all in sight: radio buttons that look like one. */
import { useId } from 'react';

interface Props<T extends string> {
  /** Read to a screen reader; not drawn. */
  readonly label: string;
  readonly options: readonly T[];
  readonly value: T;
  readonly onValue: (value: T) => void;
  /** What an option is called where its value is no name. */
  readonly nameOf?: (option: T) => string;
}

export function Segmented<T extends string>({ label, options, value, onValue, nameOf = (option) => option }: Props<T>) {
  const group = useId();
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option}>
          <input type="radio" name={group} value={option} checked={option === value} onChange={() => onValue(option)} />
          <span>{nameOf(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}
