/** The routing table in force as the kernel keeps it: struct kvm_irq_routing_table, map[] and chip[][]. */
import type { RouteTable } from '../../engine/core/machine.ts';
import { CHIP } from '../../spec/names.ts';
import type { Translate } from '../shared/use-t.ts';

const CHIPS = ['KVM_IRQCHIP_PIC_MASTER', 'KVM_IRQCHIP_PIC_SLAVE', 'KVM_IRQCHIP_IOAPIC'] as const;
/** Functions that an entry's `set` points at, v6.18. */
const SETTERS = ['kvm_pic_set_irq', 'kvm_pic_set_irq', 'kvm_ioapic_set_irq'] as const;
const PINS = 24;
const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;

/** @param table the one that word `routes` of the VM chooses */
export function Routes({ table, t }: { readonly table: RouteTable; readonly t: Translate }) {
  const gsis = table.byGsi.flatMap((entries, gsi) =>
    entries === undefined || entries.length === 0 ? [] : [{ gsi, entries }],
  );
  if (gsis.length === 0) return <p className="road-none">{t('roads.routes.empty')}</p>;
  return (
    <>
      <p className="road-mono road-struct">
        struct kvm_irq_routing_table: {t('roads.routes.entries', { n: table.byGsi.length })}
      </p>
      <table className="road-table" aria-label={t('roads.routes.map')}>
        <caption>{t('roads.routes.map')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('roads.routes.gsi')}</th>
            <th scope="col" colSpan={2}>
              {t('roads.routes.way')}
            </th>
          </tr>
        </thead>
        <tbody>
          {gsis.flatMap(({ gsi, entries }) =>
            entries.map((entry, i) => (
              <tr key={`${gsi} ${entry.chip} ${entry.pin}`} data-gsi={gsi}>
                <th scope="row">{i === 0 ? gsi : ''}</th>
                <td className="road-mono">
                  {entry.chip === CHIP.msi
                    ? `KVM_IRQ_ROUTING_MSI  ${hex(entry.addrLo)}${entry.addrHi === 0 ? '' : ` (hi ${hex(entry.addrHi)})`}, ${hex(entry.data)}`
                    : `KVM_IRQ_ROUTING_IRQCHIP  ${CHIPS[entry.chip]}, pin ${entry.pin}`}
                </td>
                <td className="road-mono">{entry.chip === CHIP.msi ? 'kvm_set_msi' : SETTERS[entry.chip]}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
      {CHIPS.map((name, chip) => {
        const pins = Array.from({ length: PINS }, (_, pin) => ({ pin, gsi: table.pinToGsi[chip * PINS + pin] ?? -1 }));
        const last = pins.findLastIndex(({ gsi }) => gsi !== -1);
        return last === -1 ? null : (
          <table className="road-table road-chip" key={name} aria-label={t('roads.routes.chip', { chip: name })}>
            <caption>{t('roads.routes.chip', { chip: name })}</caption>
            <tbody>
              <tr>
                {pins.slice(0, last + 1).map(({ pin }) => (
                  <th scope="col" key={pin}>
                    {pin}
                  </th>
                ))}
              </tr>
              <tr>
                {pins.slice(0, last + 1).map(({ gsi, pin }) => (
                  <td key={pin}>{gsi === -1 ? '' : gsi}</td>
                ))}
              </tr>
            </tbody>
          </table>
        );
      })}
    </>
  );
}
