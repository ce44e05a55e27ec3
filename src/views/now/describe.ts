/**
 * A step in words: what happened, with its real numbers, and which fields decided. One row an event in a table typed by the
 * event names, so a new event does not compile until it has its row. The words themselves are in the catalogues.
 */
import type { MachineView } from '../../engine/view/machine-view.ts';
import { readWord, rteView } from '../../engine/view/machine-view.ts';
import { CHIP, type EventName, LAPIC, REQ } from '../../engine/view/tables.ts';
import { hasText, type Lang, type MessageKey, type Params, translate } from '../../i18n/index.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { decode } from '../../spec/define/registers.ts';
import { ICR, lapicRegisterName } from '../../spec/registers/lapic.ts';
import { devicesOn, hex, hex64, join64, nanoseconds } from '../shared/format.ts';
import { DESCRIBE_VMX } from './describe-vmx.ts';
import {
  chipName,
  contextOf,
  destModeName,
  destText,
  deviceName,
  gsiParams,
  handlerName,
  highestIsr,
  lapicWord,
  ledTo,
  modeName,
  rteWhy,
  type StepContext,
  say,
  sourceName,
  sourceNames,
  trigName,
  vcpuWord,
} from './step-context.ts';

export interface StepText {
  readonly title: string;
  readonly sentence: string;
  readonly why: readonly string[];
}

/** What a row gives: parameters, which variant of the sentence, and reasons as finished sentences. */
export interface Row {
  readonly params?: Params;
  readonly variant?: string | false;
  /** `true`: the event's own `.why` with the same parameters. */
  readonly why?: readonly (string | true)[];
}

export type Describe = (c: StepContext) => Row;

const cls = (vector: number): number => (vector >> 4) & 0xf;
const gsiRow: Describe = (c) => ({ params: gsiParams(c, c.args[0]) });
const pinRow: Describe = (c) => ({ params: { pin: c.args[0], chip: chipName(c, c.index), bit: c.args[0] & 7 } });
const vcpuRow: Describe = (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]) } });
const nothing: Describe = () => ({});

function targetText(c: StepContext, chip: number, pin: number, gsi: number): string {
  if (chip === CHIP.ioapic) return say(c, 'word.target.ioapic', { pin });
  if (chip !== CHIP.msi) return say(c, 'word.target.pic', { pin, chip: chipName(c, pin >> 3) });
  const table = c.view.routeTables[readWord(c.view, 'vm', 0, 'routes')];
  const entry = table?.byGsi[gsi]?.find((e) => e.chip === CHIP.msi);
  return say(c, 'word.target.msi', {
    addr: hex64(entry?.addrLo ?? 0, entry?.addrHi ?? 0),
    data: hex(entry?.data ?? 0),
  });
}

const routesOf = (c: StepContext, gsi: number): number =>
  c.view.routeTables[readWord(c.view, 'vm', 0, 'routes')]?.byGsi[gsi]?.length ?? 0;

function routesText(c: StepContext, gsi: number): string {
  const n = routesOf(c, gsi);
  return say(c, 'word.routes', { n });
}

function resultText(c: StepContext, status: number, level = 1): string {
  if (level === 0) return say(c, 'word.result.low');
  if (status < 0) return say(c, 'word.result.ignored');
  return status === 0 ? say(c, 'word.result.coalesced') : say(c, 'word.result.delivered', { n: status });
}

function matched(c: StepContext, dest: string, destMode: string): string {
  const list = ledTo(c, 'kvm_apic_accept_irq').map((r) => `LAPIC ${r.index}`);
  if (list.length === 0) return say(c, 'why.matched.none', { dest, destMode });
  return say(c, 'why.matched', { dest, destMode, list });
}

const TIMER_MODES = ['word.oneShot', 'word.periodic', 'word.deadline'] as const;
const timerMode = (c: StepContext, mode: number): string => say(c, TIMER_MODES[mode] ?? 'word.oneShot');
const shadowName = (c: StepContext, shadow: number): string =>
  say(c, shadow === 0 ? 'word.none' : (shadow & 1) === 1 ? 'word.sti' : 'word.movSs');
