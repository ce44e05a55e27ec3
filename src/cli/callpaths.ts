/** `npm run -s callpaths`: the call paths of the kernel catalogue as JSON lines, one for each path and version. */
import { callPathRecords } from '../spec/kernel/paths.ts';

// A reader may stop early (`| head`); that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

for (const record of callPathRecords()) process.stdout.write(`${JSON.stringify(record)}\n`);
