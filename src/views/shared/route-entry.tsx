/**
 * One kvm_kernel_irq_routing_entry of the table in force, as the structure has it, with what its pin or its message means at the
 * playhead.
 */
import '../roads/roads-texts.ts';
import './route-entry.css';
import { hex } from '../../base/numbers.ts';
import type { RouteEntry } from '../../engine/core/machine.ts';
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { type BitLayout, fieldRows } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { MSI_ADDR, MSI_DATA } from '../../spec/registers/routing.ts';
import type { Translate } from './use-t.ts';

/** enum kvm_irqchip by CHIP's number. */
export const IRQCHIP_NAMES = ['KVM_IRQCHIP_PIC_MASTER', 'KVM_IRQCHIP_PIC_SLAVE', 'KVM_IRQCHIP_IOAPIC'] as const;
/** What an entry's `set` points at, v6.18. @kvm irq.c kvm_set_routing_entry */
export const setterOf = (chip: number): string =>
  chip === CHIP.msi ? 'kvm_set_msi' : chip === CHIP.ioapic ? 'kvm_ioapic_set_irq' : 'kvm_pic_set_irq';

/** Fields that are not 0, in short. */
const fields = (layout: BitLayout, ...words: readonly number[]): string =>
  fieldRows(layout, words)
    .filter(({ raw, spec }) => raw !== 0 && spec.access !== 'reserved')
    .map(({ name, text }) => `${name} ${text}`)
    .join(', ');

interface Props {
  readonly entry: RouteEntry;
  readonly view: MachineView;
  readonly t: Translate;
}

export function RouteEntryTable({ entry, view, t }: Props) {
  const { gsi, chip, pin, addrLo, addrHi, data } = entry;
  const row = (name: string, value: string, note = '') => (
    <tr key={name}>
      <th scope="row">{name}</th>
      <td>{value}</td>
      <td>{note}</td>
    </tr>
  );
  // The slave's pins are kept as 8 to 15.
  const inner = chip === CHIP.picSlave ? pin & 7 : pin;
  const rte =
    chip === CHIP.ioapic
      ? fields(RTE, readWord(view, 'ioapic', 0, 'redirLo', pin), readWord(view, 'ioapic', 0, 'redirHi', pin))
      : '';
  return (
    <table className="entry-table" aria-label={`kvm_kernel_irq_routing_entry, GSI ${gsi}`}>
      <tbody>
        {row('gsi', String(gsi))}
        {row('type', chip === CHIP.msi ? 'KVM_IRQ_ROUTING_MSI' : 'KVM_IRQ_ROUTING_IRQCHIP')}
        {row('set', setterOf(chip))}
        {chip === CHIP.msi
          ? [
              row('msi.address_lo', hex(addrLo >>> 0), fields(MSI_ADDR, addrLo, addrHi)),
              row('msi.address_hi', hex(addrHi >>> 0)),
              row('msi.data', hex(data >>> 0), fields(MSI_DATA, data)),
              row('msi.flags', '0', t('entry.devid')),
            ]
          : [
              row('irqchip.irqchip', IRQCHIP_NAMES[chip] ?? String(chip)),
              row('irqchip.pin', String(pin), chip === CHIP.picSlave ? t('entry.slavePin', { pin: inner }) : rte),
            ]}
      </tbody>
    </table>
  );
}
