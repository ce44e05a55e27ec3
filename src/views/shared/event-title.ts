import { hasText } from '../../i18n/index.ts';
import type { Translate } from './use-t.ts';

/** Title of an event, as the panels have it; of one whose texts have not come its name. */
export function eventTitle(name: string, t: Translate): string {
  const key = `event.${name}.title`;
  return hasText(key) ? t(key) : name;
}
