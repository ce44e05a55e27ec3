/** `npm run conform` as a program of its own: what goes in on standard input, what comes out. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { compare } from '../../e2e/kvm/compare.ts';
import type { Op } from '../../e2e/kvm/generate.ts';
import type { Result } from '../../e2e/kvm/recorder.ts';
import { bundle } from './bundle.mjs';

const REPO = join(import.meta.dirname, '../..');
const DIRECTED = join(REPO, 'src/engine/golden/directed');

// Bundled once and not for each run. Those in which the launcher could stand in the way start it themselves.
const folder = mkdtempSync(join(tmpdir(), 'irqscope-conform-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = await bundle('conform', folder);

function conform(input: string): { out: string[]; status: number | null; stderr: string } {
  const run = spawnSync('node', [program], { cwd: REPO, input, maxBuffer: 1 << 28 });
  const text = run.stdout.toString();
  expect(text === '' || text.endsWith('\n'), 'the last line ends').toBe(true);
  return { out: text.split('\n').slice(0, -1), status: run.status, stderr: run.stderr.toString() };
}
const lines = (...ops: readonly unknown[]): string =>
  ops.map((op) => `${typeof op === 'string' ? op : JSON.stringify(op)}\n`).join('');

test('many recordings in one stream: one answer a line, in order, each as recorded, and nothing else', () => {
  const ops: Op[] = [];
  const recorded: Result[] = [];
  for (const file of readdirSync(DIRECTED)) {
    for (const line of gunzipSync(readFileSync(join(DIRECTED, file)))
      .toString()
      .trimEnd()
      .split('\n')) {
      const { op, out } = JSON.parse(line) as { op: Op; out: Result };
      ops.push(op);
      recorded.push(out);
    }
  }
  expect(ops.filter(({ op }) => op === 'create').length).toBeGreaterThan(70);
  const { out, status, stderr } = conform(lines(...ops));
  expect([out.length, status, stderr]).toEqual([ops.length, 0, '']);
  const got = out.map((line) => JSON.parse(line) as Result);
  expect(compare(ops, recorded, got)).toBe(null);
});

const CREATE = { op: 'create', vcpus: 1, irqchip: 'full' };
const OK = '{"ok":true}';
const IRQFD = { op: 'irqfd', gsi: 4 };
/** Answered with ok only by a machine that has the irqfd. */
const SIGNAL = { op: 'irqfd_signal', gsi: 4 };

