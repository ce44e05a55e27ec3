/** `npm run -s conform < ops.jsonl > results.jsonl`: each op line answered with one result line, nothing else. */
import { createInterface } from 'node:readline';
import { createSession } from '../engine/machine/session.ts';

// A reader that has seen enough (| head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const session = createSession();
const out: string[] = [];

function flush(): void {
  if (out.length === 0) return;
  process.stdout.write(`${out.join('\n')}\n`);
  out.length = 0;
}

function answerLine(line: string): string {
  let op: unknown;
  try {
    op = JSON.parse(line);
  } catch {
    return JSON.stringify({ error: 'not JSON' });
  }
  return JSON.stringify(session.answer(op));
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === '') continue;
  out.push(answerLine(line));
  if (session.machine !== null) session.machine.log.used = 0;
  if (out.length >= 256) flush();
}
flush();
