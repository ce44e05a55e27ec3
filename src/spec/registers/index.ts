/** Every register of the machine by component, and every layout: for what goes through them one by one. */
import type { BitLayout, RegisterRow } from '../define/registers.ts';
import * as apicv from './apicv.ts';
import * as device from './device.ts';
import * as ioapic from './ioapic.ts';
import * as irqfd from './irqfd.ts';
import * as lapic from './lapic.ts';
import * as pcpu from './pcpu.ts';
import * as piDesc from './pi-desc.ts';
import * as pic from './pic.ts';
import * as pit from './pit.ts';
import * as routing from './routing.ts';
import * as runLoop from './run-loop.ts';
import * as userspace from './userspace.ts';
import * as vcpu from './vcpu.ts';
import * as vtd from './vtd.ts';

const isLayout = (value: unknown): value is BitLayout =>
  typeof value === 'object' && value !== null && 'fields' in value && 'bits' in value;

export const LAYOUTS: readonly BitLayout[] = [
  ioapic,
  vtd,
  lapic,
  routing,
  device,
  piDesc,
  pic,
  pit,
  vcpu,
  apicv,
  runLoop,
]
  .flatMap((file): unknown[] => Object.values(file))
  .filter(isLayout);

/** Registers by component, in the order of the state words. */
export const REGISTERS = {
  vm: userspace.VM_REGISTERS,
  pic: pic.PIC_REGISTERS,
  ioapic: ioapic.IOAPIC_REGISTERS,
  pit: pit.PIT_REGISTERS,
  irqfd: irqfd.IRQFD_REGISTERS,
  device: device.DEVICE_REGISTERS,
  lapic: lapic.LAPIC_REGISTERS,
  vcpu: vcpu.VCPU_REGISTERS,
  piDesc: piDesc.PI_DESC_REGISTERS,
  vmcs: runLoop.VMCS_REGISTERS,
  pcpu: pcpu.PCPU_REGISTERS,
} satisfies Readonly<Record<string, Readonly<Record<string, RegisterRow>>>>;
