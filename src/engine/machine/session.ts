/**
 * A run of the engine from outside: JSON ops in, JSON results out. `create` starts a fresh machine. The headless
 * `conform` command, the worker, the presets' tests and the differential test against real KVM all sit on this.
 */

import { OpError } from '../../spec/define/op.ts';
import type { CreateOp, Op, OpResult } from '../../spec/ops/index.ts';
import { parseOp } from '../../spec/ops/index.ts';
import { resetIoapic } from '../chips/ioapic/ioapic.ts';
import { resetLapic } from '../chips/lapic/registers.ts';
import { resetPics } from '../chips/pic/pic.ts';
import { EV } from '../core/events.ts';
import { AT_VM, allocateMachine, enter, leave, type Machine } from '../core/machine.ts';
import type { Host } from '../core/wires.ts';
import { resetRouting } from '../kvm/routing.ts';
import { resetVcpu } from '../kvm/vcpu.ts';
import { AVIC_HOST } from '../svm/avic.ts';
import { MODEL_HOST, resetModel } from './model-ops.ts';
import { execute } from './ops.ts';
import { VMX_HOST } from './vmx.ts';
import { PLAIN_MODEL_OPS } from './vmx-ops.ts';

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

const PLAIN_HOST: Host = { ...MODEL_HOST, modelOps: PLAIN_MODEL_OPS };

/** The wires of a machine by its run loop. */
const HOSTS: Readonly<Record<CreateOp['runLoop'], Host>> = { none: PLAIN_HOST, vmx: VMX_HOST, svm: AVIC_HOST };

/** A machine at reset. The log holds what reset did, under the `op` event of command 0. */
export function createMachine(config: CreateOp, host: Host = HOSTS[config.runLoop]): Machine {
  const m = allocateMachine(config, host);
  const outer = enter(m, EV.op, AT_VM, m.commands++);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    resetVcpu(m, vcpu, config.ids?.[vcpu] ?? vcpu);
    m.host.createVcpu(m, vcpu);
    resetLapic(m, vcpu, false);
  }
  if (!m.split) {
    resetPics(m);
    resetIoapic(m);
  }
  resetRouting(m);
  resetModel(m);
  leave(m, outer);
  return m;
}

/** KVM_CAP_X2APIC_API's check: unknown flags, both suppress flags, or enabling suppression with an in-kernel IOAPIC. */
function x2apicApiRefused(config: CreateOp): boolean {
  const flags = config.x2apicApi ?? 0;
  return flags > 15 || (flags & 12) === 12 || ((flags & 4) !== 0 && config.irqchip === 'full');
}

export function createSession(): Session {
  let machine: Machine | null = null;
  const carryOut = (op: Op): OpResult => {
    if (op.op === 'create') {
      if (x2apicApiRefused(op)) return { error: 'KVM_CAP_X2APIC_API', errno: 22 };
      machine = createMachine(op);
      return { ok: true };
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
