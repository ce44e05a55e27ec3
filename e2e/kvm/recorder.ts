/** The recorder as a process: builds it, and puts questions to it through pipes. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Op } from './generate.ts';

export type Result = Readonly<Record<string, unknown>>;

/** Why the real KVM cannot be asked here; null where it can. */
export function missing(): string | null {
  if (process.arch !== 'x64') return `${process.arch} is not x86-64`;
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return 'no /dev/kvm';
  }
  // The recorder takes interrupts out of a cancelled entry, which hardware delivery would bypass.
  for (const [name, path] of HARDWARE_DELIVERY) if (isOn(path)) return `${name} is on`;
  if (existsSync(VECTOR_HASHING) && !isOn(VECTOR_HASHING)) return 'kvm.vector_hashing is off';
  return compiler() === null ? 'no C compiler' : null;
}

const MODULES = '/sys/module';
const VECTOR_HASHING = `${MODULES}/kvm/parameters/vector_hashing`;
const HARDWARE_DELIVERY = [
  ['kvm_intel.enable_apicv', `${MODULES}/kvm_intel/parameters/enable_apicv`],
  ['kvm_amd.avic', `${MODULES}/kvm_amd/parameters/avic`],
] as const;

function isOn(path: string): boolean {
  return existsSync(path) && /^[Y1]/.test(readFileSync(path, 'utf8'));
}

function compiler(): string | null {
  const names = [process.env.CC, 'cc', 'gcc', 'clang'].filter((name) => name !== undefined && name !== '');
  return names.find((name) => spawnSync(name as string, ['--version'], { stdio: 'ignore' }).status === 0) ?? null;
}

/** Compiles the C files of `source` into a new directory under the system's temporary one; removed when we exit. */
export function buildRecorder(source: string, flags: readonly string[] = []): string {
  const directory = mkdtempSync(join(tmpdir(), 'irqscope-kvm-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const program = join(directory, 'recorder');
  const files = readdirSync(source)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(source, name));
  const built = spawnSync(
    compiler() ?? 'cc',
    ['-std=gnu11', '-O2', '-Wall', '-Wextra', ...flags, '-o', program, ...files],
    {
      encoding: 'utf8',
    },
  );
  if (built.status !== 0) throw new Error(`the recorder does not compile:\n${built.stderr}`);
  return program;
}

/** What saves there are is forgotten: the program answers many sequences. */
export const FORGET: Op = { op: 'forget' };

export class Recorder {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting: ((line: string | null) => void)[] = [];
  private rest: string[] = [];
  private ended = false;

  constructor(program: string) {
    this.child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text: string) => this.receive(text));
    this.child.stdin.on('error', () => {});
    this.child.on('close', () => {
      this.ended = true;
      for (const resolve of this.waiting.splice(0)) resolve(null);
    });
  }

  private receive(text: string): void {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.waiting.shift()?.(this.rest.join('') + part);
      this.rest = [];
    }
    this.rest.push(last);
  }

  /** Answers of a sequence that knows of no save before it. */
  async answer(ops: readonly Op[]): Promise<Result[]> {
    return (await this.ask([FORGET, ...ops])).slice(1);
  }

  /** Sends all ops at once and waits for as many results. */
  private async ask(ops: readonly Op[]): Promise<Result[]> {
    if (this.ended) throw new Error('the recorder has ended');
    const lines = ops.map(() => new Promise<string | null>((resolve) => this.waiting.push(resolve)));
    this.child.stdin.write(`${ops.map((op) => JSON.stringify(op)).join('\n')}\n`);
    return (await Promise.all(lines)).map((line) => {
      if (line === null) throw new Error('the recorder ended before its answer');
      return JSON.parse(line) as Result;
    });
  }

  close(): void {
    this.child.stdin.end();
  }
}
