/**
 * Single situations with the answers that v6.18's source gives them, where no recording of a real machine reaches (see
 * golden/README.md): JSON Lines, `{"op":{…},"out":{…}}` a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSession } from './machine/session.ts';

const CASES = join(import.meta.dirname, 'golden', 'cases');
const files = readdirSync(CASES).filter((file) => file.endsWith('.jsonl'));

test('all cases are here', () => expect(files.length).toBe(241));

test.each(files)('%s', (file) => {
  const lines = readFileSync(join(CASES, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { op: unknown; out: unknown });
  const session = createSession();
  for (const { op, out } of lines) {
    expect(JSON.parse(JSON.stringify(session.answer(op))), JSON.stringify(op)).toEqual(out);
  }
});
