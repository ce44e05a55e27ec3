/** A finding as a sentence, and what ends it as another. */
import { hex } from '../../base/numbers.ts';
import type { Found } from '../../worker/reason-client.ts';
import type { Translate } from '../shared/use-t.ts';
import './where-texts.ts';

/** What is read in hexadecimal. */
const HEX = new Set(['vector', 'tpr', 'nv', 'svi', 'isr', 'dest']);

export function sayFinding({ id, params }: Pick<Found, 'id' | 'params'>, t: Translate): string {
  const shown = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      HEX.has(name) && typeof value === 'number' ? hex(value) : value,
    ]),
  );
  return t(`finding.${id}` as 'finding.spurious', shown);
}

/** What ends it, or keeps it from coming again. */
export const sayCure = ({ id }: Pick<Found, 'id'>, t: Translate): string => t(`cure.${id}` as 'cure.spurious');
