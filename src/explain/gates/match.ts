/** Which local APICs a message is for, read from the words alone. @kvm lapic.c kvm_apic_match_dest */
import { inX2apic, irqchipOf, type MachineView, readWord, routesOf, rteView } from '../../engine/view/machine-view.ts';
import { masks } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { APIC_BASE, SVR } from '../../spec/registers/lapic.ts';
import type { Message, Way } from './gate.ts';

interface Sent extends Message {
  readonly vector: number;
}

const { ENABLE } = masks(APIC_BASE);
const { ENABLE: ENABLE_SVR } = masks(SVR);
/** The number that a physical destination names: in xAPIC mode the guest's own to write. */
export const idOf = (view: MachineView, vcpu: number): number =>
  inX2apic(view, vcpu) ? readWord(view, 'vcpu', vcpu, 'apicId') : readWord(view, 'lapic', vcpu, 'id') >>> 24;

const BROADCAST = 0xff;
const X2APIC_BROADCAST = 0xffff_ffff;
/** Without KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK a device's 0xff is for all. */
const hasQuirk = ({ broadcastQuirkDisabled, config }: MachineView): boolean =>
  !(broadcastQuirkDisabled ?? ((config.x2apicApi ?? 0) & 2) !== 0);

function matchesOne(view: MachineView, vcpu: number, dest: number, logical: boolean): boolean {
  const word = (register: string): number => readWord(view, 'lapic', vcpu, register);
  const x2 = inX2apic(view, vcpu);
  const quirk = hasQuirk(view) && dest === BROADCAST && x2;
  const mda = quirk ? X2APIC_BROADCAST : dest >>> 0;
  if (mda === (x2 ? X2APIC_BROADCAST : BROADCAST)) return true;
  if (!logical) {
    if (x2 || mda > 0xff) return mda === readWord(view, 'vcpu', vcpu, 'apicId');
    // One that APIC_BASE disables out of x2APIC mode has no number of eight bits, and is meant by its own all the same.
    return (
      mda === word('id') >>> 24 || ((word('baseLo') & ENABLE) === 0 && mda === readWord(view, 'vcpu', vcpu, 'apicId'))
    );
  }
  const ldr = word('ldr');
  if (x2) return ldr >>> 16 === mda >>> 16 && (ldr & mda & 0xffff) !== 0;
  const id = ldr >>> 24;
  if (word('dfr') === 0xffff_ffff) return (id & mda) !== 0;
  return word('dfr') === 0x0fff_ffff && id >>> 4 === mda >>> 4 && (id & mda & 0xf) !== 0;
}

const LOWEST = 1;
/** enum kvm_apic_logical_mode: one mode for all that are enabled, each in a bit of its own. */
const CLUSTER = 1;
const FLAT = 2;
const X2 = 3;

/** Every vCPU, by its index. */
export const vcpusOf = (view: MachineView): number[] => Array.from({ length: view.wordMap.vcpus }, (_, vcpu) => vcpu);
const isPresent = (view: MachineView, vcpu: number): boolean =>
  (readWord(view, 'lapic', vcpu, 'baseLo') & ENABLE) !== 0;
const isOn = (view: MachineView, vcpu: number): boolean =>
  isPresent(view, vcpu) && (readWord(view, 'lapic', vcpu, 'svr') & ENABLE_SVR) !== 0;

/** Place in the map of logical ids: the lowest bit of its id and, in clusters, the cluster. */
function slotOf(view: MachineView, vcpu: number, cluster: boolean): number {
  const id = readWord(view, 'lapic', vcpu, 'ldr') >>> 24;
  const bits = cluster ? id & 0xf : id;
  return (bits & -bits) | (id & (cluster ? 0xf0 : 0));
}

/** KVM asks every local APIC: it has no map, or the message is for all. @kvm lapic.c kvm_apic_is_broadcast_dest */
function isUnmapped(view: MachineView, dest: number): boolean {
  if (readWord(view, 'vm', 0, 'mapValid') === 0) return true;
  if (dest === BROADCAST) return hasQuirk(view) || readWord(view, 'vm', 0, 'mapMode') !== X2;
  return dest >>> 0 === X2APIC_BROADCAST && !hasQuirk(view);
}

/**
 * Does KVM's map give a message for several to this one of them? Of those with one id it has one, the last vCPU made is not in it
 * before it is made anew, and the broadcast of x2APIC is none for a device. A disabled APIC that matches stays: it is what holds.
 * @kvm lapic.c kvm_recalculate_phys_map, kvm_recalculate_logical_map
 */
function isMapped(view: MachineView, vcpu: number, dest: number, logical: boolean, some: readonly number[]): boolean {
  if (isUnmapped(view, dest)) return true;
  const mode = readWord(view, 'vm', 0, 'mapMode');
  if (vcpu >= readWord(view, 'vm', 0, 'mapVcpus') || dest === -1) return false;
  if (!logical) {
    if (!isPresent(view, vcpu)) return true;
    const present = some.filter((one) => isPresent(view, one));
    const byOwn = present.findLast((one) => {
      const id = readWord(view, 'vcpu', one, 'apicId');
      return id === dest && (id > 0xff || inX2apic(view, one));
    });
    return vcpu === (byOwn ?? present[0]);
  }
  if ((mode !== CLUSTER && mode !== FLAT) || !isOn(view, vcpu)) return true;
  const cluster = mode === CLUSTER;
  const slot = slotOf(view, vcpu, cluster);
  const has = vcpusOf(view).findLast((one) => isOn(view, one) && slotOf(view, one, cluster) === slot);
  return has === vcpu && (slot & dest & (cluster ? 0xf : 0xff)) !== 0;
}

