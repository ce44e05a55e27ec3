/** The command as a terminal has it: what it says where, and how it ends. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECIPES } from '../trace/recipe.ts';
import { bundle } from './bundle.mjs';

const folder = mkdtempSync(join(tmpdir(), 'irqscope-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SVM = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz'));
const DAT = gunzipSync(readFileSync('src/trace/trace-dat/recordings/svm-2vcpu-boot-v6.dat.gz'));

// Bundled once and not for each run.
const program = [await bundle('trace', folder)];
/** As npm runs it. */
const FRONT_DOOR = ['src/cli/go.cjs', 'run', 'trace'];

interface Row {
  readonly kind: string;
  readonly [field: string]: unknown;
}
const rowsOf = (out: string): Row[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

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
    ['a trace.dat that ends in its header', DAT.subarray(0, 3000), /trace\.dat/],
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

  const options = ['--json', '--at', '20000'];
  let whole: ReturnType<typeof trace>;
  beforeAll(() => {
    whole = trace(SVM, options, FRONT_DOOR);
  });

  test('standard input gives what the file gives, packed or not', () => {
    const { out } = whole;
    expect(rowsOf(out).find((row) => row.kind === 'state')).toMatchObject({ line: 20_000 });
    for (const input of [SVM, gzipSync(SVM)]) {
      const piped = spawnSync(process.execPath, [...program, '-', ...options], { input, encoding: 'utf8' });
      const [summary, ...rest] = rowsOf(piped.stdout);
      const [ofFile, ...others] = rowsOf(out);
      expect([piped.status, piped.stderr]).toEqual([0, '']);
      expect(rest).toEqual(others);
      expect(summary).toEqual(ofFile);
    }
  });

  test('a trace.dat cut in its data gives a report up to there', () => {
    const { status, out, err } = trace(DAT.subarray(0, Math.floor(DAT.length * 0.8)), ['--json']);
    expect([status, err]).toEqual([0, '']);
    expect(rowsOf(out)[0]).toMatchObject({ format: 'trace.dat', cutOff: true });
  });

  test('CPU numbers no host has, times that go back, a line without end: a report that says so, exit 0', () => {
    const own = SVM.subarray(0, 400_000).toString().split('\n').slice(0, -1);
    const odd = [
      ' x-1 [1000000000] ..... 1.000000: kvm_set_irq: gsi 4 level 1 source 0',
      ' x-1 [000] ..... 0.000001: kvm_set_irq: gsi 4 level 0 source 0',
      ` x-1 [000] ..... 1.0: kvm_eoi: apicid 0 vector ${'9'.repeat(300_000)}`,
    ];
    const { status, out, err } = trace(`${[...own, ...odd].join('\n')}\n`, ['--json']);
    expect([status, err]).toEqual([0, '']);
    const rows = rowsOf(out);
    expect(rows[0]).toMatchObject({ lines: own.length + 3, unreadable: 1, firstUnreadable: own.length + 3 });
    expect(rows.find((row) => row.id === 'time-goes-back')).toMatchObject({ kind: 'finding' });
  });

  test('--recipe prints for each question the commands and what they cost', () => {
    const { status, stdout } = spawnSync(process.execPath, [...program, '--recipe'], { encoding: 'utf8' });
    expect(status).toBe(0);
    const parts = stdout.trimEnd().split('\n\n');
    expect(parts).toHaveLength(RECIPES.length);
    RECIPES.forEach(({ commands }, i) => {
      const [, ...rest] = (parts[i] ?? '').split('\n');
      expect(rest.slice(0, -1).map((line) => line.trim())).toEqual([...commands]);
      expect(rest.at(-1)).toMatch(/^ {2}\S.{20,}/);
    });
    for (const tool of ['trace-cmd record', 'perf ', '/sys/kernel/tracing']) expect(stdout).toContain(tool);
  });

  test('rows stand in the order of the contract', () => {
    const kinds = whole.out
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
