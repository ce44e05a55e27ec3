/** Which version's functions are shown of a machine. */
import type { SceneLog } from '../log/log.ts';
import type { KernelVersion } from '../spec/kernel/functions.ts';
import type { Kernel } from '../spec/quirks.ts';

/** Where the catalogue has a machine's functions: 6.1 is not in it, and by then most had the names of 6.12. */
const CATALOGUED: Readonly<Record<Kernel, KernelVersion>> = {
  '5.15': 'v5.15',
  '6.1': 'v6.12',
  '6.12': 'v6.12',
  '6.18': 'v6.18',
};
/** Version whose functions are shown of a machine until a reader asks for another. @param run null: there is none yet */
export const versionOf = (run: Pick<SceneLog, 'config'> | null): KernelVersion =>
  CATALOGUED[run?.config.kernel ?? '6.18'];
