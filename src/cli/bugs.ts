/** `npm run -s bugs`: the real bugs as JSON lines: ops that end with the finding, and ops without the bug that do not. */
import { bugLine, bugScenes } from './bug-scenes.ts';

// A reader that has seen enough (| head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

for (const scene of bugScenes(process.cwd())) process.stdout.write(`${JSON.stringify(bugLine(scene))}\n`);
