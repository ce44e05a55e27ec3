/**
 * Every way not taken, at every step of every scene, is done: what it says was different is what its ops changed, and what it
 * says would follow follows. Of a scene's ways one in four is done (cli/portion.ts), all by `npm run deep`.
 */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import { portion } from '../../cli/portion.ts';
import { everyPreset } from '../../cli/scenes-for-tests.ts';
import { COL, ROW, WRITE } from '../../engine/core/log.ts';
import type { Machine } from '../../engine/core/machine.ts';
import { createSession } from '../../engine/machine/session.ts';
import { restoreMachine, type Snapshot, saveMachine } from '../../engine/machine/snapshot.ts';
import { gridAddress, type MachineView, readWord, rteView, vectorIn } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { argsAt, EVENT_NAMES, type EventName } from '../../spec/events/index.ts';
import { KICK } from '../../spec/names.ts';
import { viewAt } from '../../store/view-at.ts';
import './all.ts';
import type { Fork } from './fork.ts';
import { forksOf } from './index.ts';

interface Happened {
  readonly name: EventName;
  readonly index: number;
  readonly args: Readonly<Record<string, number>>;
}

/** A try, done. */
interface Tried {
  /** Just before the command as the scene has it, and as the try has it; the latter after its ops' time has passed too. */
  readonly was: MachineView;
  readonly is: MachineView;
  /** After the try's ops and the step's own command. */
  readonly after: MachineView;
  /** What the try's ops did; what the step's command did then; and all that came from the first of these to the scene's end. */
  readonly making: readonly Happened[];
  readonly command: readonly Happened[];
  readonly all: readonly Happened[];
  /** The same command as the scene has it. */
  readonly before: readonly Happened[];
  readonly ops: readonly JsonOp[];
}

type Params = Readonly<Record<string, number>> & { readonly device: string };
interface Claim {
  /** Is the condition so now, and was it not before? */
  readonly condition: (t: Tried, p: Params) => boolean;
  /** Does what the sentence says follow? */
  readonly follows: (t: Tried, p: Params) => boolean;
}

const has = (events: readonly Happened[], name: EventName, where?: (e: Happened) => boolean): boolean =>
  events.some((e) => e.name === name && (where === undefined || where(e)));
const at =
  (index: number) =>
  (e: Happened): boolean =>
    e.index === index;
const inOrder = (events: readonly Happened[], ...names: readonly EventName[]): boolean => {
  let next = 0;
  for (const { name } of events) if (name === names[next]) next++;
  return next === names.length;
};
const word = (v: MachineView, kind: 'lapic' | 'vcpu' | 'pic' | 'piDesc' | 'ioapic', i: number, r: string): number =>
  readWord(v, kind, i, r);
/** A condition about one word: it holds now, and did not before. */
const became =
  (holds: (v: MachineView, p: Params) => boolean) =>
  ({ was, is }: Tried, p: Params): boolean =>
    holds(is, p) && !holds(was, p);
const waits = (v: MachineView, vcpu: number, vector: number): boolean =>
  vectorIn(v.w, gridAddress(v, 'irr', vcpu), vector) ||
  (v.config.apicv === true && vectorIn(v.w, gridAddress(v, 'pir', vcpu), vector));
const served = (v: MachineView, vcpu: number, vector: number): boolean =>
  vectorIn(v.w, gridAddress(v, 'isr', vcpu), vector);

/** The parameters that are vectors are texts, as a person reads them. */
const vec = (p: Params): number => Number(p.vec);
const halted = became((v, p) => word(v, 'vcpu', p.vcpu as number, 'halted') === 1);
const preempted = became((v, p) => word(v, 'vcpu', p.vcpu as number, 'loaded') === 0);
const tprIs = became((v, p) => word(v, 'lapic', p.vcpu as number, 'tpr') === Number(p.tpr));
const tprIsLow = became((v, p) => word(v, 'lapic', p.vcpu as number, 'tpr') === 0);
const ifIs = (value: 0 | 1) => became((v, p) => word(v, 'vcpu', p.vcpu as number, 'rflagsIf') === value);
const inhibited = became((v) => (readWord(v, 'vm', 0, 'apicvInhibits') & 0x7f) !== 0);
const swOff = became((v, p) => (word(v, 'lapic', p.vcpu as number, 'svr') & 0x100) === 0);
const config =
  (holds: (c: MachineView['config']) => boolean) =>
  ({ was, is }: Tried): boolean =>
    holds(is.config) && !holds(was.config);
