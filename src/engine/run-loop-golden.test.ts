/**
 * The recordings of a real irqchip once more, on a machine with the VMX run loop and no APICv: requests, windows, TPR
 * threshold, injection through the VM-entry field and exits must come to the very same answers.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compare } from '../../e2e/kvm/compare.ts';
import type { Op } from '../../e2e/kvm/generate.ts';
import type { Result } from '../../e2e/kvm/recorder.ts';
import { createSession } from './machine/session.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

describe.each(['directed', 'random', 'fresh'])('%s through the run loop', (set) => {
  // There a guest that has PV EOI ends its interrupt by the byte, and leaves the write unsaid.
  const files = readdirSync(join(GOLDEN, set)).filter((file) => /^(?!pv-eoi).*\.jsonl\.gz$/.test(file));
  test.each(files)('%s', (file) => {
    const lines = gunzipSync(readFileSync(join(GOLDEN, set, file)))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { op: Op; out: Result });
    const session = createSession();
    const got = lines.map(({ op }) => {
      const answer = session.answer(op.op === 'create' ? { ...op, apicv: false } : op);
      if (session.machine !== null) session.machine.log.used = 0;
      return JSON.parse(JSON.stringify(answer)) as Result;
    });
    const ops = lines.map(({ op }) => op);
    const recorded = lines.map(({ out }) => out);
    expect(compare(ops, recorded, got)).toBeNull();
  });
});
