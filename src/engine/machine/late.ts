/**
 * What the first scene's machine does without: the run loops, the host, and ops that few runs have. Ask for it where an op needs it and
 * never while a module is loaded: the engine's worker has it in a second script, which comes when it is first asked for
 * (`worker/late-script.ts`), and is 16 kB (gzip) smaller for it. Everywhere else it is here already.
 */
import * as parts from './late-parts.ts';

export const late = (): typeof parts => parts;
