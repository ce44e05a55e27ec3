/** Gates of the posted-interrupt descriptor. @kvm posted_intr.c, vmx.c vmx_deliver_posted_interrupt */
import { gridAddress, type MachineView, readWord, vectorIn } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { type Gate, gate, hasGuest, placeOf, WAITS } from './gate.ts';

/** In the PIR, and not merged into IRR yet. */
export const inPir = (view: MachineView, vcpu: number, vector: number): boolean =>
  vectorIn(view.w, gridAddress(view, 'pir', vcpu), vector);

const word = (view: MachineView, vcpu: number, register: string): number => readWord(view, 'vcpu', vcpu, register);
const IN_GUEST = 1;

/** Puts a vCPU's thread back on the physical CPU it had. */
export const putBack = (view: MachineView, vcpu: number): JsonOp => ({
  op: 'schedule',
  vcpu,
  pcpu: word(view, vcpu, 'pcpu'),
});

/** The vCPU runs guest code. */
export const intoGuest = (vcpu: number): JsonOp => ({ op: 'vcpu_state', vcpu, state: 'guest' });

/** Ops that put a vCPU's thread back on a CPU and let it look. */
export function goesOn(view: MachineView, vcpu: number): readonly (readonly JsonOp[])[] {
  const run: JsonOp = { op: 'run', vcpu };
  if (!hasGuest(view)) return [[run], [intoGuest(vcpu), run]];
  const put = [putBack(view, vcpu)];
  const guest = [intoGuest(vcpu)];
  const wake: JsonOp[] = [{ op: 'guest', vcpu, halt: 0 }];
  return [
    ...WAITS.slice(0, 2),
    ...[put, guest, wake].flatMap((ops) => WAITS.slice(0, 2).map((wait) => [...ops, ...wait])),
  ];
}

export const PI_DESC_GATES: readonly Gate[] = [
  gate('pi-suppressed', {
    look(view, { vcpu, vector }) {
      if (!inPir(view, vcpu, vector)) return null;
      const value = readWord(view, 'piDesc', vcpu, 'sn');
      return { at: placeOf('piDesc', vcpu, 'sn'), bits: 'sn', value, closed: value === 1 };
    },
    shut: (view, { vcpu }) => readWord(view, 'piDesc', vcpu, 'sn') === 1,
    // Who is on a CPU already is taken off it first: SN falls where a thread is put back.
    opens: (view, { vcpu }) => [
      ...goesOn(view, vcpu),
      [{ op: 'vcpu_state', vcpu, state: 'preempted' }, ...(goesOn(view, vcpu).at(-1) ?? [])],
    ],
  }),
  gate('pi-not-notified', {
    look(view, { vcpu, vector, woken }) {
      if (!inPir(view, vcpu, vector)) return null;
      const asleep = word(view, vcpu, 'halted') === 1 || word(view, vcpu, 'blocking') === 1;
      const on = readWord(view, 'piDesc', vcpu, 'on');
      const missed = on === 0 && readWord(view, 'piDesc', vcpu, 'sn') === 0;
      const inGuest = word(view, vcpu, 'mode') === IN_GUEST && word(view, vcpu, 'loaded') === 1;
      return {
        at: placeOf('piDesc', vcpu, 'on'),
        bits: 'on',
        value: on,
        // Who looks at the PIR looks at ON first: with both bits clear no entry will.
        closed: missed || (!woken && (asleep || (inGuest && readWord(view, 'vcpu', vcpu, 'requests') === 0))),
      };
    },
    // It begins with the post that nobody was told of.
    shut(view, way) {
      return this.look(view, way)?.closed ?? false;
    },
    opens: (view, { vcpu, raise }) => [...goesOn(view, vcpu), raise],
  }),
];
