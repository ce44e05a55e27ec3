/** Model cases from the SDM and kvm-unit-tests: each file is one machine, each line an op with what it must answer. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createSession } from '../../machine/session.ts';
import { differences } from './expect.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

describe('model cases', () => {
  test.each(files)('%s', (file) => {
    const [head, ...lines] = readFileSync(`${folder}${file}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const session = createSession();
    for (const [i, { expect: want, expectKvm, ...op }] of lines.entries()) {
      const got = session.answer(op);
      expect(got, `${file}:${i + 2} ${JSON.stringify(op)}`).not.toHaveProperty('error');
      const wanted = expectKvm ?? want;
      if (wanted === undefined) continue;
      expect(differences(wanted, got), `${file}:${i + 2} ${String(head?.['checks'])}`).toEqual([]);
    }
  });
});
