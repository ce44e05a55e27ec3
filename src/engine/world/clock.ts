/**
 * Virtual time: who is due next, in a fixed order, so that the same ops give the same history everywhere.
 */

import { highOf, lowOf } from '../../base/u64.ts';
import { eoiInjectWork } from '../chips/ioapic/ioapic.ts';
import { expireTimer, timerDue } from '../chips/lapic/timer.ts';
import { EV } from '../core/events.ts';
import { hasPit } from '../core/has.ts';
import type { Standing } from '../core/log.ts';
import { AT_VM, enter, leave, type Machine } from '../core/machine.ts';
import { now, put64, read64 } from '../core/time.ts';
import { VM } from '../core/words.ts';
import { endHandler, handlerDue, idle } from './guest.ts';

/** Most things that may happen in one op of virtual time. */
const MAX_STEPS = 10_000;

/** The op has recorded as much as it may. */
const isFull = ({ log }: Machine): boolean => log.used >= log.most;

function setNow(m: Machine, ns: number): void {
  if (ns === now(m)) return;
  m.journey = 0;
  const outer = enter(m, EV.time, AT_VM, lowOf(ns), highOf(ns));
  put64(m, m.wordMap.vm + VM.at.nowLo, ns);
  leave(m, outer);
}

/** Every vCPU takes what KVM has for it, until none moves. */
function serveAll(m: Machine): void {
  for (let round = 0; round < MAX_STEPS && !isFull(m); round++) {
    let moved = false;
    for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
      m.current = vcpu;
      moved = m.wires.serveVcpu(m, vcpu) || moved;
    }
    if (!moved) break;
  }
  for (let vcpu = 0; m.config.guest?.idle === 'halt' && vcpu < m.vcpus; vcpu++) {
    m.current = vcpu;
    if (handlerDue(m, vcpu) === Infinity) idle(m, vcpu);
  }
  m.current = -1;
}

function earliestHandler(m: Machine): number {
  let due = Infinity;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) due = Math.min(due, handlerDue(m, vcpu));
  return due;
}

const pitDue = (m: Machine): number => (hasPit(m) ? m.wires.pit().due(m) : Infinity);

function earliestTimer(m: Machine): number {
  let due = pitDue(m);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) due = Math.min(due, timerDue(m, vcpu));
  const inject = read64(m, m.wordMap.vm + VM.at.eoiInjectDueLo);
  return inject === 0 ? due : Math.min(due, inject);
}

/** One thing that is due now: handlers first, then the PIT, the local timers, the IOAPIC's delayed work. */
function fireOne(m: Machine): void {
  const t = now(m);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (handlerDue(m, vcpu) > t) continue;
    m.current = vcpu;
    endHandler(m, vcpu);
    m.wires.openWindow(m, vcpu);
    m.current = -1;
    return;
  }
  if (pitDue(m) <= t) {
    m.wires.pit().tick(m);
    return;
  }
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (timerDue(m, vcpu) > t) continue;
    expireTimer(m, vcpu);
    return;
  }
  eoiInjectWork(m);
}

/** Lets virtual time pass. @param ns how much @returns how many things happened */
export function advance(m: Machine, ns: number): number {
  const until = now(m) + ns;
  serveAll(m);
  return advanceOn(m, { fired: 0, until });
}

/** Goes on advancing from between two things. */
export function advanceOn(m: Machine, { fired, until }: Standing): number {
  for (; fired < MAX_STEPS && !isFull(m); fired++) {
    if (m.log.used >= m.log.restAt) m.log.rest?.({ fired, until });
    const due = Math.min(earliestHandler(m), earliestTimer(m));
    if (due > until) break;
    setNow(m, Math.max(due, now(m)));
    fireOne(m);
    serveAll(m);
  }
  // Time that was cut short stands where it was cut.
  if (!isFull(m)) setNow(m, until);
  return fired;
}

/**
 * Lets virtual time pass until no handler runs; timers that are due on the way fire.
 * @param most how many things may happen: a line that nobody quiets never settles @returns how many things happened
 */
export function settle(m: Machine, most = MAX_STEPS): number {
  const until = now(m) + 1e9;
  serveAll(m);
  return settleOn(m, { fired: 0, until }, most);
}

/** Goes on settling from between two things. */
export function settleOn(m: Machine, { fired, until }: Standing, most: number): number {
  for (; fired < most && !isFull(m); fired++) {
    if (m.log.used >= m.log.restAt) m.log.rest?.({ fired, until });
    const handler = earliestHandler(m);
    if (handler === Infinity || handler > until) break;
    setNow(m, Math.max(Math.min(handler, earliestTimer(m)), now(m)));
    fireOne(m);
    serveAll(m);
  }
  return fired;
}
