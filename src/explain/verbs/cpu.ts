/** Verbs of a local APIC, of a vector in it, of its descriptor, of a vCPU, and of a physical CPU. */
import {
  gridAddress,
  hasHost,
  inX2apic,
  type MachineView,
  readWord,
  vectorIn,
  vectorsIn,
} from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { APIC_PAGE, REG, SVR } from '../../spec/registers/lapic.ts';
import { wayOf } from '../gates/gate.ts';
import { AFTER_APIC } from '../gates/index.ts';
import { haltWrite, writeApic, writeEoi, writeIcr } from '../guest-ops.ts';
import { pcpusOf } from '../host-config.ts';
import { opened } from './chips.ts';
import { asks, does, no, type Verb } from './verb.ts';

const { ENABLE } = masks(SVR);
const SOME_VECTOR = 0x41;

const word = (view: MachineView, vcpu: number, register: string): number => readWord(view, 'vcpu', vcpu, register);
/** A vector the guest has a handler for. */
const usual = (view: MachineView): number => view.config.guest?.handlers[0]?.vector ?? SOME_VECTOR;

/** A message as a device would send it to this APIC alone. */
function msiTo(view: MachineView, vcpu: number, vector: number): JsonOp[] {
  const id = word(view, vcpu, 'apicId');
  return [
    { op: 'msi', addr: `0x${(APIC_PAGE + (id & 0xff) * 0x1000).toString(16)}`, data: `0x${vector.toString(16)}` },
  ];
}

/** A Fixed IPI to one APIC. */
function ipiTo(view: MachineView, from: number, to: number, vector: number): JsonOp[] {
  const id = word(view, to, 'apicId');
  const x2 = inX2apic(view, from);
  return writeIcr(view, from, 0x4000 | vector, x2 ? id : (id << 24) >>> 0);
}

const virtual = (view: MachineView): boolean => view.config.apicv === true || view.config.avic === true;
const sender = (view: MachineView, vcpu: number): number => (view.wordMap.vcpus > 1 ? (vcpu === 0 ? 1 : 0) : 0);

/** Reachable by an eight-bit destination. */
const unreachable = (view: MachineView, vcpu: number) => (word(view, vcpu, 'apicId') > 0xfe ? no('wideId') : null);

export function lapicVerbs(view: MachineView, vcpu: number): Verb[] {
  const svr = readWord(view, 'lapic', vcpu, 'svr');
  const on = (svr & ENABLE) !== 0;
  const isr = vectorsIn(view.w, gridAddress(view, 'isr', vcpu)).length > 0;
  const hardware = (readWord(view, 'lapic', vcpu, 'baseLo') & 0x800) !== 0 ? null : no('apicOff');
  return [
    asks(
      'msiTo',
      { vcpu },
      { usual: usual(view), max: 0xff, ops: (n) => msiTo(view, vcpu, n) },
      unreachable(view, vcpu),
    ),
    asks(
      'ipiFrom',
      { vcpu },
      { usual: 0xfd, max: 0xff, ops: (n) => ipiTo(view, vcpu, sender(view, vcpu), n) },
      hardware,
    ),
    does(view, [writeEoi(view, vcpu)], hardware ?? (isr ? null : no('nothingInService'))),
    asks('tpr', { vcpu }, { usual: 0x40, max: 0xff, ops: (n) => [writeApic(view, vcpu, REG.tpr, n)] }, hardware),
    {
      ...does(view, [writeApic(view, vcpu, REG.svr, svr ^ ENABLE)], hardware),
      name: { key: on ? 'deed.swOff' : 'deed.swOn', params: { vcpu } },
    },
    does(view, [{ op: 'nmi', vcpu }]),
  ];
}

/** A cell of IRR, ISR or TMR. */
export function cellVerbs(view: MachineView, vcpu: number, grid: string, vector: number): Verb[] {
  const post: JsonOp[] = [{ op: 'post', vcpu, vector }];
  const waits =
    (grid === 'irr' || grid === 'pir') && vectorIn(view.w, gridAddress(view, grid as 'irr' | 'pir', vcpu), vector);
  const way = wayOf({ vector, vcpus: [vcpu], vcpu });
  const served = vectorIn(view.w, gridAddress(view, 'isr', vcpu), vector);
  return [
    ...(waits ? opened(view, AFTER_APIC, way) : []),
    ...(grid === 'isr' ? [does(view, [writeEoi(view, vcpu)], served ? null : no('nothingInService'))] : []),
    does(view, msiTo(view, vcpu, vector), vector < 16 ? no('lowVector') : unreachable(view, vcpu)),
    does(view, ipiTo(view, sender(view, vcpu), vcpu, vector), vector < 16 ? no('lowVector') : null),
    does(view, post, virtual(view) ? null : no('noApicv')),
    asks('tpr', { vcpu }, { usual: vector & 0xf0, max: 0xff, ops: (n) => [writeApic(view, vcpu, REG.tpr, n)] }),
  ];
}

