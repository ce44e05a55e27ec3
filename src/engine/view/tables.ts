/**
 * The engine's tables that a page reads at run time: names and codes of components and of state words. The page
 * imports them from here, because engine/view is the only part of the engine it may load.
 */
export { COL, ROW, WRITE } from '../core/row.ts';
export {
  BLOCK_OF,
  COMPONENT_CODE,
  COMPONENTS,
  type ComponentKind,
  createWordMap,
  DEVICE,
  IOAPIC,
  IRQFD_SLOTS,
  instances,
  LAPIC,
  nameWord,
  PCPU,
  PCPU_SLOTS,
  PI_DESC,
  PIC,
  VCPU,
  VM,
  VMCS,
  type WordMap,
  type WordName,
} from '../core/words.ts';