/** vCPUs that a device's message is for, whether their APICs are enabled or not. */
export function vcpusFor(view: MachineView, dest: number, logical: boolean): number[] {
  const some = vcpusOf(view).filter((vcpu) => matchesOne(view, vcpu, dest, logical));
  return some.filter((vcpu) => isMapped(view, vcpu, dest, logical, some));
}

/**
 * Whom KVM takes of a logical destination at lowest priority: the set bit of the destination that the vector's hash gives, whether
 * a local APIC has it or not. Only with APICs all in one mode and each in its bit, which is when KVM's map can say.
 * @returns null where it chooses in another way @kvm lapic.c kvm_apic_map_get_dest_lapic
 */
export function hashed(view: MachineView, message: Message, vector: number): number | 'nobody' | null {
  const { dest, logical } = message;
  if (!(message.lowest ?? message.mode === LOWEST) || !logical || view.config.vectorHashing === false) return null;
  const map = readWord(view, 'vm', 0, 'mapMode');
  if (map === 0 || map > X2 || isUnmapped(view, dest)) return null;
  const x2 = map === X2;
  const [group, mask] = x2 ? [~0xffff, 0xffff] : map === CLUSTER ? [0xf0, 0xf] : [0, 0xff];
  const set = Array.from({ length: 16 }, (_, i) => i).filter((i) => ((dest & mask) >> i) & 1);
  const bit = set[vector % Math.max(1, set.length)];
  if (bit === undefined) return null;
  // The cluster, and the bit in it, which is the lowest of its own.
  const named = (id: number): boolean => ((id ^ dest) & group) === 0 && (id & mask & -(id & mask)) === 1 << bit;
  const vcpus = vcpusOf(view).filter((vcpu) => {
    const ldr = readWord(view, 'lapic', vcpu, 'ldr');
    return inX2apic(view, vcpu) === x2 && named(x2 ? ldr : ldr >>> 24);
  });
  return vcpus.findLast((vcpu) => isOn(view, vcpu)) ?? vcpus[0] ?? 'nobody';
}

/** An RTE at reset: masked, and nothing else. */
const UNTOUCHED = 0x1_0000;

/** A pin of the IOAPIC that the VMM has, where the guest has programmed it. */
export const hasVmmPin = (view: MachineView, pin: number | undefined): boolean =>
  irqchipOf(view) === 'split' &&
  pin !== undefined &&
  pin < 24 &&
  ![0, UNTOUCHED].includes(readWord(view, 'ioapic', 0, 'redirLo', pin));

/**
 * What an MSI says. The redirection hint makes a fixed message one of lowest priority, and one of any mode that is for all, by the
 * number, a fixed one. @kvm irq.c kvm_msi_to_lapic_irq, lapic.c kvm_irq_delivery_to_apic
 */
export function messageOf(view: MachineView, addrLo: number, addrHi: number, data: number): Sent {
  const wide = view.x2apicFormat ?? ((view.config.x2apicApi ?? 0) & 1) === 1;
  const dest = ((addrLo >>> 12) & 0xff) | (wide ? addrHi & 0xffffff00 : 0);
  const logical = (addrLo & 4) !== 0;
  const hint = (addrLo >>> 3) & 1;
  const said = (data >>> 8) & 7 || hint;
  const fixed = hint !== 0 && !logical && dest === BROADCAST && isUnmapped(view, dest);
  return {
    vector: data & 0xff,
    dest,
    logical,
    mode: fixed ? 0 : said,
    lowest: said === LOWEST || hint !== 0,
    level: (data & 0x8000) !== 0,
    // @kvm irq.c kvm_msi_route_invalid
    ...(wide && (addrHi & 0xff) !== 0 && { refused: addrHi & 0xff }),
  };
}

/** The message that this way would have sent at another moment: as its pin or its route was then. @returns null where none was set up */
export function messageAt(view: MachineView, { gsi, ioapicPin, message, vector: own }: Way): Sent | null {
  if (ioapicPin !== undefined) {
    if (readWord(view, 'ioapic', 0, 'redirLo', ioapicPin) === UNTOUCHED) return null;
    const { vector, dest, logical, deliveryMode, level } = rteView(view, ioapicPin);
    return { vector, dest, logical, mode: deliveryMode, level };
  }
  if (gsi === undefined) return message === undefined ? null : { ...message, vector: own };
  const route = routesOf(view)?.byGsi[gsi]?.find(({ chip }) => chip === CHIP.msi);
  return route === undefined ? null : messageOf(view, route.addrLo, route.addrHi, route.data);
}
