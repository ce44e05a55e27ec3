/**
 * A real KVM where there is no /dev/kvm: kvm_amd of a Debian kernel inside QEMU with an emulated CPU (nested-kvm.sh, which
 * `setup` prepares once, as root). Some 300 to 850 ops a second. Its vendor is AMD, so the engine's is too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Op } from './generate.ts';
import { buildRecorder, type Result } from './recorder.ts';

const SCRIPT = 'e2e/kvm/nested-kvm.sh';
/** Where the script keeps the kernel. */
const work = (): string => process.env.WORK ?? join(process.cwd(), '.nested-kvm');

const found = (program: string): boolean => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;

/** What `--nested` needs and does not find; null when it has all. */
export function missingNested(): string | null {
  const tools = ['qemu-system-x86_64', 'busybox', 'cpio', 'gzip', 'xz'].filter((tool) => !found(tool));
  const boot = join(work(), 'root/boot');
  const kernel = existsSync(boot) && readdirSync(boot).some((name) => name.startsWith('vmlinuz-'));
  if (tools.length === 0 && kernel) return null;
  const lacks = [...tools, ...(kernel ? [] : [`a kernel in ${work()}`])].join(', ');
  return `--nested needs ${lacks}; on Debian \`${SCRIPT} setup\` as root gets them (200 MB)`;
}

/** The emulator falls over a guest's MOV to CR8 with a window open, so the recorder sets it with KVM_SET_SREGS. */
const forNested = (op: Op): Op => (op.op === 'set_cr8' && Number(op.value) <= 15 ? { ...op, sregs: 1 } : op);

/** The answers of a nested kernel, one an op. @throws with the end of its console when it gives none */
export function askNested(source: string, ops: readonly Op[]): Result[] {
  const directory = mkdtempSync(join(tmpdir(), 'irqscope-nested-'));
  try {
    const recorder = buildRecorder(source, ['-static']);
    const [input, output] = [join(directory, 'ops'), join(directory, 'answers')];
    writeFileSync(input, ops.map((op) => `${JSON.stringify(forNested(op))}\n`).join(''));
    const run = spawnSync(join(process.cwd(), SCRIPT), ['run', recorder, input, output], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`the nested kernel gave no answers:\n${run.stdout}${run.stderr}`);
    return readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Result);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