export function piVerbs(view: MachineView, vcpu: number): Verb[] {
  const why = virtual(view) ? null : no('noApicv');
  const vtd = view.config.apicv === true ? null : no('noApicv');
  const irte = (vector: number, urgent: boolean): JsonOp[] => [
    { op: 'vtd_msi', irte: { posted: true, pda_vcpu: vcpu, vector, urgent } },
  ];
  return [
    asks('post', { vcpu }, { usual: usual(view), max: 0xff, ops: (vector) => [{ op: 'post', vcpu, vector }] }, why),
    asks('vtd', { vcpu }, { usual: usual(view), max: 0xff, ops: (n) => irte(n, false) }, vtd),
    asks('vtdUrgent', { vcpu }, { usual: usual(view), max: 0xff, ops: (n) => irte(n, true) }, vtd),
  ];
}

function haltVerb(view: MachineView, vcpu: number): Verb {
  if (word(view, vcpu, 'halted') === 1) {
    const wake = haltWrite(view, vcpu, 0);
    return wake === null
      ? does(view, [{ op: 'guest', vcpu, halt: 0 }], no('avicWake'))
      : { ...does(view, wake), name: { key: 'deed.wake', params: { vcpu } } };
  }
  const away = hasHost(view.config) && word(view, vcpu, 'loaded') !== 1;
  return does(view, [{ op: 'guest', vcpu, halt: 1 }], away ? no('notRunning', { vcpu }) : null);
}

export function vcpuVerbs(view: MachineView, vcpu: number): Verb[] {
  const host = hasHost(view.config);
  const noHost = host ? null : no('noHost');
  const loaded = word(view, vcpu, 'loaded') === 1;
  const here = word(view, vcpu, 'pcpu');
  const pcpus = Array.from({ length: host ? pcpusOf(view.config) : 1 }, (_, n) => n);
  return [
    haltVerb(view, vcpu),
    does(view, [{ op: 'guest', vcpu, rflagsIf: word(view, vcpu, 'rflagsIf') === 1 ? 0 : 1 }]),
    does(view, [{ op: 'nmi', vcpu }]),
    asks(
      'msiTo',
      { vcpu },
      { usual: usual(view), max: 0xff, ops: (n) => msiTo(view, vcpu, n) },
      unreachable(view, vcpu),
    ),
    asks('ipiTo', { vcpu }, { usual: 0xfd, max: 0xff, ops: (n) => ipiTo(view, sender(view, vcpu), vcpu, n) }),
    ...pcpus.map((pcpu) =>
      does(
        view,
        [{ op: 'schedule', vcpu, pcpu }],
        noHost ?? (loaded && here === pcpu ? no('runsHere', { vcpu, pcpu }) : null),
      ),
    ),
    does(view, [{ op: 'schedule', vcpu, pcpu: null }], noHost ?? (loaded ? null : no('notRunning', { vcpu }))),
    ...apicvVerbs(view),
  ];
}

const SOME_REASON = 1;

/** APICv as a whole: inhibited by some feature, or not. */
export function apicvVerbs(view: MachineView): Verb[] {
  const inhibits = readWord(view, 'vm', 0, 'apicvInhibits');
  const set = ((inhibits >>> SOME_REASON) & 1) === 0 ? 1 : 0;
  return [does(view, [{ op: 'apicv_inhibit', reason: SOME_REASON, set }], virtual(view) ? null : no('noApicv'))];
}

export function pcpuVerbs(view: MachineView, pcpu: number): Verb[] {
  const why = hasHost(view.config) ? null : no('noHost');
  return Array.from({ length: view.wordMap.vcpus }, (_, vcpu) => vcpu).map((vcpu) =>
    word(view, vcpu, 'loaded') === 1 && word(view, vcpu, 'pcpu') === pcpu
      ? does(view, [{ op: 'schedule', vcpu, pcpu: null }])
      : does(view, [{ op: 'schedule', vcpu, pcpu }], why),
  );
}
