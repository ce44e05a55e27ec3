/** A change in a language; a key of a stranger's file that we do not have stands for itself. */
import { visible } from '../../base/visible.ts';
import { hasText } from '../../i18n/index.ts';
import type { Deed, Run } from '../../share/runs.ts';
import type { Translate } from '../shared/use-t.ts';

export const sayDeed = (t: Translate, { key, params }: Deed): string => (hasText(key) ? t(key, params) : visible(key));

/** What a run is called: its own name, or what made it. */
export function runName(t: Translate, { parent, name, deed }: Run): string {
  if (name !== null) return visible(name);
  if (parent === null) return t('deed.begin');
  return deed === null ? t('deed.create') : sayDeed(t, deed);
}
