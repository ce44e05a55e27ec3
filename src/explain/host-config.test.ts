/** A scene rebuilt with another help from the CPU: every preset is accepted, and its vCPUs can be halted and woken. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetsOf } from '../cli/headless-scene.ts';
import { createSession } from '../engine/machine/session.ts';
import { readWord } from '../engine/view/machine-view.ts';
import { haltWrite } from '../explain/guest-ops.ts';
import { VIRT, VIRT_FIELDS, virtOf } from '../explain/host-config.ts';
import type { JsonOp } from '../log/log.ts';

const presets = presetsOf(join(import.meta.dirname, '../..')).map(({ id, ops }) => [id, ops] as const);

describe.each(VIRT)('help from the CPU: %s', (virt) => {
  test.each(presets)('%s', (_id, ops: readonly JsonOp[]) => {
    const session = createSession();
    const refused = [{ ...ops[0], ...VIRT_FIELDS[virt], pcpus: undefined }, ...ops.slice(1)].flatMap((op) => {
      const answer = session.answerOrThrow(op);
      return 'error' in answer ? [{ op, answer }] : [];
    });
    expect(refused).toEqual([]);
    const m = session.machine;
    if (m === null) throw new Error('no create');
    expect(virtOf(m.config)).toBe(virt);
    const word = (name: string): number => readWord(m, 'vcpu', 0, name);
    session.answerOrThrow({ op: 'guest', vcpu: 0, halt: 1 });
    const wake = haltWrite(m, 0, 0);
    expect(wake === null).toBe(virt === 'avic');
    if (wake === null || word('halted') === 0) return;
    for (const op of wake) session.answerOrThrow(op);
    expect(word('halted')).toBe(0);
    if (virt !== 'plain') expect([word('loaded'), word('mode')]).toEqual([1, 1]);
  });
});
