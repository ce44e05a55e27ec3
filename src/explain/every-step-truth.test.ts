/**
 * Every step of every scene, on both vendors and in both languages: what it says is so. A step that says what became of a word is
 * held against that word after it, one that says who is where against the vCPU, and no text names a thing the machine does not
 * have or a number that is none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { portion } from '../cli/portion.ts';
import { scenesOnBothVendors } from '../cli/scenes-for-tests.ts';
import { gridAddress, type MachineView, readWord, rteView, vectorIn } from '../engine/view/machine-view.ts';
import { COL } from '../engine/view/tables.ts';
import { allEvents as enEvents } from '../i18n/en/events/all.ts';
import { addTexts, hasText, LANGS, loadLanguage } from '../i18n/index.ts';
import { causeOf } from '../log/causes.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { cellOf } from '../log/rows.ts';
import { argsOf, type EventName, eventRow } from '../spec/events/index.ts';
import { KICK } from '../spec/names.ts';
import { viewAt } from '../store/view-at.ts';
import { sayStep } from '../views/shared/say.ts';
import { cameFrom } from './context.ts';
import './describe/all.ts';
import { describeStep } from './describe/index.ts';

addTexts('en', enEvents);

type Args = Readonly<Record<string, number>>;
interface Seen {
  readonly args: Args;
  /** Instance the event happened at. */
  readonly i: number;
  readonly was: MachineView;
  readonly is: MachineView;
  readonly scene: SceneLog;
  readonly step: Step;
}

const bit = (v: MachineView, grid: 'irr' | 'isr' | 'pir', vcpu: number, vector: number): boolean =>
  vectorIn(v.w, gridAddress(v, grid, vcpu), vector);
const vcpu = (v: MachineView, i: number, register: string): number => readWord(v, 'vcpu', i, register);
const lapic = (v: MachineView, i: number, register: string): number => readWord(v, 'lapic', i, register);
const pi = (v: MachineView, i: number, register: string): number => readWord(v, 'piDesc', i, register);
const pic = (v: MachineView, chip: number, register: string): number => readWord(v, 'pic', chip, register);
/** The event's own write comes among the rows it led to; what follows within the step may undo it again. */
const wrote = ({ was, is }: Seen, read: (v: MachineView) => boolean): boolean => read(is) || read(was);