const injected = (events: readonly Happened[], vcpu: number, vector?: number): boolean =>
  has(events, 'kvm_inj_virq', (e) => e.index === vcpu && (vector === undefined || e.args.vector === vector));
const taken = (events: readonly Happened[], vcpu: number): boolean =>
  injected(events, vcpu) || has(events, 'vid_deliver', at(vcpu)) || has(events, 'avic_evaluate', at(vcpu));

const CLAIMS: Readonly<Record<string, Claim>> = {
  'fork.mask': {
    condition: became((v, p) => rteView(v, p.pin as number).masked),
    follows: ({ command, after }, p) =>
      !has(command, 'ioapic_service', (e) => e.args.pin === p.pin) &&
      // The PIT's line goes high and falls in one command: what was recorded is gone with it.
      (((readWord(after, 'ioapic', 0, 'irr') >>> (p.pin as number)) & 1) === 1 ||
        has(command, 'ioapic_masked', (e) => e.args.pin === p.pin)),
  },
  'fork.unmask': {
    condition: became((v, p) => !rteView(v, p.pin as number).masked),
    follows: ({ making, command }, p) => has([...making, ...command], 'ioapic_service', (e) => e.args.pin === p.pin),
  },
  'fork.edge': {
    condition: became((v, p) => !rteView(v, p.pin as number).level),
    follows: ({ after }, p) => !rteView(after, p.pin as number).remoteIrr,
  },
  'fork.level': {
    condition: became((v, p) => rteView(v, p.pin as number).level),
    follows: ({ after, command }, p) =>
      !has(command, 'ioapic_service', (e) => e.args.pin === p.pin) ||
      rteView(after, p.pin as number).remoteIrr ||
      // The handler may end in the same command.
      inOrder(command, 'ioapic_service', 'kvm_eoi', 'ioapic_update_eoi'),
  },
  'fork.destOther': {
    condition: ({ was, is }, p) =>
      Array.from({ length: 24 }, (_, pin) => pin).some(
        (pin) => rteView(is, pin).dest === Number(p.dest) && rteView(was, pin).dest !== Number(p.dest),
      ),
    follows: ({ command }, p) => has(command, 'kvm_apic_accept_irq', at(p.vcpu as number)),
  },
  'fork.destAbsent': {
    condition: ({ is, ops }) =>
      Array.from({ length: 24 }, (_, pin) => pin).some((pin) => rteView(is, pin).dest === 200) ||
      ops.some(({ addr }) => ((Number(addr) >>> 12) & 0xff) === 200),
    follows: ({ command }) => has(command, 'no_destination'),
  },
  'fork.noRoute': {
    condition: became((v, p) => v.routeTables[readWord(v, 'vm', 0, 'routes')]?.byGsi[p.gsi as number] === undefined),
    follows: ({ command }, p) =>
      has(command, 'no_route', (e) => e.args.gsi === p.gsi) &&
      !has(command, 'kvm_msi_set_irq', (e) => e.args.gsi === p.gsi),
  },
  'fork.picMask': {
    condition: became((v, p) => ((word(v, 'pic', (p.pin as number) >> 3, 'imr') >> ((p.pin as number) & 7)) & 1) === 1),
    follows: ({ after }) => word(after, 'pic', 0, 'output') === 0,
  },
  'fork.picUnmask': {
    condition: became((v, p) => ((word(v, 'pic', (p.pin as number) >> 3, 'imr') >> ((p.pin as number) & 7)) & 1) === 0),
    follows: ({ making, command }) => has([...making, ...command], 'pic_wakeup'),
  },
  'fork.picUnmaskNobody': {
    condition: became((v, p) => ((word(v, 'pic', (p.pin as number) >> 3, 'imr') >> ((p.pin as number) & 7)) & 1) === 0),
    follows: ({ making, command }) =>
      has([...making, ...command], 'pic_output', (e) => e.args.level === 1) &&
      !has([...making, ...command], 'pic_wakeup'),
  },
  'fork.lvt0Mask': {
    condition: became((v, p) => (word(v, 'lapic', p.vcpu as number, 'lvtLint0') & 0x10000) !== 0),
    follows: ({ command }) => !has(command, 'pic_wakeup') && !has(command, 'extint_ack'),
  },
  'fork.lvt0ExtInt': {
    condition: became((v, p) => (word(v, 'lapic', p.vcpu as number, 'lvtLint0') & 0x10700) === 0x700),
    follows: ({ command }, p) => has(command, 'pic_wakeup', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.lineLow': {
    condition: ({ making }, p) => has(making, 'kvm_set_irq', (e) => e.args.gsi === p.gsi && e.args.level === 0),
    follows: ({ command }) => has(command, 'ioapic_service'),
  },
  'fork.tpr': {
    condition: tprIs,
    follows: ({ after }, p) => waits(after, p.vcpu as number, vec(p)) && !served(after, p.vcpu as number, vec(p)),
  },
  'fork.tprVirtual': {
    condition: tprIs,
    follows: ({ after }, p) => waits(after, p.vcpu as number, vec(p)) && !served(after, p.vcpu as number, vec(p)),
  },
  'fork.tprLow': {
    condition: tprIsLow,
    follows: ({ making, command, is }, p) =>
      taken([...making, ...command], p.vcpu as number) || word(is, 'lapic', p.vcpu as number, 'ppr') >> 4 < vec(p) >> 4,
  },
  'fork.ifOff': {
    condition: ifIs(0),
    follows: ({ command }, p) => !taken(command, p.vcpu as number),
  },
  'fork.ifOffVirtual': {
    condition: ifIs(0),
    follows: ({ command }, p) => !taken(command, p.vcpu as number),
  },
  'fork.ifOn': {
    condition: ifIs(1),
    follows: ({ all }, p) => taken(all, p.vcpu as number),
  },
  'fork.swOff': {
    condition: swOff,
    follows: ({ command }, p) => has(command, 'accept_disabled', at(p.vcpu as number)),
  },
  'fork.swOffLogical': {
    condition: swOff,
    follows: ({ command }, p) => !has(command, 'kvm_apic_accept_irq', at(p.vcpu as number)),
  },
  'fork.swOffHash': {
    condition: swOff,
    follows: ({ command, before }, p) =>
      has(command, 'disabled_lapic') &&
      !has(command, 'irr_set') &&
      has(before, 'kvm_apic_accept_irq', at(p.vcpu as number)),
  },
  'fork.swOffLvt': {
    condition: swOff,
    follows: ({ command, after }, p) =>
      has(command, 'lvt_masked', at(p.vcpu as number)) ||
      (word(after, 'lapic', p.vcpu as number, 'lvtTimer') & 0x10000) !== 0,
  },
  'fork.swOn': {
    condition: became((v, p) => (word(v, 'lapic', p.vcpu as number, 'svr') & 0x100) !== 0),
    follows: ({ command }, p) =>
      has(command, 'irr_set', at(p.vcpu as number)) || has(command, 'pir_set', at(p.vcpu as number)),
  },
  'fork.halted': {
    condition: halted,
    follows: ({ command }, p) =>
      has(command, 'kick', (e) => e.index === p.vcpu && e.args.outcome === KICK.woken) &&
      !has(command, 'reschedule_ipi', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.haltedAll': {
    condition: halted,
    follows: ({ command }, p) => !has(command, 'vcpu_wakeup', at(p.vcpu as number)),
  },
  'fork.msixUnmask': {
    condition: ({ making }, p) => has(making, 'msix_write', (e) => e.args.entry === p.entry),
    follows: ({ making, command }) => has([...making, ...command], 'kvm_msi_set_irq'),
  },
  'fork.allButSelf': {
    condition: ({ command }) => has(command, 'kvm_apic_ipi', (e) => ((e.args.icrLow as number) & 0xc0000) === 0xc0000),
    follows: ({ command, is }) => {
      const by = command.find((e) => e.name === 'kvm_apic_ipi')?.index;
      return Array.from({ length: is.wordMap.vcpus }, (_, v) => v).every(
        (v) => has(command, 'kvm_apic_accept_irq', at(v)) === (v !== by),
      );
    },
  },
  'fork.haltedPosted': {
    condition: halted,
    follows: ({ command }, p) =>
      has(command, 'vcpu_wakeup', at(p.vcpu as number)) &&
      !has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.haltedByNv': {
    condition: (t, p) => halted(t, p) && word(t.is, 'piDesc', p.vcpu as number, 'nv') === 0xf1,
    follows: ({ command }, p) =>
      inOrder(command, 'pi_wakeup_handler', 'vcpu_wakeup') && has(command, 'vcpu_wakeup', at(p.vcpu as number)),
  },
  'fork.haltedAvic': {
    condition: halted,
    follows: ({ command }, p) =>
      !has(command, 'avic_doorbell', (e) => e.args.vcpu === p.vcpu) &&
      has(command, 'vcpu_wakeup', at(p.vcpu as number)),
  },
  'fork.haltedAvicIpi': {
    condition: halted,
    follows: ({ command }, p) =>
      inOrder(command, 'avic_incomplete_ipi', 'avic_kick', 'vcpu_wakeup') &&
      has(command, 'vcpu_wakeup', at(p.vcpu as number)),
  },
  'fork.preemptedPosted': {
    condition: preempted,
    follows: ({ command, after }, p) =>
      !has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu) &&
      word(after, 'piDesc', p.vcpu as number, 'on') === 1,
  },
  'fork.preemptedBySn': {
    condition: (t, p) => preempted(t, p) && word(t.is, 'piDesc', p.vcpu as number, 'sn') === 1,
    follows: ({ command }, p) =>
      !has(command, 'vtd_notify', (e) => e.args.vcpu === p.vcpu) &&
      !has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.preemptedKick': {
    condition: preempted,
    follows: ({ command }, p) => !has(command, 'reschedule_ipi', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.running': {
    condition: became((v, p) => word(v, 'vcpu', p.vcpu as number, 'mode') === 1),
    follows: ({ command }, p) =>
      !has(command, 'vcpu_wakeup', at(p.vcpu as number)) &&
      (has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu) ||
        has(command, 'vtd_notify', (e) => e.args.vcpu === p.vcpu)),
  },
  'fork.scheduled': {
    condition: became(
      (v, p) =>
        word(v, 'vcpu', p.vcpu as number, 'loaded') === 1 && word(v, 'vcpu', p.vcpu as number, 'pcpu') === p.pcpu,
    ),
    follows: ({ command }, p) => has(command, 'vtd_notify', (e) => e.index === p.pcpu && e.args.vcpu === p.vcpu),
  },
  'fork.inhibited': {
    condition: inhibited,
    follows: ({ command }) => inOrder(command, 'irr_set', 'kick') && !has(command, 'pir_set'),
  },
  'fork.inhibitedInject': {
    condition: inhibited,
    follows: ({ all }) => has(all, 'kvm_inj_virq'),
  },
  'fork.inhibitedExit': {
    condition: inhibited,
    follows: ({ command }) => has(command, 'apic_access_exit'),
  },
  'fork.inhibitedPosted': {
    condition: inhibited,
    follows: ({ command, all }) =>
      (has(command, 'pir_set') || has(command, 'vtd_post')) && inOrder(all, 'pir_synced', 'kvm_inj_virq'),
  },
  'fork.wokenAvic': {
    condition: became((v, p) => word(v, 'vcpu', p.vcpu as number, 'avicRunning') === 1),
    follows: ({ command }, p) =>
      has(command, 'avic_doorbell', (e) => e.args.vcpu === p.vcpu) && !has(command, 'avic_incomplete_ipi'),
  },
  'fork.intel': {
    condition: config((c) => c.avic !== true && c.apicv === true),
    follows: ({ command }) => inOrder(command, 'pir_set', 'pi_notification') && !has(command, 'avic_doorbell'),
  },
  'fork.allowed': {
    condition: became((v) => (readWord(v, 'vm', 0, 'apicvInhibits') & 0x7f) === 0),
    follows: ({ command }) => has(command, 'pir_set') && !has(command, 'kvm_inj_virq'),
  },
  'fork.allowed.access': {
    condition: became((v) => (readWord(v, 'vm', 0, 'apicvInhibits') & 0x7f) === 0),
    follows: ({ command }) => !has(command, 'apic_access_exit'),
  },
  'fork.allowed.irr': {
    condition: became((v) => (readWord(v, 'vm', 0, 'apicvInhibits') & 0x7f) === 0),
    follows: ({ making, command }, p) =>
      has([...making, ...command], 'vid_deliver', at(p.vcpu as number)) &&
      !injected([...making, ...command], p.vcpu as number),
  },
  'fork.noInhibit': {
    condition: ({ after }) => (readWord(after, 'vm', 0, 'apicvInhibits') & 0x7f) === 0,
    follows: ({ all }) => has(all, 'pir_set'),
  },
  'fork.apicv': {
    condition: config((c) => c.apicv === true),
    follows: ({ all }) =>
      has(all, 'vid_deliver') || has(all, 'pi_processing') || !has(all, 'kvm_inj_virq', (e) => e.args.extint === 0),
  },
  'fork.onOutstanding': {
    condition: became((v, p) => word(v, 'piDesc', p.vcpu as number, 'on') === 1),
    follows: ({ command }, p) => !has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.posted': {
    condition: became((v, p) => vectorIn(v.w, gridAddress(v, 'pir', p.vcpu as number), vec(p))),
    follows: ({ command }, p) => !has(command, 'pi_notification', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.levelEoi': {
    condition: became((v, p) => rteView(v, p.pin as number).level && rteView(v, p.pin as number).vector === vec(p)),
    follows: ({ all }, p) => has(all, 'eoi_induced', (e) => e.args.vector === vec(p)),
  },
  'fork.edgeEoi': {
    condition: became((v, p) => !rteView(v, p.pin as number).level),
    follows: ({ command }, p) => !has(command, 'eoi_induced', (e) => e.args.vector === vec(p)),
  },
  'fork.ipiv': {
    condition: config((c) => c.ipiVirtualization === true),
    follows: ({ command }) => has(command, 'ipi_virtualization') && !has(command, 'apic_write_exit'),
  },
  'fork.noIpiv': {
    condition: config((c) => c.ipiVirtualization !== true),
    follows: ({ command }) =>
      inOrder(command, 'apic_write_exit', 'kvm_apic_ipi') && !has(command, 'ipi_virtualization'),
  },
  'fork.ipiShorthand': {
    condition: ({ command }) => has(command, 'kvm_apic_ipi', (e) => ((e.args.icrLow as number) & 0xc0000) === 0xc0000),
    follows: ({ command }) => has(command, 'apic_write_exit') && !has(command, 'ipi_virtualization'),
  },
  'fork.noShorthand': {
    condition: ({ ops }) => ops.some(({ value }) => (Number(value) & 0xc0000) === 0),
    follows: ({ command }) => has(command, 'ipi_virtualization'),
  },
  'fork.oneDest': {
    condition: ({ making }) => has(making, 'msix_write'),
    follows: ({ making, command }, p) =>
      has([...making, ...command], 'kvm_pi_irte_update', (e) => e.args.vcpu === p.vcpu),
  },
  'fork.nmiMessage': {
    condition: ({ making }) => has(making, 'msix_write'),
    follows: ({ command, all }) => has(command, 'irte_remapped') || !has(all, 'kvm_pi_irte_update'),
  },
  'fork.remapped': {
    condition: config((c) => c.apicv !== true),
    follows: ({ all }) => inOrder(all, 'vtd_remap', 'irqfd_wakeup', 'kvm_inj_virq'),
  },
  'fork.urgent': {
    condition: ({ ops }) => JSON.stringify(ops).includes('"urgent":true'),
    follows: ({ command, was }, p) => word(was, 'piDesc', p.vcpu as number, 'sn') === 1 && has(command, 'vtd_notify'),
  },
  'fork.raceNmi': {
    condition: became((v, p) => word(v, 'vcpu', p.vcpu as number, 'race') === 2),
    follows: ({ command }) => inOrder(command, 'kvm_inj_virq', 'cancel_injection', 'kvm_inj_virq'),
  },
  'fork.raceFault': {
    condition: became((v, p) => word(v, 'vcpu', p.vcpu as number, 'race') === 3),
    follows: ({ command }) => inOrder(command, 'kvm_inj_virq', 'complete_interrupts', 'kvm_inj_virq'),
  },
  'fork.iret': {
    condition: became((v, p) => word(v, 'vcpu', p.vcpu as number, 'nmiMasked') === 0),
    follows: ({ command }, p) => !has(command, 'nmi_window_request', at(p.vcpu as number)),
  },
};

/** Runs ops, from nothing or where a machine stands, and hands out what happened. */
function player(begun?: Machine): { play: (op: JsonOp) => Happened[]; machine: () => Machine } {
  const session = createSession(begun === undefined ? {} : { machine: begun });
  return {
    play(op) {
      session.answerOrThrow(op);
      const m = session.machine as Machine;
      const out: Happened[] = [];
      for (let row = 0; row < m.log.used; row += ROW) {
        const code = m.log.rows[row + COL.code] as number;
        if (code === WRITE) continue;
        const name = EVENT_NAMES[code] as EventName;
        const args = argsAt(name, m.log.rows, row) as unknown as Readonly<Record<string, number>>;
        out.push({ name, index: (m.log.rows[row + COL.where] as number) & 0xffff, args });
      }
      m.log.used = 0;
      return out;
    },
    machine: () => session.machine as Machine,
  };
}

/** The machine as it is now, to be looked at later. */
const frozen = (m: Machine): MachineView => ({
  config: m.config,
  wordMap: m.wordMap,
  w: m.w.slice(),
  routeTables: [...m.routeTables],
});

/** What comes after the scene's end, for a claim about the next entry: there is one. */
const nextEntry = ({ config, vcpus }: Machine): JsonOp[] =>
  config.guest === undefined
    ? Array.from({ length: vcpus }, (_, vcpu) => ({ op: 'run', vcpu }))
    : [{ op: 'advance', ns: 50_000 }];

/** How a scene's machine stands before each of some commands, and what the command does there. */
interface Before extends Pick<Tried, 'was' | 'before'> {
  readonly kept: Snapshot;
}

/** Each command is come to once, however many ways are not taken there. */
function comeTo(ops: readonly JsonOp[], commands: ReadonlySet<number>): ReadonlyMap<number, Before> {
  const there = player();
  const out = new Map<number, Before>();
  for (const [command, op] of ops.entries()) {
    const at = commands.has(command) ? { was: frozen(there.machine()), kept: saveMachine(there.machine()) } : undefined;
    const before = there.play(op);
    if (at !== undefined) out.set(command, { ...at, before });
  }
  return out;
}

/** Carries a fork out at a command. */
function attempt(ops: readonly JsonOp[], command: number, fork: Fork, { was, before, kept }: Before): Tried {
  const here = player(fork.create === undefined ? restoreMachine(kept) : undefined);
  if (fork.create !== undefined) {
    here.play({ ...(ops[0] as JsonOp), ...fork.create });
    for (const op of ops.slice(1, command)) here.play(op);
  }
  const made = fork.replaces === true ? [] : fork.ops.flatMap((op) => here.play(op));
  const is = frozen(here.machine());
  const instead = fork.replaces === true ? fork.ops : [ops[command] as JsonOp];
  const done = instead.flatMap((op) => here.play(op));
  const after = frozen(here.machine());
  const rest = [...ops.slice(command + 1), ...nextEntry(here.machine())].flatMap((op) => here.play(op));
  return { was, is, after, making: made, command: done, all: [...made, ...done, ...rest], before, ops: fork.ops };
}

/** What is wrong with a try, '' nothing. */
function wrong(ops: readonly JsonOp[], command: number, fork: Fork, before: Before): string {
  const claim = CLAIMS[fork.key];
  if (claim === undefined) return 'nobody has said what it claims';
  const tried = attempt(ops, command, fork, before);
  const params = fork.params as unknown as Params;
  if (!claim.condition(tried, params)) return 'the condition is not so, or was so already';
  if (!claim.follows(tried, params)) return `it does not follow: ${tried.command.map((e) => e.name).join(' ')}`;
  return '';
}

const presets = everyPreset.map((file) => [file.id, file] as const);

describe('what a way not taken says', () => {
  test.each(presets)(
    '%s',
    (id, file) => {
      const scene = sceneOf(file.ops as readonly JsonOp[], file.start);
      const ops = file.ops as readonly JsonOp[];
      const tries = new Map<string, (before: ReadonlyMap<number, Before>) => string>();
      const commands = new Set<number>();
      for (const step of scene.steps) {
        for (const fork of forksOf(scene, step, viewAt(scene, { step: step.index, phase: 0 }))) {
          const key = `${step.command} ${fork.key} ${JSON.stringify([fork.params, fork.ops, fork.create])}`;
          if (tries.has(key)) continue;
          commands.add(step.command);
          tries.set(key, (before) => {
            const why = wrong(ops, step.command, fork, before.get(step.command) as Before);
            return why === ''
              ? ''
              : `${id} ${step.index} ${step.name} ${fork.key} ${JSON.stringify(fork.params)}: ${why}`;
          });
        }
      }
      const before = comeTo(ops, commands);
      expect(
        portion(tries.values(), 6, id)
          .map((attempted) => attempted(before))
          .filter((said) => said !== ''),
      ).toEqual([]);
    },
    120_000,
  );
});
