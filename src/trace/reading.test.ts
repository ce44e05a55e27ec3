import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createSession } from '../engine/machine/session.ts';
import { analyse } from './analyse.ts';
import { TraceReading } from './reading.ts';
import { bytesSource } from './source.ts';

const SVM = new Uint8Array(gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')));
const LINES = new TextDecoder().decode(SVM).split('\n');
const reading = async (bytes: Uint8Array): Promise<TraceReading> =>
  new TraceReading(await analyse(bytesSource(bytes), { keep: true }));

describe('what can still be asked of a trace', () => {
  test.each([
    ['a text', SVM],
    ['a gzip file', new Uint8Array(gzipSync(SVM))],
  ])('lines of %s are those of the file', async (_what, bytes) => {
    const read = await reading(bytes);
    for (const from of [1, 1024, 1025, 20_000, LINES.length - 3]) {
      const lines = await read.lines(from, from + 5);
      expect(lines.map((one) => one.text)).toEqual(LINES.slice(from - 1, Math.min(from + 5, LINES.length - 1)));
      expect(lines[0]?.line).toBe(from);
    }
  });

  test('the machine before a line is the same whether asked from a checkpoint or from the start', async () => {
    // Thrice as long, so that there are several checkpoints.
    const long = new Uint8Array(SVM.length + 4_000_000);
    long.set(SVM);
    long.set(SVM.subarray(SVM.length - 4_000_000), SVM.length);
    const at = 62_000;
    const whole = await analyse(bytesSource(long), { at });
    const state = await (await reading(long)).state(at);
    expect({ ...state, lapic: undefined }).toEqual({ line: at, ...whole.state, lapic: undefined });
    const irr = (s: Record<string, unknown> | null): unknown =>
      (s === null ? [] : (s.lapic as { irr: number[]; isr: number[]; svr: string }[])).map(({ irr, isr, svr }) => ({
        irr,
        isr,
        svr,
      }));
    expect(irr(state)).toEqual(irr(whole.state));
  });

  test('a window as a scene: every op is taken, and the chips are at its start what they were', async () => {
    const read = await reading(SVM);
    for (const from of [12_000, 15_000, 25_000, 36_000]) {
      const scene = await read.scene(from, from + 150);
      expect(scene?.ops.length).toBeGreaterThan(scene?.start ?? 0);
      expect(scene?.ops.length).toBeLessThanOrEqual(2000);
      const session = createSession();
      const state = (await read.state(from)) as { ioapic: string[]; pic: { imr: string }[] };
      for (const [i, op] of (scene?.ops ?? []).entries()) {
        const answer = session.answer(op);
        expect([op, (answer as { error?: unknown }).error]).toEqual([op, undefined]);
        if (i + 1 !== scene?.start) continue;
        const got = session.answer({ op: 'get' }) as Record<string, unknown>;
        const text = JSON.stringify(got);
        for (const rte of state.ioapic) {
          const lo = Number(BigInt(rte) & 0xffffffffn);
          if (lo !== 0x10000) expect(text).toContain((BigInt(rte) & ~0x4000n).toString(16));
        }
      }
      expect(JSON.stringify(scene?.ops)).not.toMatch(/CPU 0|KVM|rip|0xffffffff[89a-f]/);
    }
  });
});