/** What an event says of the machine after it (or before it, where it says that). */
const SAYS: Readonly<Partial<Record<EventName, (s: Seen) => boolean>>> = {
  irr_set: (s) => bit(s.is, 'irr', s.i, s.args.vector as number),
  apic_ack: (s) => bit(s.is, 'isr', s.i, s.args.vector as number) && !bit(s.is, 'irr', s.i, s.args.vector as number),
  kvm_eoi: (s) => (s.args.vector as number) < 0 || !bit(s.is, 'isr', s.i, s.args.vector as number),
  eoi_virtualization: (s) => !bit(s.is, 'isr', s.i, s.args.vector as number) || s.args.vector === 0,
  ppr: (s) => (lapic(s.is, s.i, 'ppr') & 0xff) === s.args.after,
  // The processor sets the bit before it says so.
  pir_set: (s) =>
    bit(s.is, 'pir', s.i, s.args.vector as number) &&
    (s.args.by === 1 || (s.args.already === 1) === bit(s.was, 'pir', s.i, s.args.vector as number)),
  vtd_post: (s) => bit(s.is, 'pir', s.i, s.args.vector as number),
  on_set: (s) => pi(s.is, s.i, 'on') === 1 && pi(s.was, s.i, 'on') === s.args.already,
  // A thread that sleeps syncs no PIR: it is woken first.
  pir_synced: (s) => pi(s.is, s.i, 'on') === 0 && vcpu(s.was, s.i, 'halted') === 0,
  pi_load: (s) => pi(s.is, s.i, 'sn') === 0,
  pi_put: (s) => pi(s.is, s.i, 'sn') === 1,
  pi_wakeup_on: (s) => pi(s.is, s.i, 'nv') === 0xf1,
  pi_notification: (s) => vcpu(s.was, s.args.vcpu as number, 'mode') === 1,
  pi_no_notification: (s) => s.args.why !== 0 || vcpu(s.was, s.i, 'mode') !== 1,
  vid_deliver: (s) => bit(s.is, 'isr', s.i, s.args.vector as number) && !bit(s.is, 'irr', s.i, s.args.vector as number),
  vid_held: (s) => bit(s.was, 'irr', s.i, s.args.vector as number),
  inject_held: (s) => (s.args.vector as number) < 0 || wrote(s, (v) => bit(v, 'irr', s.i, s.args.vector as number)),
  apicv_update: (s) => lapic(s.is, s.i, 'apicvActive') === s.args.active,
  avic_load: (s) => vcpu(s.is, s.i, 'avicRunning') === 1,
  avic_put: (s) => vcpu(s.is, s.i, 'avicRunning') === 0,
  avic_ipi: (s) => bit(s.is, 'irr', s.args.vcpu as number, s.args.vector as number),
  avic_doorbell: (s) => vcpu(s.was, s.args.vcpu as number, 'avicRunning') === 1,
  avic_evaluate: (s) => bit(s.is, 'isr', s.i, s.args.vector as number),
  handler_enter: (s) =>
    vcpu(s.is, s.i, 'depth') === s.args.depth && vcpu(s.is, s.i, 'halted') === 0 && vcpu(s.is, s.i, 'mode') === 1,
  handler_exit: (s) => vcpu(s.is, s.i, 'depth') === s.args.depth,
  guest_halt: (s) => vcpu(s.is, s.i, 'halted') === 1,
  nmi_unmask: (s) => vcpu(s.is, s.i, 'nmiMasked') === 0,
  nmi_queued: (s) => vcpu(s.is, s.i, 'nmiQueued') === s.args.queued,
  accept_init: (s) => vcpu(s.is, s.i, 'mpState') === s.args.mpState,
  accept_sipi: (s) => (s.args.taken === 1) === (vcpu(s.was, s.i, 'mpState') === 2) && vcpu(s.is, s.i, 'mpState') === 0,
  init_pending: (s) => (lapic(s.is, s.i, 'pendingEvents') & 1) === 1,
  sipi_pending: (s) =>
    (lapic(s.is, s.i, 'pendingEvents') & 2) === 2 && lapic(s.is, s.i, 'sipiVector') === s.args.vector,
  vcpu_put: (s) => vcpu(s.is, s.i, 'loaded') === 0,
  timer_start: (s) => lapic(s.is, s.i, 'timerRunning') === 1,
  timer_cancel: (s) => lapic(s.is, s.i, 'timerRunning') === 0,
  pic_output: (s) => pic(s.is, 0, 'output') === s.args.level,
  pic_eoi: (s) => ((pic(s.is, (s.args.pin as number) >> 3, 'isr') >> ((s.args.pin as number) & 7)) & 1) === 0,
  pic_masked: (s) => ((pic(s.was, (s.args.pin as number) >> 3, 'imr') >> ((s.args.pin as number) & 7)) & 1) === 1,
  ioapic_masked: (s) => rteView(s.was, s.args.pin as number).masked,
  ioapic_remote_irr: (s) => rteView(s.was, s.args.pin as number).remoteIrr,
  pit_tick: (s) => readWord(s.is, 'pit', 0, 'pending') === s.args.pending,
  pit_ack: (s) => s.args.pending === readWord(s.was, 'pit', 0, 'pending'),
  pv_eoi_arm: (s) => vcpu(s.is, s.i, 'pvEoiByte') === 1,
  request: (s) => ((vcpu(s.is, s.i, 'requests') >>> (s.args.request as number)) & 1) === 1,
  irte_remapped: (s) => (readWord(s.is, 'device', s.i, 'irte', (s.args.entry as number) * 4) & 0x8000) === 0,
  kvm_pi_irte_update: (s) => (readWord(s.is, 'device', s.i, 'irte', (s.args.entry as number) * 4) & 0x8000) !== 0,
};

/** A kick: to whom an IPI goes, by what vector, and that nobody kicks himself by one. */
function kickIsSo({ args, i, was, scene, step }: Seen): boolean {
  const own =
    cameFrom({ run: scene, step }, 'kvm_apic_write', 'apic_access_exit', 'kvm_eoi') && ownExit(scene, step, i);
  switch (args.outcome) {
    case KICK.ipi:
      return !own && vcpu(was, i, 'mode') === 1;
    case KICK.woken:
      return vcpu(was, i, 'halted') === 1 || vcpu(was, i, 'mpState') === 2;
    case KICK.nothing:
      return vcpu(was, i, 'mode') !== 1 && !(was.config.guest !== undefined && vcpu(was, i, 'mpState') === 2);
    default:
      return true;
  }
}

