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

/**
 * Ops as this road can ask them: the emulator falls over a guest's MOV to CR8 with a window open (TPR is written through the
 * page instead, by other ops), and a kernel before 7.0 knows two flags of KVM_CAP_X2APIC_API.
 */
export function askable(ops: readonly Op[]): Op[] {
  return ops.flatMap((op): Op[] => {
    if (op.op === 'set_cr8') return [];
    return op.op === 'create' && 'x2apicApi' in op ? [{ ...op, x2apicApi: Number(op.x2apicApi) & 3 }] : [op];
  });
}

/** The answers of a nested kernel, one an op. @throws with the end of its console when it gives none */
export function askNested(source: string, ops: readonly Op[]): Result[] {
  const directory = mkdtempSync(join(tmpdir(), 'irqscope-nested-'));
  try {
    const recorder = buildRecorder(source, ['-static']);
    const [input, output] = [join(directory, 'ops'), join(directory, 'answers')];
    writeFileSync(input, ops.map((op) => `${JSON.stringify(op)}\n`).join(''));
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
