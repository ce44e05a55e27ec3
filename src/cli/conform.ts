/** `npm run -s conform < ops.jsonl > results.jsonl`: each op line answered with one result line, nothing else. */
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { linesOf } from './lines.ts';
import { createReasoner } from './reason.ts';

/** Longest line taken, bytes. */
const LINE_MAX = 16 * 1024 * 1024;

// A reader that has seen enough (| head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const session = createReasoner();

function answerLine(line: string | null): string {
  if (line === null) return JSON.stringify({ error: `line over ${LINE_MAX} bytes` });
  let op: unknown;
  try {
    op = JSON.parse(line);
  } catch {
    return JSON.stringify({ error: 'not JSON' });
  }
  return JSON.stringify(session.answer(op));
}

try {
  // Node takes what it cannot read for an empty stream.
  if (fstatSync(0).isDirectory()) throw new Error('it is a directory');
  for await (const lines of linesOf(process.stdin, LINE_MAX)) {
    const answers = lines.filter((line) => line === null || line.trim() !== '').map((line) => `${answerLine(line)}\n`);
    // A driver that waits for each answer gets it now; one that does not read is waited for.
    if (answers.length > 0 && !process.stdout.write(answers.join(''))) await once(process.stdout, 'drain');
  }
} catch (e) {
  process.stderr.write(`irqscope: standard input cannot be read: ${(e as Error).message}\n`);
  process.exitCode = 1;
}