/** Is the op this vCPU's own instruction, carried out in its thread? */
const ownExit = (scene: SceneLog, step: Step, index: number): boolean =>
  ['mmio_write', 'wrmsr', 'eoi'].includes(String(scene.commands[step.command]?.op.op)) &&
  Number(scene.commands[step.command]?.op.vcpu ?? 0) === index &&
  scene.config.guest === undefined;

/** Reschedule is 0xfd; a function called on one CPU 0xfb, on several 0xfc (kernel/smp.c smp_call_function_many_cond). */
function vectorIsSo({ scene, step, args }: Seen): boolean {
  const outcome = cellOf(scene, causeOf(scene, step.seq), COL.a);
  const wanted = { [KICK.ipi]: 0xfd, [KICK.callOne]: 0xfb, [KICK.callMany]: 0xfc }[outcome as number];
  return wanted === undefined || wanted === args.vector;
}

/** Words of one vendor's processor. An nvme's head doorbell is the device's. */
const FOREIGN = {
  amd: /\bVISR\b|\bVIRR\b|\bSVI\b|\bRVI\b|\bVPPR\b|EOI_EXIT|virtual-APIC page|VMCS|VMX|VM-entry|interruption-information|(interrupt|NMI)-window exiting|\bPIR\b|\bvmx_|\bvt_/,
  intel: /backing page|(?<!head )doorbell|\bAVIC\b|VMCB|\bsvm_|\bavic_/,
} as const;

/** What a text may say only where it is so: the PIT's two modes; an entry of MSI-X, and MSI-X at all. */
const ONLY_WHERE: readonly (readonly [event: EventName, said: RegExp, isSo: (s: Seen) => boolean])[] = [
  ['pit_held', /reinject/, ({ was }) => readWord(was, 'pit', 0, 'reinject') === 1],
  ['pit_held', /discard/, ({ was }) => readWord(was, 'pit', 0, 'reinject') !== 1],
  // Message control is the function's.
  ['msix_write', /MSI-X (?:entry|表项) \d/, ({ args }) => (args.field as number) < 4],
  ['msix_write', /MSI-X/, ({ was, i }) => was.config.devices?.[i]?.msi === undefined],
];

/** What a text names and may not be past. */
const NAMED: readonly (readonly [RegExp, (s: MachineView) => number])[] = [
  [/\bvCPU (\d+)\b/g, (v) => v.wordMap.vcpus],
  [/\bLAPIC (\d+)\b/g, (v) => v.wordMap.vcpus],
  [/\bRTE (\d+)\b/g, () => 24],
  [/\bpCPU (\d+)\b/g, (v) => Math.max(v.config.pcpus ?? 0, v.wordMap.vcpus)],
  [/(?:[Vv]ector|向量) 0x([0-9a-f]+)\b/g, () => 256],
];

/** Counts below none, holes, one thing as many, and an interrupt that goes in while IF is 0. */
const WRONG_AS_SUCH =
  /-\d+ (left|are|waiting)|NaN|undefined|\{\w+\}|(?<![\d.,x]|CPU |LAPIC )1 (bytes|elements|entries|events|pages|routes|v?CPUs|vectors)\b|RFLAGS\.IF = 0.*(no other event|没有其他事件)/;

function textWrong(text: string, v: MachineView): string {
  for (const [pattern, limit] of NAMED) {
    for (const [said, number] of text.matchAll(pattern)) {
      const value = pattern.source.includes('0x') ? Number.parseInt(number as string, 16) : Number(number);
      if (!(value < limit(v))) return said;
    }
  }
  return WRONG_AS_SUCH.exec(text)?.[0] ?? '';
}