describe('a bad line answers an error and the run goes on', () => {
  const bad: readonly [name: string, line: string][] = [
    ['garbage', 'garbage'],
    ['half an object', '{"op":"get"'],
    ['two objects', '{"op":"get"}{"op":"get"}'],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[{"op":"get"}]'],
    ['no op', '{}'],
    ['an op nobody knows', '{"op":"frob"}'],
    ['a name every object has', '{"op":"constructor"}'],
    ['an op that is an object', '{"op":{"toString":1}}'],
    ['an op that is deep', `{"op":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['a field missing', '{"op":"irq_line","level":1}'],
    ['a level of 2', '{"op":"irq_line","gsi":4,"level":2}'],
    ['a number that is no number', '{"op":"irq_line","gsi":"0xzz","level":1}'],
    ['a fraction', '{"op":"irq_line","gsi":4.5,"level":1}'],
    ['an infinite one', '{"op":"irq_line","gsi":1e999,"level":1}'],
    ['a negative one', '{"op":"irq_line","gsi":-1,"level":1}'],
    ['a vCPU that is not there', '{"op":"run","vcpu":7}'],
    ['a size of 3', '{"op":"mmio_read","vcpu":0,"addr":"0xfee00020","size":3}'],
    ['an irqchip nobody makes', '{"op":"create","vcpus":1,"irqchip":"half"}'],
    ['no vCPU at all', '{"op":"create","vcpus":0}'],
    ['two vCPUs with one id', '{"op":"create","vcpus":2,"ids":[1,1]}'],
    ['control characters', '\ufffd\u0000\u0007'],
    ['a long line', `{"op":"note","text":"${'x'.repeat(4_000_000)}`],
  ];
  const { out, status, stderr } = conform(lines(CREATE, IRQFD, ...bad.flatMap(([, line]) => [line, SIGNAL])));

  test('status 0, nothing on standard error, an answer for each', () => {
    expect([status, stderr, out.length]).toEqual([0, '', 2 + bad.length * 2]);
  });

  test.each(bad.map(([name], i) => [name, i] as const))('%s', (_name, i) => {
    const answer = JSON.parse(out[2 + i * 2] as string) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual(['error']);
    expect(answer.error).toMatch(/./);
    expect(out[3 + i * 2], 'the machine made at the start is still there').toBe(OK);
  });
});

test('an op before any create is refused, a note is not', () => {
  const { out, status } = conform(lines({ op: 'note', text: 'hello' }, { op: 'get' }, CREATE, { op: 'nop', vcpu: 0 }));
  expect(out.map((line) => line.slice(0, 8))).toEqual(['{"ok":tr', '{"error"', '{"ok":tr', '{"ok":tr']);
  expect(status).toBe(0);
});

test('each create starts a fresh machine; one that is refused keeps the old', () => {
  const { out } = conform(lines(CREATE, IRQFD, SIGNAL, CREATE, SIGNAL, IRQFD, { ...CREATE, x2apicApi: 12 }, SIGNAL));
  expect(out).toEqual([
    OK,
    '{"rc":0}',
    OK,
    OK,
    '{"error":"no irqfd"}',
    '{"rc":0}',
    '{"error":"KVM_CAP_X2APIC_API","errno":22}',
    OK,
  ]);
});

test('numbers are integers, hex or decimal strings, in either case', () => {
  const same = [49, '49', '0x31', '0X31'].map((data) => ({ op: 'msi', addr: 0xfee00000, data }));
  const { out } = conform(
    lines(CREATE, { op: 'mmio_write', vcpu: '0x0', addr: '0xFEE000F0', size: '4', value: '0x1FF' }, ...same),
  );
  expect(out).toEqual([OK, OK, ...same.map(() => '{"status":1}')]);
});

test('blank lines are passed over, line ends may be CRLF, the last may lack its end', () => {
  const { out, status } = conform(
    `\n  \n${JSON.stringify(CREATE)}\r\n\r\n{"op":"nop","vcpu":0}\r\n{"op":"nop","vcpu":0}`,
  );
  expect([out, status]).toEqual([[OK, OK, OK], 0]);
});

test('nothing in, nothing out', () => expect(conform('')).toEqual({ out: [], status: 0, stderr: '' }));

test('more answers than one buffer holds all come out', () => {
  const { out, status } = conform(lines(CREATE) + '{"op":"get"}\n'.repeat(3000));
  expect([out.length, status, new Set(out.slice(1)).size]).toEqual([3001, 0, 1]);
});

test('a driver that waits for each answer before it writes the next op gets each', async () => {
  const child = spawn('node', ['src/cli/run.mjs', 'conform'], { cwd: REPO, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  for (const op of [CREATE, IRQFD, SIGNAL]) {
    child.stdin.write(lines(op));
    const [answer] = await once(child.stdout, 'data');
    expect(answer).toMatch(/^\{.*\}\n$/);
  }
  child.stdin.end();
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('a line above 16 MiB costs itself only: its answer is an error, those before and after it are there', () => {
  const long = `{"op":"note","text":"${'x'.repeat(17 << 20)}"}`;
  const { out, status } = conform(lines(CREATE, IRQFD, long, SIGNAL));
  expect([out, status]).toEqual([[OK, '{"rc":0}', '{"error":"line over 16777216 bytes"}', OK], 0]);
});

test('input that cannot be read is one sentence and a status', () => {
  const dir = openSync(REPO, 'r');
  const run = spawnSync('node', ['src/cli/run.mjs', 'conform'], { cwd: REPO, stdio: [dir, 'pipe', 'pipe'] });
  closeSync(dir);
  expect(run.status).toBe(1);
  expect(run.stderr.toString()).toMatch(/^irqscope: standard input cannot be read: .*\n$/);
});
