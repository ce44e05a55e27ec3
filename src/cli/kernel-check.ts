/**
 * Holds the kernel catalogue against a kernel tree: every function in its file, every step a call, every start a start,
 * every operation behind its member. What does not hold comes back as a line of text.
 */

import { KERNEL_CALLBACKS } from '../spec/kernel/callbacks.ts';
import { amdFunction } from '../spec/kernel/callbacks-amd.ts';
import {
  fnById,
  KERNEL_FUNCTIONS,
  type KernelFn,
  type KernelPlace,
  type KernelVersion,
} from '../spec/kernel/functions.ts';
import type { PathStart } from '../spec/kernel/path-types.ts';
import { CALL_PATHS, type CallStep } from '../spec/kernel/paths.ts';
import { type CFile, type KernelTree, scanC } from './kernel-tree.ts';

/** Where members of structures of function pointers are looked for, beside the file of the function itself. */
const KVM_DIRECTORIES = ['arch/x86/kvm', 'virt/kvm'];
/** Where the gates of the IDT are listed. */
const GATES = 'arch/x86/kernel/idt.c';

export interface KernelCounts {
  functions: number;
  /** Of those: found where the stable updates of the version's series have them, not where the tag has them. */
  inUpdates: number;
  absent: number;
  files: number;
  paths: number;
  direct: number;
  ops: number;
  starts: number;
  operations: number;
}

export interface KernelReport {
  readonly counts: KernelCounts;
  readonly problems: readonly string[];
}

interface Claims {
  readonly functions: typeof KERNEL_FUNCTIONS;
  readonly paths: typeof CALL_PATHS;
  readonly operations: typeof KERNEL_CALLBACKS;
}

const quoted = (name: string) => name.replace(/[^\w]/g, '\\$&');
const at = (place: KernelPlace) => `${place.fn} (${place.file})`;

/** How one version's sources answer questions about functions, calls and members. */
class Sources {
  readonly #tree: KernelTree;
  readonly #files = new Map<string, CFile | null>();
  #kvm: readonly string[] | null = null;

  constructor(tree: KernelTree) {
    this.#tree = tree;
  }

  file(path: string): CFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const source = this.#tree.read(path);
    const scanned = source === null ? null : scanC(source);
    this.#files.set(path, scanned);
    return scanned;
  }

  get fileCount(): number {
    return [...this.#files.values()].filter((file) => file !== null).length;
  }

  /** Every KVM source file. */
  get kvm(): readonly string[] {
    this.#kvm ??= KVM_DIRECTORIES.flatMap((directory) => this.#tree.list(directory));
    return this.#kvm;
  }

  bodies(place: KernelPlace): readonly string[] {
    return this.file(place.file)?.bodies.get(place.fn) ?? [];
  }

  bodyHas(place: KernelPlace, pattern: RegExp): boolean {
    return this.bodies(place).some((body) => pattern.test(body));
  }

  definedIn(fn: string): readonly string[] {
    return this.kvm.filter((path) => this.file(path)?.bodies.has(fn) === true);
  }

  /** Some KVM file, or the given one, says so. */
  said(pattern: RegExp, also: string): boolean {
    return [also, ...this.kvm].some((path) => pattern.test(this.file(path)?.text ?? ''));
  }

  /** What AMD's table has for a member: the function or value, null for none or NULL; undefined in a tree without it. */
  amdMember(member: string): string | null | undefined {
    const text = this.file('arch/x86/kvm/svm/svm.c')?.text;
    if (text === undefined) return undefined;
    const value = new RegExp(`(?<![\\w\\])>])\\.${member}\\s*=\\s*(\\w+)\\s*,`).exec(text)?.[1];
    return value === undefined || value === 'NULL' ? null : value;
  }

  calls(caller: KernelPlace, callee: string): boolean {
    return this.bodyHas(caller, new RegExp(`\\b${quoted(callee)}\\s*\\(`));
  }

  /** `caller` calls whatever is behind `member`. */
  callsMember(caller: KernelPlace, member: string): boolean {
    const forms = [
      `(?:->|\\.)\\s*${member}\\s*\\(`,
      `static_call(?:_cond)?\\s*\\(\\s*kvm_x86_${member}\\s*\\)`,
      `kvm_x86_call\\s*\\(\\s*${member}\\s*\\)`,
      `kvm_x86_ops\\.${member}\\b`,
    ];
    return this.bodyHas(caller, new RegExp(forms.join('|')));
  }

  /**
   * `callee` is put behind `member`, either in a variable (`x->member = callee`) or in a table of that structure
   * (`struct S t = { .member = callee }`). In Intel's table `vt_op(name)` stands for `vt_name` where TDX is built in
   * and for `vmx_name` elsewhere; `kvm_x86_ops` fills the table KVM calls through.
   */
  assigned(callee: KernelPlace, member: string, struct: string): boolean {
    const name = quoted(callee.fn);
    const bare = /^(?:vt|vmx)_(\w+)$/.exec(callee.fn)?.[1];
    const value = bare === undefined ? `&?${name}\\b` : `(?:${name}\\b|vt_op(?:_tdx_only)?\\(${bare}\\))`;
    const variable = new RegExp(`[\\w\\])](?:->|\\.)${member}\\s*=\\s*&?${name}\\b`);
    if (this.said(variable, callee.file)) return true;
    const entry = new RegExp(`(?<![\\w\\])>])\\.${member}\\s*=\\s*${value}`, 'g');
    return [callee.file, ...this.kvm].some((path) => {
      const text = this.file(path)?.text ?? '';
      return [...text.matchAll(entry)].some((match) => enclosingStruct(text, match.index) === struct);
    });
  }
}