// One step in three of each scene; `npm run deep` has them all.
test.each(scenesOnBothVendors)('%s', async (id, ops, start, vendor) => {
  await loadLanguage('zh-CN');
  const scene = sceneOf(ops, start);
  const wrong: string[] = [];
  for (const step of portion(scene.steps, 3, id)) {
    const was = viewAt(scene, { step: step.index, phase: 0 });
    const is = viewAt(scene, { step: step.index, phase: 1 });
    const args = argsOf(step.name, step.args) as unknown as Args;
    const seen: Seen = { args, i: step.where & 0xffff, was, is, scene, step };
    const said = `${step.index} ${step.name} ${JSON.stringify(args)}`;
    if (SAYS[step.name]?.(seen) === false) wrong.push(`${said}: not so`);
    if (step.name === 'kick' && !kickIsSo(seen)) wrong.push(`${said}: not so`);
    if (step.name === 'reschedule_ipi' && !vectorIsSo(seen)) wrong.push(`${said}: another vector`);
    for (const lang of LANGS) {
      const { title, sentence, why } = sayStep(lang, describeStep(scene, step, was));
      for (const text of [title, sentence, ...why]) {
        const bad = textWrong(text, was);
        if (bad !== '') wrong.push(`${said}: “${text}” (${bad})`);
        for (const [event, pattern, isSo] of ONLY_WHERE)
          if (step.name === event && pattern.test(text) && !isSo(seen)) wrong.push(`${said}: “${text}” is not so`);
        if (FOREIGN[vendor].test(text)) wrong.push(`${said}: “${text}” on ${vendor}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

describe('the sentences', () => {
  const folder = join(import.meta.dirname, 'describe');
  const literals = (text: string): string[] =>
    [...text.matchAll(/['`.](\w+(?:\.\w+)*)['`]/g)].map(([, word]) => word as string);
  const common = ['words.ts', 'index.ts'].flatMap((file) => literals(readFileSync(join(folder, file), 'utf8')));

  test.each(readdirSync(folder).filter((file) => !['all.ts', 'index.ts', 'words.ts'].includes(file)))(
    'of %s: every variant is one that a step can have',
    (file) => {
      const part = join(import.meta.dirname, '../i18n/en/events', file);
      if (!existsSync(part)) return;
      const own = literals(readFileSync(join(folder, file), 'utf8'));
      const rows = readFileSync(join(import.meta.dirname, '../spec/events', file), 'utf8');
      const known = new Set([...common, ...own, ...literals(rows)]);
      const never = [...readFileSync(part, 'utf8').matchAll(/'(event\.[\w.]+)'\s*:/g)]
        .map(([, key]) => key as string)
        .filter((key) => {
          const variant = key
            .split('.')
            .slice(2)
            .filter((word) => word !== 'title' && word !== 'why');
          return !known.has(key) && !known.has(variant.join('.')) && !variant.every((word) => known.has(word));
        });
      expect(never).toEqual([]);
    },
  );
});

/** Linux' IPIs, by their vectors (arch/x86/include/asm/irq_vectors.h). */
const LINUX_IPIS: readonly (readonly [name: RegExp, vector: number])[] = [
  [/reschedule/, 0xfd],
  [/call_function_single/, 0xfb],
  [/call_function(?!_single)/, 0xfc],
];

test.each(scenesOnBothVendors)('%s: a handler with a name of Linux’ is at its vector', (_id, ops) => {
  const { guest } = (ops[0] ?? {}) as { guest?: { handlers?: { vector: number | string; name: string }[] } };
  const wrong = (guest?.handlers ?? []).filter(({ vector, name }) =>
    LINUX_IPIS.some(([pattern, at]) => pattern.test(name) !== (Number(vector) === at)),
  );
  expect(wrong).toEqual([]);
});

describe('what can end two ways', () => {
  /** Flags that say whether something came of it. */
  const OUTCOME = ['taken', 'ok', 'running', 'already', 'spurious', 'reinjected'];
  const told = Object.keys(enEvents)
    .filter((key) => /^event\.\w+$/.test(key))
    .map((key) => key.slice(6) as EventName);

  test('has a sentence for each', () => {
    const one: string[] = [];
    for (const name of told) {
      const { args } = eventRow(name);
      if (!OUTCOME.some((flag) => flag in args) || eventRow(name).minor === true) continue;
      const variants = Object.keys(enEvents).filter(
        (key) => key.startsWith(`event.${name}.`) && !/\.(title|why)(\.|$)/.test(key),
      );
      if (variants.length === 0 && hasText(`event.${name}`)) one.push(name);
    }
    expect(one).toEqual([]);
  });
});
