/** `npm run -s chapters`: the chapters as JSON lines, with the steps and answers that the engine gives. */
import { chapterLines } from './chapter-lines.ts';

// A reader may stop early (`| head`); that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

for (const line of chapterLines()) process.stdout.write(`${JSON.stringify(line)}\n`);