const PIC_WORDS: Readonly<Record<number, string>> = {
  1: 'ICW1',
  2: 'ICW2',
  3: 'ICW3',
  4: 'ICW4',
  11: 'OCW1 (IMR)',
  12: 'OCW2',
  13: 'OCW3',
};
const MSIX_FIELDS = ['address low', 'address high', 'data', 'vector control', 'message control'];
const DEVICE_WORK: Readonly<Record<string, MessageKey>> = {
  serial: 'word.serialByte',
  'virtio-net': 'word.packet',
  'virtio-blk': 'word.request',
  nvme: 'word.request',
  pit: 'word.tick',
  ioctl: 'word.ioctl',
};
const REQUESTS: Readonly<Record<number, string>> = {
  [REQ.event]: 'EVENT',
  [REQ.nmi]: 'NMI',
  [REQ.smi]: 'SMI',
  [REQ.scanIoapic]: 'SCAN_IOAPIC',
  [REQ.ioapicEoiExit]: 'IOAPIC_EOI_EXIT',
  [REQ.loadEoiExitmap]: 'LOAD_EOI_EXITMAP',
  [REQ.apicvUpdate]: 'APICV_UPDATE',
};
/** Ioctls by the code of `state_restore`. */
const RESTORES = [
  'KVM_SET_LAPIC',
  'KVM_SET_MSRS',
  'KVM_SET_VCPU_EVENTS',
  'KVM_SET_MP_STATE',
  'KVM_SET_IRQCHIP',
  'KVM_SET_PIT2',
];
const MP_STATES = ['RUNNABLE', 'UNINITIALIZED', 'INIT_RECEIVED', 'HALTED', 'SIPI_RECEIVED'];
/** Exit reasons of linux/kvm.h by number. */
const EXITS: Readonly<Record<number, string>> = {
  2: 'KVM_EXIT_IO',
  5: 'KVM_EXIT_HLT',
  6: 'KVM_EXIT_MMIO',
  26: 'KVM_EXIT_IOAPIC_EOI',
};

const pprOf = (c: StepContext): number => lapicWord(c, 'ppr') & 0xff;

function msiParams(addrLo: number, data: number, dest: number): Params {
  return {
    addr: hex(addrLo),
    data: hex(data),
    vec: hex(data & 0xff),
    mode: modeName(data >> 8),
    dest: destText(dest, (addrLo & 4) !== 0),
    rh: (addrLo >> 3) & 1,
  };
}

function lineOfPin(c: StepContext, kind: 'pic' | 'ioapic', pin: number): number {
  if (kind === 'ioapic') return readWord(c.view, 'ioapic', 0, 'lines', pin);
  return (readWord(c.view, 'pic', pin >> 3, 'lines') >>> ((pin & 7) * 4)) & 0xf;
}

/** A line of a chip moves: up, let go, or let go by one while another holds it. */
function lineRow(
  c: StepContext,
  kind: 'pic' | 'ioapic',
): { variant: string | false; sources: string | readonly string[] } {
  const [pin, level, source] = c.args;
  const before = lineOfPin(c, kind, pin);
  const after = level ? before | (1 << source) : before & ~(1 << source);
  return { variant: level ? false : after === 0 ? 'low' : 'held', sources: sourceNames(c, after) };
}

