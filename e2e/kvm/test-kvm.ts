/**
 * Differential test: the same ops to the running kernel's irqchip and to the engine.
 *
 *     npm run test:kvm -- [--count 500] [--seed N] [--profile P] [--start I] [--max 1]
 *     npm run test:kvm -- --self             the kernel against itself: is every sequence deterministic?
 *     npm run test:kvm -- --vectors PATH...  the kernel against recorded {"op","out"} files (.jsonl, .jsonl.gz, folders)
 *     npm run test:kvm -- --record DIR       writes the sequences with the kernel's answers instead of comparing
 *     npm run test:kvm -- --nested           a kernel of its own, kvm_amd inside QEMU, where there is no /dev/kvm
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createSession } from '../../src/engine/machine/session.ts';
import { compare, type Difference } from './compare.ts';
import { generate, type Op, sequenceSeed } from './generate.ts';
import { leavesHeldAlone, settles } from './lawful.ts';
import { askable, askNested, missingNested } from './nested.ts';
import { buildRecorder, FORGET, missing, Recorder, type Result } from './recorder.ts';
import { PROFILES, type Profile } from './shape.ts';
import { shrink } from './shrink.ts';

type Answer = (ops: readonly Op[]) => Promise<readonly Result[]>;

/** Whose half of KVM answers here; a paravirtual module is as kvm_intel where the two differ. */
const VENDOR = existsSync('/sys/module/kvm_amd') ? 'amd' : 'intel';
const onVendor = (op: Op): Op => (op.op === 'create' && !('vendor' in op) ? { ...op, vendor: VENDOR } : op);

