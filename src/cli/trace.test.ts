/** The command as a terminal has it: what it says where, and how it ends. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from './bundle.mjs';

const folder = mkdtempSync(join(tmpdir(), 'irqscope-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SVM = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz'));

// Bundled once and not for each run.
const program = [await bundle('trace', folder)];
/** As npm runs it. */
const FRONT_DOOR = ['src/cli/go.cjs', 'run', 'trace'];

function trace(bytes: Uint8Array | string, options: readonly string[] = [], start = program) {
  const file = join(folder, 'x');
  writeFileSync(file, bytes);
  const done = spawnSync(process.execPath, [...start, file, ...options], { encoding: 'utf8' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe('npm run -s trace', () => {
  test.each([
    ['an empty file', '', /The file is empty/],
    ['bytes of no trace', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255), /No line is a KVM event/],
    ['a line without end', 'x'.repeat(200_000), /No line is a KVM event/],
    ['perf.data', 'PERFILE2 and more', /perf script -i FILE/],
    ['zstd', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2]), /zstd -d FILE/],
  ])('%s: one sentence on standard error, exit 2', (_what, bytes, says) => {
    const { status, out, err } = trace(bytes);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(says);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a last line cut in half, a line too long, an id no machine has: a report, exit 0', () => {
    const text = SVM.subarray(0, 400_000).toString();
    const long = ' x-1 [000] .... 1.0: kvm_eoi: apicid 0 vector '.padEnd(70_000, '9');
    const big = ' x-1 [000] .... 1.000000: kvm_entry: vcpu 1000000000, rip 0x1';
    const { status, out, err } = trace(`${long}\n${big}\n${text}`, ['--json']);
    expect([status, err]).toEqual([0, '']);
    const [summary] = out.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
    expect(summary).toMatchObject({ kind: 'summary', cutOff: true, unreadable: 1, vcpus: [0, 1] });
  });

  test('what PowerShell’s > wrote is read like any other text, a recording and a dump', () => {
    const recording = trace(Buffer.from(`\ufeff${SVM.subarray(0, 200_000)}`, 'utf16le'), ['--json']);
    expect(recording.out).toBe(trace(SVM.subarray(0, 200_000), ['--json']).out);
    const dump = 'dumping local APIC state for CPU 1\r\nISR\t 81\r\nIRR\t 80\r\n';
    expect(trace(Buffer.from(dump, 'utf16le'), ['--json']).out).toBe(trace(dump, ['--json']).out);
  });

  test('rows stand in the order of the contract', () => {
    const { out } = trace(SVM, ['--json', '--at', '20000'], FRONT_DOOR);
    const kinds = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind as string);
    expect([...new Set(kinds)]).toEqual(
      ['summary', 'vcpu', 'vector', 'overall-vector', 'gsi', 'prediction', 'state', 'end'].flatMap((kind) =>
        kind === 'state' ? ['finding', 'state'] : [kind],
      ),
    );
  });
});