const DESCRIBE: Readonly<Record<EventName, Describe>> = {
  op: (c) => ({ params: { n: c.args[0] } }),
  ioctl_irq_line: (c) => ({
    params: gsiParams(c, c.args[0]),
    variant: c.args[1] === 0 && 'low',
    why: c.args[1] === 0 ? [] : [true],
  }),
  ioctl_signal_msi: ({ args: [addrLo, data] }) => ({
    params: msiParams(addrLo, data, (addrLo >> 12) & 0xff),
    why: [true],
  }),
  ioctl_set_routing: (c) => ({ params: { entries: c.args[0] }, variant: c.args[1] === 0 && 'refused', why: [true] }),
  ioctl_nmi: vcpuRow,
  ioctl_interrupt: vcpuRow,
  irqfd_assign: (c) => ({ params: gsiParams(c, c.args[0]), variant: c.args[1] === 1 && 'resample' }),
  irqfd_deassign: gsiRow,
  irqfd_wakeup: (c) => ({ params: gsiParams(c, c.args[0]), why: [true] }),
  irqfd_inject: (c) => ({ params: gsiParams(c, c.args[0]), variant: c.args[1] === 1 && 'resample' }),
  irqfd_resampler_ack: gsiRow,
  resamplefd_signal: (c) => ({ params: { ...gsiParams(c, c.args[0]), count: c.args[1] } }),

  kvm_set_irq: (c) => ({
    params: { ...gsiParams(c, c.args[0]), source: sourceName(c, c.args[2]), routes: routesText(c, c.args[0]) },
    variant: c.args[1] === 0 && 'low',
    why:
      c.args[1] === 0
        ? []
        : [routesOf(c, c.args[0]) === 0 ? say(c, 'event.kvm_set_irq.why.none', { gsi: c.args[0] }) : true],
  }),
  route: (c) => {
    const [gsi, chip, pin, n] = c.args;
    return { params: { gsi, n, target: targetText(c, chip, pin, gsi) }, why: [true] };
  },
  no_route: gsiRow,
  set_irq_result: (c) => ({ params: { status: c.args[1], meaning: resultText(c, c.args[1]) } }),
  kvm_msi_set_irq: (c) => {
    const [addrLo, data, dest] = c.args;
    const logical = (addrLo & 4) !== 0;
    return {
      params: {
        ...msiParams(addrLo, data, dest),
        destMode: destModeName(c, logical),
        trig: trigName(c, (data & 0x8000) !== 0),
      },
      why: [true],
    };
  },
  msi_level_low: gsiRow,
  msi_invalid: (c) => ({ params: { low: hex(c.args[0] & 0xff) } }),

  pic_line: (c) => {
    const { variant } = lineRow(c, 'pic');
    const [pin] = c.args;
    const bit = pin & 7;
    const mask = (readWord(c.view, 'pic', c.index, 'imr') >> bit) & 1;
    const level = ((readWord(c.view, 'pic', c.index, 'elcr') >> bit) & 1) === 1;
    return {
      params: { pin, chip: chipName(c, c.index), bit, mask, trig: trigName(c, level) },
      variant,
      why: variant === false ? [true] : [],
    };
  },
  kvm_pic_set_irq: (c) => {
    const [pin, result, , level] = c.args;
    return {
      params: { pin, chip: chipName(c, c.index) },
      variant: level === 0 ? 'low' : result < 0 ? 'masked' : result === 0 && 'coalesced',
    };
  },
  pic_masked: (c) => ({
    params: {
      pin: c.args[0],
      chip: chipName(c, c.index),
      bit: c.args[0] & 7,
      imr: hex(readWord(c.view, 'pic', c.index, 'imr')),
    },
    why: [true],
  }),
  pic_coalesced: pinRow,
  pic_output: (c) => ({
    params: { pin: c.args[1], isr: hex(readWord(c.view, 'pic', 0, 'isr')) },
    variant: c.args[0] === 0 && 'low',
    why: c.args[0] === 0 ? [] : [true],
  }),
  pic_wakeup: (c) => ({
    params: { vcpu: c.args[0], lvt0: hex(lapicWord(c, 'lvtLint0', c.args[0])) },
    why: [true],
  }),
  pic_nobody: nothing,
  pic_inta: (c) => {
    const [pin, vector, spurious] = c.args;
    return {
      params: {
        pin,
        vec: hex(vector),
        bit: pin & 7,
        base: hex(readWord(c.view, 'pic', pin >> 3, 'irqBase')),
        chip: chipName(c, pin >> 3),
      },
      variant: spurious === 1 && 'spurious',
    };
  },
  pic_eoi: pinRow,
  pic_write: (c) => ({
    params: {
      port: hex(c.args[0]),
      value: hex(c.args[1]),
      word: PIC_WORDS[c.args[2]] ?? hex(c.args[2]),
      chip: chipName(c, c.index),
    },
  }),
  pic_read: (c) => ({ params: { port: hex(c.args[0]), value: hex(c.args[1]), chip: chipName(c, c.index) } }),
  elcr_write: (c) => ({ params: { port: hex(c.args[0]), value: hex(c.args[1]) } }),

  ioapic_line: (c) => {
    const { variant, sources } = lineRow(c, 'ioapic');
    const pin = c.args[0];
    return {
      params: { pin, ...gsiParams(c, c.args[3]), sources },
      variant,
      why: variant === 'low' ? [] : variant === 'held' ? [true] : [rteWhy(c, pin)],
    };
  },
  ioapic_service: (c) => {
    const [pin, vector, dest, mode] = c.args;
    const logical = (mode & 8) !== 0;
    return {
      params: {
        pin,
        vec: hex(vector),
        dest: destText(dest, logical),
        mode: modeName(mode),
        destMode: destModeName(c, logical),
      },
      why: [rteWhy(c, pin)],
    };
  },
  kvm_ioapic_set_irq: (c) => ({ params: { pin: c.args[0], meaning: resultText(c, c.args[1], c.args[3]) } }),
  ioapic_masked: (c) => ({ params: { pin: c.args[0] }, why: [rteWhy(c, c.args[0]), true] }),
  ioapic_remote_irr: (c) => ({
    params: { pin: c.args[0], vec: hex(rteView(c.view, c.args[0]).vector) },
    why: [rteWhy(c, c.args[0]), true],
  }),
  ioapic_coalesced: (c) => ({ params: { pin: c.args[0] }, why: [true] }),
  rtc_coalesced: (c) => ({ params: { pending: c.args[1] } }),
  ioapic_write: (c) => ({
    params: { register: hex(c.args[0]), value: hex(c.args[1]), index: hex(c.args[2]) },
    variant: c.args[0] === 0x10 ? 'window' : c.args[0] !== 0 && 'other',
  }),
  ioapic_read: (c) => ({ params: { register: hex(c.args[0]), value: hex(c.args[1]), index: hex(c.args[2]) } }),
  rte_write: (c) => {
    const [pin, half, value] = c.args;
    return {
      params: {
        pin,
        vec: hex(value & 0xff),
        mode: modeName(value >> 8),
        trig: trigName(c, (value & 0x8000) !== 0),
        mask: (value >> 16) & 1,
        dest: destText(value >>> 24, rteView(c.view, pin).logical),
      },
      variant: half === 1 && 'high',
      why: [true],
    };
  },
  mask_notifier: (c) => ({
    params: { pin: c.args[1], chip: c.args[0] === CHIP.ioapic ? 'IOAPIC' : `8259 ${chipName(c, c.args[0])}` },
    variant: c.args[2] === 0 && 'off',
  }),
  ioapic_update_eoi: (c) => ({
    params: { pin: c.args[0], vec: hex(c.args[1]) },
    variant: c.args[2] === 0 && 'edge',
    why: [true],
  }),
  kvm_ack_irq: (c) => {
    const [chip, pin, gsi] = c.args;
    return {
      params: {
        chip: chip === CHIP.ioapic ? 'IOAPIC' : `8259 ${chipName(c, chip)}`,
        pin,
        gsiText: gsi < 0 ? '' : ` · GSI ${gsi}${devicesOn(c.view.config, gsi)}`,
      },
    };
  },
  ioapic_redeliver: (c) => ({ params: { pin: c.args[0], vec: hex(c.args[1]) }, why: [rteWhy(c, c.args[0])] }),
  eoi_suppressed: (c) => ({ params: { pin: c.args[0] } }),
  kvm_ioapic_delayed_eoi_inj: (c) => ({ params: { pin: c.args[0] } }),
  eoi_inject_work: nothing,
  irqfd_resample_unmask: (c) => ({ params: { pin: c.args[0], gsi: c.args[1] } }),

  kvm_irq_delivery_to_apic: (c) => {
    const [dest, vector, bits, path] = c.args;
    const logical = (bits & 8) !== 0;
    const shorthand = (bits >> 4) & 3;
    const d = destText(dest, logical);
    const dm = destModeName(c, logical);
    return {
      params: {
        dest: d,
        vec: hex(vector),
        mode: modeName(bits),
        destMode: dm,
        shorthand: say(c, `word.shorthand.${shorthand as 0 | 1 | 2 | 3}`, { dest: d }),
      },
      variant: shorthand !== 0 && 'shorthand',
      why: [
        ...(shorthand === 0 ? [matched(c, d, dm)] : []),
        path === 1 ? true : say(c, 'event.kvm_irq_delivery_to_apic.slow'),
      ],
    };
  },
  lowest_prio: (c) => {
    const [vcpu, vector, mask] = c.args;
    let count = 0;
    for (let bits = mask; bits !== 0; bits &= bits - 1) count++;
    const params = { vcpu, vec: hex(vector), count, rest: count === 0 ? 0 : vector % count };
    const hashed = c.view.config.vectorHashing !== false;
    return { params, why: hashed ? [true] : [say(c, 'event.lowest_prio.why.arb', params)] };
  },
  no_destination: (c) => {
    const ids = Array.from({ length: c.view.layout.vcpus }, (_, v) => {
      const x2 = (lapicWord(c, 'baseLo', v) & 0xc00) === 0xc00;
      return x2 ? lapicWord(c, 'id', v) : lapicWord(c, 'id', v) >>> 24;
    });
    const logical = c.args[2] === 1;
    return {
      params: {
        dest: destText(c.args[0], logical),
        vec: hex(c.args[1]),
        destMode: destModeName(c, logical),
        ids,
      },
      why: [true],
    };
  },
  disabled_lapic: (c) => ({ params: { dest: hex(c.args[0]), vec: hex(c.args[1]) } }),
  kvm_apic_accept_irq: (c) => {
    const [vector, mode, trig] = c.args;
    const vectored = mode <= 1;
    return {
      params: {
        vcpu: c.index,
        vec: hex(vector),
        mode: modeName(mode),
        trig: trigName(c, trig === 1),
        hw: (lapicWord(c, 'baseLo') >> 11) & 1,
        sw: (lapicWord(c, 'svr') >> 8) & 1,
        tmr: trig,
      },
      variant: !vectored && 'event',
      why: vectored ? [true] : [],
    };
  },
  accept_disabled: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args[0]),
      hw: (lapicWord(c, 'baseLo') >> 11) & 1,
      sw: (lapicWord(c, 'svr') >> 8) & 1,
    },
    why: [true],
  }),
  accept_deassert: vcpuRow,
  accept_ignored: (c) => ({ params: { vcpu: c.index, mode: modeName(c.args[1]) }, why: [true] }),
  irr_set: (c) => {
    const [vector, already] = c.args;
    const ppr = pprOf(c);
    const verdict = say(c, cls(vector) > cls(ppr) ? 'word.above' : 'word.below');
    return {
      params: { vcpu: c.index, vec: hex(vector), cls: cls(vector), ppr: hex(ppr), pprCls: cls(ppr), verdict },
      variant: already === 1 && 'already',
      why: [true],
    };
  },
  request: (c) => ({ params: { vcpu: c.index, request: REQUESTS[c.args[0]] ?? c.args[0] } }),
  kick: (c) => ({
    params: { vcpu: c.index },
    variant:
      c.args[1] === 1 ? 'entering' : (([false, 'woken', 'ipi', 'self', 'call', 'call'] as const)[c.args[0]] ?? false),
  }),
  nmi_queued: (c) => ({ params: { vcpu: c.index, queued: c.args[0] } }),
  init_pending: vcpuRow,
  sipi_pending: (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]), start: hex(c.args[0] << 12) } }),
  smi_pending: vcpuRow,
  kvm_apic_ipi: (c) => {
    const [low, dest, vector] = c.args;
    const icr = decode(ICR, [low >>> 0, 0]);
    const logical = icr.destMode === 'logical';
    const shorthand = ((low >>> 18) & 3) as 0 | 1 | 2 | 3;
    return {
      params: {
        vcpu: c.index,
        vec: hex(vector),
        mode: icr.deliveryMode,
        target: say(c, `word.shorthand.${shorthand}`, { dest: destText(dest, logical) }),
        icr: hex(low),
        destMode: destModeName(c, logical),
        level: say(c, icr.level === 'assert' ? 'word.assert' : 'word.deassert'),
        trig: trigName(c, icr.trigMode === 'level'),
        shorthand: shorthand === 0 ? say(c, 'word.none') : icr.shorthand,
      },
      why: [true],
    };
  },
  kvm_apic_write: (c) => ({
    params: { vcpu: c.index, register: lapicRegisterName(c.args[0]), value: hex64(c.args[1], c.args[2]) },
  }),
  kvm_apic_read: (c) => ({ params: { vcpu: c.index, register: lapicRegisterName(c.args[0]), value: hex(c.args[1]) } }),
  apic_write_ignored: (c) => ({ params: { vcpu: c.index, register: lapicRegisterName(c.args[0]) } }),
  apic_base: (c) => ({
    params: {
      vcpu: c.index,
      value: hex64(c.args[0], c.args[1]),
      mode: say(
        c,
        (c.args[0] & 0x800) === 0 ? 'word.apicOff' : (c.args[0] & 0x400) === 0 ? 'word.xapic' : 'word.x2apic',
      ),
    },
  }),
  apic_map: (c) => ({
    params: {
      mode: c.args[0] === 0 ? say(c, 'word.map.invalid') : say(c, `word.map.${c.args[1] as 0 | 1 | 2 | 3 | 4}`),
    },
  }),
  ppr: (c) => ({
    params: {
      vcpu: c.index,
      before: hex(c.args[0]),
      after: hex(c.args[1]),
      direction: say(c, c.args[1] > c.args[0] ? 'word.up' : 'word.down'),
    },
  }),
  gp_fault: (c) => ({ params: { vcpu: c.index, msr: hex(c.args[0]) } }),
  scan_ioapic: (c) => ({ params: { vcpu: c.index, vectors: c.args[0] } }),

  timer_start: (c) => ({
    params: { vcpu: c.index, mode: timerMode(c, c.args[2]), due: nanoseconds(join64(c.args[0], c.args[1])) },
  }),
  timer_cancel: vcpuRow,
  timer_expired: (c) => ({ params: { vcpu: c.index, mode: timerMode(c, c.args[0]) } }),
  timer_inject: (c) => {
    const lvt = lapicWord(c, 'lvtTimer');
    return {
      params: { vcpu: c.index, vec: hex(c.args[0]), mask: (lvt >> 16) & 1, mode: timerMode(c, (lvt >> 17) & 3) },
      why: [true],
    };
  },
  // The argument is the LVT word's offset in the block.
  lvt_masked: (c) => ({ params: { vcpu: c.index, lvt: LAPIC.names[c.args[0]] ?? 'LVT' } }),

  pit_tick: (c) => ({ params: { pending: c.args[0] } }),
  pit_do_work: nothing,
  pit_held: (c) => ({ params: { pending: c.args[0] } }),
  pit_ack: (c) => ({ params: { pending: c.args[0] } }),
  pit_write: (c) => ({ params: { port: hex(c.args[0]), value: hex(c.args[1]) } }),
  pit_load: (c) => {
    const count = c.args[0] === 0 ? 0x10000 : c.args[0];
    const periodic = c.args[1] === 2 || c.args[1] === 3;
    return {
      params: {
        count,
        mode: c.args[1],
        hz: periodic ? say(c, 'word.hz', { hz: Math.round(1193181 / count) }) : say(c, 'word.once'),
      },
    };
  },

  inject_held: (c) => {
    const [reason, vector, ppr] = c.args;
    const variant = (['if', 'shadow', 'ppr', 'event', 'lvt0'] as const)[reason];
    const params = {
      vcpu: c.index,
      vec: hex(vector),
      cls: cls(vector),
      ppr: hex(ppr),
      shadow: shadowName(c, vcpuWord(c, 'shadow')),
      tpr: hex(lapicWord(c, 'tpr')),
      isrv: hex(highestIsr(c)),
    };
    return {
      params,
      variant: variant ?? false,
      why:
        reason === 2
          ? [say(c, 'event.inject_held.why.ppr', params)]
          : reason === 0
            ? [say(c, 'event.inject_held.why.if')]
            : [],
    };
  },
  apic_ack: (c) => {
    const ppr = pprOf(c);
    return {
      params: { vcpu: c.index, vec: hex(c.args[0]), cls: cls(c.args[0]), ppr: hex(ppr), pprCls: cls(ppr) },
      why: [true],
    };
  },
  extint_ack: vcpuRow,
  kvm_inj_virq: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args[0]),
      if: vcpuWord(c, 'rflagsIf'),
      shadow: shadowName(c, vcpuWord(c, 'shadow')),
    },
    variant: c.args[2] === 1 && 'again',
    why: c.args[2] === 1 ? [] : [true],
  }),
  inject_nmi: vcpuRow,
  kvm_eoi: (c) => {
    const vector = c.args[0];
    const handled = (readWord(c.view, 'lapic', c.index, 'handled', vector >> 5) >>> (vector & 31)) & 1;
    const ioapic = say(c, handled === 1 ? 'word.toIoapic' : 'word.notIoapic', { vec: hex(vector) });
    return { params: { vcpu: c.index, vec: hex(vector), ioapic }, why: [true] };
  },
  eoi_nothing: vcpuRow,
  eoi_exit: vcpuRow,
  accept_init: (c) => ({ params: { vcpu: c.index, mp: MP_STATES[c.args[0]] ?? c.args[0] } }),
  accept_sipi: (c) => ({
    params: { vcpu: c.index, start: hex(c.args[0] << 12) },
    variant: c.args[1] === 0 && 'ignored',
  }),
  userspace_exit: (c) => ({
    params: { vcpu: c.index, reason: EXITS[c.args[0]] ?? c.args[0], addr: hex(c.args[1]) },
  }),
  nmi_unmask: vcpuRow,

  device_raise: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args[0] },
    variant: c.args[1] === 0 && 'low',
  }),
  device_event: (c) => {
    const spec = c.view.config.devices?.[c.index];
    const what = say(c, DEVICE_WORK[spec?.kind ?? ''] ?? 'word.ioctl');
    return {
      params: {
        device: deviceName(c, c.index),
        what: spec?.msix === undefined ? what : say(c, 'word.queue', { what, n: c.args[2] }),
      },
    };
  },
  device_quiet: (c) => ({ params: { device: deviceName(c, c.index) } }),
  handler_enter: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[0]), handler: handlerName(c, c.args[0]), depth: c.args[1] },
    variant: c.args[1] > 1 && 'nested',
  }),
  handler_exit: (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]), handler: handlerName(c, c.args[0]) } }),
  guest_flags: (c) => ({ params: { vcpu: c.index, if: c.args[0], shadow: shadowName(c, c.args[1]) } }),
  guest_halt: vcpuRow,
  guest_wake: vcpuRow,
  msix_write: (c) => ({
    params: {
      device: deviceName(c, c.index),
      entry: c.args[0],
      field: MSIX_FIELDS[c.args[1]] ?? c.args[1],
      value: hex(c.args[2]),
    },
  }),
  msix_pending: (c) => ({ params: { device: deviceName(c, c.index), entry: c.args[0] } }),
  state_restore: (c) => ({
    params: { call: RESTORES[c.args[0]] ?? '', vcpu: c.args[1] },
    variant: c.args[0] > 3 && 'machine',
  }),
  vmm_route: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args[0], addr: hex(c.args[1]), data: hex(c.args[2]) },
  }),
  time: (c) => ({ params: { now: nanoseconds(join64(c.args[0], c.args[1])) } }),

  ...DESCRIBE_VMX,
};

/**
 * A step in words.
 * @param view the machine just before the step
 */
export function describeStep(lang: Lang, scene: SceneLog, step: Step, view: MachineView): StepText {
  const c = contextOf(lang, scene, step, view);
  const { params, variant, why } = DESCRIBE[step.name](c);
  const base = `event.${step.name}` as const;
  const varied = variant ? `${base}.${variant}` : base;
  const ownTitle: string = `${varied}.title`;
  const ownWhy = `${base}.why`;
  return {
    title: translate(lang, hasText(ownTitle) ? ownTitle : `${base}.title`),
    sentence: translate(lang, hasText(varied) ? varied : base, params),
    why: (why ?? [])
      .map((w) => (w === true ? (hasText(ownWhy) ? translate(lang, ownWhy, params) : '') : w))
      .filter((w) => w !== ''),
  };
}