/** A fresh engine for each sequence, so that one that failed leaves nothing behind. */
async function askEngine(ops: readonly Op[]): Promise<readonly Result[]> {
  const session = createSession();
  return ops.map((op) => {
    try {
      return session.answer(onVendor(op));
    } catch (e) {
      return { error: `the engine threw: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}` };
    }
  });
}

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly start: number;
  readonly max: number;
  readonly profile: Profile | null;
  readonly self: boolean;
  readonly nested: boolean;
  readonly record: string | null;
  readonly vectors: readonly string[];
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '500' },
      seed: { type: 'string' },
      start: { type: 'string', default: '0' },
      max: { type: 'string', default: '1' },
      profile: { type: 'string' },
      self: { type: 'boolean', default: false },
      nested: { type: 'boolean', default: false },
      record: { type: 'string' },
      vectors: { type: 'string', multiple: true, default: [] },
    },
  });
  const number = (name: 'count' | 'seed' | 'start' | 'max', text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number, not "${text}"`);
    return value;
  };
  const profile = values.profile ?? null;
  if (profile !== null && !PROFILES.some((known) => known === profile)) {
    throw new Error(`no profile "${profile}"; there are ${PROFILES.join(', ')}`);
  }
  return {
    count: number('count', values.count),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : number('seed', values.seed),
    start: number('start', values.start),
    max: number('max', values.max),
    profile: profile as Profile | null,
    self: values.self,
    nested: values.nested,
    record: values.record === undefined ? null : fromHere(values.record),
    vectors: [...values.vectors, ...(values.vectors.length > 0 ? positionals : [])].map(fromHere),
  };
}

/** Paths are meant from where the person typed them; npm and our launcher change the directory. */
function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

function report(
  title: string,
  ops: readonly Op[],
  real: readonly Result[],
  model: readonly Result[],
  found: Difference,
) {
  console.log(`\n${title}`);
  for (const [i, op] of ops.entries()) {
    console.log(JSON.stringify(op));
    if (i === found.at) break;
  }
  console.log(`differs at ${found.path === '' ? 'the result' : found.path}`);
  console.log(`  kvm:    ${JSON.stringify(found.real) ?? 'absent'}`);
  console.log(`  engine: ${JSON.stringify(found.model) ?? 'absent'}`);
  console.log(
    `whole results\n  kvm:    ${JSON.stringify(real[found.at])}\n  engine: ${JSON.stringify(model[found.at])}`,
  );
}

/** Profiles whose answers hang on timers of the host. */
const ofTime: readonly Profile[] = ['timer', 'pit'];

/** On a busy host a timer's thread may come by after its time: a difference that is one comes each time. */
async function comesAgain(ops: readonly Op[], askKvm: Answer, askOther: Answer): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++)
    if (compare(ops, ...(await both(ops, askKvm, askOther))) === null) return false;
  return true;
}

async function fuzz(options: Options, askKvm: Answer, askOther: Answer): Promise<boolean> {
  const { count, seed, start, max, profile } = options;
  console.log(`kernel ${release()}, seed ${seed}, ${count} sequences${profile ? ` of ${profile}` : ''}`);
  const tsc = await hostClock(askKvm);
  const began = Date.now();
  let done = 0;
  let opCount = 0;
  let differing = 0;
  let late = 0;
  for (let i = start; i < start + count && differing < max; i++) {
    const kind = profile ?? (PROFILES[i % PROFILES.length] as Profile);
    const ops = generate(kind, sequenceSeed(seed, i), tsc);
    done++;
    opCount += ops.length;
    const [real, model] = await Promise.all([askKvm(ops), askOther(ops)]);
    const found = compare(ops, real, model);
    if (!found) continue;
    if (ofTime.includes(kind) && !(await comesAgain(ops, askKvm, askOther))) {
      late++;
      continue;
    }
    differing++;
    const differs = async (tried: readonly Op[]): Promise<boolean> => {
      if (!leavesHeldAlone(tried) || (kind === 'timer' && tsc !== 0n && !settles(tried))) return false;
      const [kvm, other] = await both(tried, askKvm, askOther);
      // Without the ops that made it so, an answer may hang on when it was asked: then it says nothing.
      return compare(tried, kvm, other) !== null && (options.self || compare(tried, kvm, await askKvm(tried)) === null);
    };
    const short = await shrink(ops.slice(0, found.at + 1), differs);
    const answers = await both(short, askKvm, askOther);
    const title = `sequence ${i}, profile ${kind}: ${ops.length} ops shrunk to ${short.length}`;
    const foundShort = compare(short, ...answers);
    if (foundShort) report(title, short, ...answers, foundShort);
    else report(`${title}, where the difference does not come again`, ops, real, model, found);
    console.log(
      `again: npm run test:kvm -- --seed ${seed} --start ${i} --count 1${profile ? ` --profile ${profile}` : ''}`,
    );
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const verdict = differing === 0 ? 'no difference' : `${differing} with a difference`;
  const tardy = late === 0 ? '' : `; ${late} where a busy host was late once`;
  console.log(`${done} sequences, ${opCount} ops, seed ${seed}, ${seconds} s: ${verdict}${tardy}`);
  return differing === 0;
}

/** A clock that KVM_SET_MSRS does not set is the host's own: where it stands. 0 where it starts as it is told. */
async function hostClock(askKvm: Answer): Promise<bigint> {
  const set: Op = { op: 'set_msr', vcpu: 0, msr: '0x10', value: 0 };
  const answers = await askKvm([{ op: 'create', vcpus: 1 }, set, { op: 'get_msr', vcpu: 0, msr: '0x10' }]);
  const now = BigInt((answers[2]?.value as string | undefined) ?? 0);
  // A second after its start.
  return now > 10_000_000_000n ? now : 0n;
}

async function both(ops: readonly Op[], a: Answer, b: Answer): Promise<[readonly Result[], readonly Result[]]> {
  return Promise.all([a(ops), b(ops)]);
}

async function record(options: Options, directory: string, askKvm: Answer): Promise<boolean> {
  mkdirSync(directory, { recursive: true });
  for (let i = options.start; i < options.start + options.count; i++) {
    const kind = options.profile ?? (PROFILES[i % PROFILES.length] as Profile);
    const ops = generate(kind, sequenceSeed(options.seed, i));
    const outs = await askKvm(ops);
    const lines = ops.map((op, at) => JSON.stringify({ op, out: outs[at] }));
    writeFileSync(join(directory, `${kind}-${i}.jsonl`), `${lines.join('\n')}\n`);
  }
  console.log(`${options.count} sequences recorded in ${directory}, seed ${options.seed}`);
  return true;
}

function vectorFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .map((name) => join(path, name));
}

/** Does this kernel still answer as recorded? */
async function replay(paths: readonly string[], askKvm: Answer): Promise<boolean> {
  let opCount = 0;
  let differing = 0;
  const files = paths.flatMap(vectorFiles);
  for (const file of files) {
    const bytes = readFileSync(file);
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    const rows = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { op: Op; out: Result });
    const ops = rows.map((row) => row.op);
    const real = await askKvm(ops);
    opCount += ops.length;
    const recorded = rows.map((row) => row.out);
    const found = compare(ops, real, recorded);
    if (!found) continue;
    differing++;
    console.log(`${file}:${found.at + 1} ${JSON.stringify(ops[found.at])}: ${found.path}`);
    console.log(`  kvm:      ${JSON.stringify(found.real)}\n  recorded: ${JSON.stringify(found.model)}`);
  }
  console.log(`${files.length} files, ${opCount} ops: ${differing === 0 ? 'as recorded' : `${differing} differ`}`);
  return differing === 0;
}

/** All sequences in one stream: the nested kernel is asked once. Differences are told, not shrunk. */
async function nested(options: Options): Promise<boolean> {
  const reason = missingNested();
  if (reason !== null) {
    console.log(`skipped: ${reason}`);
    return true;
  }
  const { count, seed, start, max } = options;
  const sequences = Array.from({ length: count }, (_, i) => {
    const kind = options.profile ?? (PROFILES[(start + i) % PROFILES.length] as Profile);
    return { kind, ops: askable(generate(kind, sequenceSeed(seed, start + i))) };
  });
  const answers = askNested(
    join(process.cwd(), 'e2e/kvm'),
    sequences.flatMap(({ ops }) => [FORGET, ...ops]),
  );
  let at = 0;
  let differing = 0;
  let opCount = 0;
  for (const [i, { kind, ops }] of sequences.entries()) {
    const real = answers.slice(at + 1, at + 1 + ops.length);
    at += 1 + ops.length;
    opCount += ops.length;
    // Emulated AMD under the Debian kernel that the script gets.
    const made = ops.map((op) => (op.op === 'create' ? { ...op, vendor: 'amd', kernel: '6.12' } : op));
    const model = await askEngine(made);
    const found = compare(ops, real, model);
    if (!found || differing++ >= max) continue;
    report(`sequence ${start + i}, profile ${kind}`, ops, real, model, found);
  }
  const verdict = differing === 0 ? 'no difference' : `${differing} with a difference`;
  console.log(`${count} sequences, ${opCount} ops, seed ${seed}, nested kernel: ${verdict}`);
  return differing === 0;
}

async function main(): Promise<boolean> {
  const options = readOptions();
  if (options.nested) return nested(options);
  const reason = missing();
  if (reason !== null) {
    console.log(`skipped: ${reason}`);
    return true;
  }
  const program = buildRecorder(join(process.cwd(), 'e2e/kvm'));
  const recorders = [new Recorder(program)];
  const ask = (recorder: Recorder): Answer => recorder.answer.bind(recorder);
  const askKvm = ask(recorders[0] as Recorder);
  try {
    if (options.vectors.length > 0) return await replay(options.vectors, askKvm);
    if (options.record !== null) return await record(options, options.record, askKvm);
    if (!options.self) return await fuzz(options, askKvm, askEngine);
    const second = new Recorder(program);
    recorders.push(second);
    return await fuzz(options, askKvm, ask(second));
  } finally {
    for (const recorder of recorders) recorder.close();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (e) {
  console.error(`test:kvm: ${e instanceof Error ? e.message : String(e)}`);
  process.exitCode = 2;
}
