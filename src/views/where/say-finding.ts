/** A finding as a sentence. */
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
