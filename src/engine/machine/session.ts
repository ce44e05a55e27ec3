/**
 * A run of the engine from outside: JSON ops in, JSON results out. `create` starts a fresh machine. The headless
 * `conform` command, the worker, the presets' tests and the differential test against real KVM all sit on this.
 */

import { OpError } from '../../spec/define/op.ts';
import type { CreateOp, Op, OpResult } from '../../spec/ops/index.ts';
import { parseOp } from '../../spec/ops/index.ts';
import { resetIoapic } from '../chips/ioapic/ioapic.ts';
import { resetLapic } from '../chips/lapic/registers.ts';
import { synchronizeTsc } from '../chips/lapic/timer.ts';
import { resetPics } from '../chips/pic/pic.ts';
import { EV } from '../core/events.ts';
import { AT_VM, allocateMachine, enter, leave, type Machine } from '../core/machine.ts';
import type { Saves } from '../core/saved.ts';
import type { Wires } from '../core/wires.ts';
import { resetBuses } from '../kvm/bus.ts';
import { resetMemory } from '../kvm/memslots.ts';
import { resetRouting } from '../kvm/routing.ts';
import { resetVcpu } from '../kvm/vcpu.ts';
import { IRQCHIP_RANGES, pitRanges } from './iodevs.ts';
import { late } from './late.ts';
import { MODEL_WIRES, plainModelOps, resetModel } from './model-ops.ts';
import { execute } from './ops.ts';
import { x2apicFlagsRefused } from './x2apic-api.ts';

export interface Session {
  /** The machine of the last `create`; null before it. */
  readonly machine: Machine | null;
  /** Carries out one op given as JSON. Never throws for bad input: the answer is then `{error}`. */
  answer(op: unknown): OpResult;
  /** As `answer`, but throws OpError for what is no valid op here. */
  answerOrThrow(op: unknown): OpResult;
  /** Carries out an op that was read already. @throws OpError where it makes no sense on this machine, which is unchanged then */
  carryOut(op: Op): OpResult;
}

const PLAIN_WIRES: Wires = {
  ...MODEL_WIRES,
  pit: () => late().PIT_CHIP,
  vmm: () => late().VMM,
  modelOps: plainModelOps(() => late().VMX_MODEL_OPS),
};

/** The wires of a machine by its run loop. */
const WIRES: Readonly<Record<CreateOp['runLoop'], () => Wires>> = {
  none: () => PLAIN_WIRES,
  vmx: () => late().VMX_WIRES,
  svm: () => late().SVM_WIRES,
};

/** What a machine that is made so is wired with. */
export const wiresOf = ({ runLoop }: CreateOp): Wires => WIRES[runLoop]();

/**
 * A machine at reset. The log holds what reset did, under the `op` event of command 0.
 * @param vcpus how many of the vCPUs it has room for are there already @param saves what user space saved before
 */
export function createMachine(
  config: CreateOp,
  wires: Wires = wiresOf(config),
  vcpus = config.vcpus,
  saves: Saves = new Map(),
): Machine {
  const m = allocateMachine(config, wires, vcpus, saves);
  const outer = enter(m, EV.op, AT_VM, m.commands++);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    resetVcpu(m, vcpu, config.ids?.[vcpu] ?? vcpu);
    synchronizeTsc(m, vcpu, null);
    if (m.irqchip === 'none') continue;
    m.wires.createVcpu(m, vcpu);
    resetLapic(m, vcpu, false);
  }
  const full = m.irqchip === 'full';
  resetMemory(m);
  resetBuses(m, full ? [...IRQCHIP_RANGES, ...(config.pit === true ? pitRanges(0) : [])] : []);
  if (full) {
    resetPics(m);
    resetIoapic(m);
  }
  resetRouting(m);
  resetModel(m);
  leave(m, outer);
  return m;
}

/** AVIC is AMD's; APICv, posted interrupts and the host that goes with them are Intel's. @throws OpError */
function checkVendor(config: CreateOp): void {
  const allowed = ({ none: config.vendor, vmx: 'intel', svm: 'amd' } as const)[config.runLoop];
  if (config.vendor !== undefined && config.vendor !== allowed) {
    throw new OpError('op.notOneOf', 'vendor', { allowed: String(allowed) });
  }
}

/** @param begun where it stands already: a machine to go on with, and what user space has saved */
export function createSession(begun: { readonly machine?: Machine; readonly saves?: Saves } = {}): Session {
  let machine: Machine | null = begun.machine ?? null;
  const saves: Saves = begun.saves ?? new Map();
  const carryOut = (op: Op): OpResult => {
    if (op.op === 'create') {
      if (x2apicFlagsRefused(op.x2apicApi ?? 0, op.irqchip === 'split'))
        return { error: 'KVM_CAP_X2APIC_API', errno: 22 };
      checkVendor(op);
      machine = createMachine(op, wiresOf(op), op.vcpus, saves);
      return { ok: true };
    }
    if (op.op === 'create_vm') {
      const config: CreateOp = {
        op: 'create',
        vcpus: op.vcpus,
        irqchip: 'none',
        runLoop: 'none',
        x2apicApi: 0,
        roads: true,
      };
      machine = createMachine(config, PLAIN_WIRES, 0, saves);
      return { rc: 0 };
    }
    if (op.op === 'note') return { ok: true };
    if (machine === null) throw new OpError('op.noMachine', 'op');
    const { log, commands } = machine;
    const { used } = log;
    try {
      return execute(machine, op);
    } catch (error) {
      if (error instanceof OpError) {
        // Its place in the log is all that a refused op had.
        log.used = used;
        machine.commands = commands;
      }
      throw error;
    }
  };
  const answerOrThrow = (raw: unknown): OpResult => carryOut(parseOp(raw));
  return {
    get machine() {
      return machine;
    },
    answerOrThrow,
    carryOut,
    answer(raw) {
      try {
        return answerOrThrow(raw);
      } catch (error) {
        if (error instanceof OpError) return { error: error.message };
        throw error;
      }
    },
  };
}