/** The structure whose table the text at an offset stands in. */
function enclosingStruct(text: string, offset: number): string | null {
  const before = text.slice(0, offset + 1);
  const heads = [...before.matchAll(/\bstruct\s+(\w+)\s+\w+[^;{}()]*=\s*\{/g)];
  return heads.at(-1)?.[1] ?? null;
}

/** Name and file of a function in this tree: as at the tag, or as in the later updates of the series. */
function placeIn(sources: Sources, id: KernelFn, version: KernelVersion): KernelPlace | null {
  const { at: places, updates } = fnById(id);
  return [places[version], updates[version]].find((place) => place && sources.bodies(place).length > 0) ?? null;
}

function startHolds(
  sources: Sources,
  start: PathStart,
  from: KernelPlace,
  first: KernelPlace,
  all: readonly CallStep[],
) {
  const by = quoted(start.by);
  const fn = quoted(first.fn);
  const here = (pattern: string) => sources.bodyHas(from, new RegExp(pattern));
  const said = (pattern: string) => sources.said(new RegExp(pattern), first.file);
  switch (start.kind) {
    case 'work':
      return (
        here(`\\b(?:schedule|queue)_(?:delayed_)?work\\([^;]*\\b${by}\\b`) &&
        said(`INIT_(?:DELAYED_)?WORK\\([^;]*\\b${by},\\s*${fn}\\)`)
      );
    case 'kthread-work':
      return here(`kthread_queue_work\\([^;]*\\b${by}\\b`) && said(`kthread_init_work\\([^;]*\\b${by},\\s*${fn}\\)`);
    case 'hrtimer':
      return (
        here(`hrtimer_start\\([^;]*\\b${by}\\b`) &&
        said(`\\b${by}\\.function\\s*=\\s*${fn}\\b|hrtimer_setup\\([^;]*\\b${by},\\s*${fn}\\b`)
      );
    case 'wait-queue':
      return here(`\\bwake_up\\w*\\([^;]*\\b${by}\\b`) && said(`init_waitqueue_func_entry\\([^;]*\\b${fn}\\)`);
    case 'exit-table':
      return here(`\\b(?:kvm_vmx|svm)_exit_handlers\\[`) && said(`\\[\\s*${by}\\s*\\]\\s*=\\s*${fn}\\b`);
    case 'opcode-table':
      return here(`->${by}\\s*\\(`) && said(`\\bI\\w*\\([^;{}]*\\b${fn}\\b`);
    case 'driver-table':
      return (
        sources.callsMember(from, start.by) &&
        new RegExp(`(?<![\\w\\])>])\\.${by}\\s*=\\s*${fn}\\b`).test(sources.file(first.file)?.text ?? '')
      );
    case 'host-vector':
      return (
        here(`\\b${by}\\s*\\(`) &&
        said(`\\bkvm_set_posted_intr_wakeup_handler\\(${fn}\\)`) &&
        start.by.includes('wakeup')
      );
    case 'request':
      return (
        here(`\\b${by}\\b`) && all.some((step) => sources.bodyHas(step, new RegExp(`kvm_check_request\\(${by}\\b`)))
      );
    case 'argument':
      return here(`\\b${by}\\s*\\([^;]*\\b${fn}\\b`);
    case 'callback':
      return here(`\\b${by}\\s*=\\s*${fn}\\b`);
    case 'idt-gate':
      return here(`\\b${by}\\b`) && new RegExp(`INTG\\(${by},\\s*asm_${fn}\\)`).test(sources.file(GATES)?.text ?? '');
  }
}

export function checkKernel(tree: KernelTree, version: KernelVersion, claims?: Partial<Claims>): KernelReport {
  const sources = new Sources(tree);
  const problems: string[] = [];
  const counts: KernelCounts = {
    functions: 0,
    inUpdates: 0,
    absent: 0,
    files: 0,
    paths: 0,
    direct: 0,
    ops: 0,
    starts: 0,
    operations: 0,
  };

  function checkFunction(id: KernelFn): void {
    const { at: places, updates } = fnById(id);
    const claimed = [places[version], updates[version]].filter((place) => place !== undefined);
    const found = placeIn(sources, id, version);
    if (found !== null) {
      counts.functions++;
      if (found !== places[version]) counts.inUpdates++;
      return;
    }
    if (!claimed.includes(null)) {
      for (const place of claimed) {
        if (place === null) continue;
        const real = sources.definedIn(place.fn);
        const missing = sources.file(place.file) === null ? 'there is no such file' : 'not defined there';
        const hint = real.length > 0 ? `; it is in ${real.join(', ')}` : '';
        problems.push(`function ${at(place)}: ${missing}${hint}`);
      }
      return;
    }
    const real = sources.definedIn(id);
    if (real.length === 0) counts.absent++;
    else problems.push(`function ${id}: said not to exist, but it is in ${real.join(', ')}`);
  }

  function checkSteps(path: string, steps: readonly CallStep[]): void {
    for (const callee of steps) {
      if (callee.caller === null || callee.link === null) continue;
      const caller = steps[callee.caller];
      if (caller === undefined) continue;
      const step = `path ${path}: ${at(caller)} -> ${at(callee)}`;
      for (const place of [caller, callee])
        if (sources.bodies(place).length === 0) problems.push(`${step}: ${at(place)} is not defined`);
      if (callee.link.kind === 'direct') {
        counts.direct++;
        if (!sources.calls(caller, callee.fn)) problems.push(`${step}: no such call`);
      } else {
        const { member, struct } = callee.link;
        counts.ops++;
        if (!sources.callsMember(caller, member)) problems.push(`${step}: the caller does not call through ${member}`);
        if (!sources.assigned(callee, member, struct))
          problems.push(`${step}: it is not ${member} of any struct ${struct}`);
      }
    }
  }

  function checkStart(path: string, start: PathStart, steps: readonly CallStep[]): void {
    const first = steps[0];
    const from = placeIn(sources, start.from, version);
    counts.starts++;
    if (first === undefined) return;
    if (from === null) problems.push(`path ${path}: it starts from ${start.from}, which is not defined`);
    else if (!startHolds(sources, start, from, first, steps))
      problems.push(`path ${path}: ${at(from)} does not start ${first.fn} by ${start.kind} ${start.by}`);
  }

  function checkOperations(operations: typeof KERNEL_CALLBACKS): void {
    for (const op of operations) {
      const form = op.at[version];
      if (form === null) continue;
      counts.operations++;
      const name = `operation ${op.id} (${form.member})`;
      const amd = sources.amdMember(form.member);
      const claimed = amdFunction(op.id, version);
      if (amd !== undefined && amd !== claimed) problems.push(`${name}: AMD's table has ${amd}, not ${claimed}`);
      if (form.kind === 'data') {
        if (!sources.said(new RegExp(`(?<![\\w\\])>])\\.${form.member}\\s*=`), 'arch/x86/kvm/x86.c'))
          problems.push(`${name}: no table has such a member`);
        continue;
      }
      const behind = placeIn(sources, form.wrapper ?? form.implementation, version);
      const implementation = placeIn(sources, form.implementation, version);
      if (behind === null || implementation === null) {
        problems.push(`${name}: ${form.implementation} is not defined`);
        continue;
      }
      if (!sources.assigned(behind, form.member, 'kvm_x86_ops')) problems.push(`${name}: it is not ${at(behind)}`);
      if (form.wrapper !== undefined && !sources.calls(behind, implementation.fn))
        problems.push(`${name}: ${at(behind)} does not call ${implementation.fn}`);
      for (const id of form.callers) {
        const caller = placeIn(sources, id, version);
        // A function that only the tag or only its later updates have need not be in this tree.
        if (caller === null && fnById(id).updates[version] !== undefined) continue;
        if (caller === null || !sources.callsMember(caller, form.member))
          problems.push(`${name}: ${id} does not call it`);
      }
    }
  }

  for (const { id } of claims?.functions ?? KERNEL_FUNCTIONS) checkFunction(id);
  for (const path of claims?.paths ?? CALL_PATHS) {
    const chain = path.at[version];
    if (chain === null) continue;
    counts.paths++;
    const steps = chain.steps.map((step) => ({ ...step, ...placeIn(sources, step.id, version) }));
    checkSteps(path.id, steps);
    if (chain.start !== null) checkStart(path.id, chain.start, steps);
  }
  checkOperations(claims?.operations ?? KERNEL_CALLBACKS);
  counts.files = sources.fileCount;
  return { counts, problems };
}
