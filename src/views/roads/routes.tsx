/** The routing table in force as the kernel keeps it: struct kvm_irq_routing_table, map[] and chip[][], and one GSI's entries whole. */
import { useState } from 'react';
import { hex } from '../../base/hex.ts';
import type { RouteTable } from '../../engine/core/machine.ts';
import type { MachineView } from '../../engine/view/machine-view.ts';
import { CHIP } from '../../spec/names.ts';
import { IRQCHIP_NAMES, RouteEntryTable, setterOf } from '../shared/route-entry.tsx';
import type { Translate } from '../shared/use-t.ts';

const PINS = 24;

interface Props {
  /** The one that word `routes` of the VM chooses. */
  readonly table: RouteTable;
  readonly view: MachineView;
  /** A GSI that is under way at the playhead, -1 none. */
  readonly lit: number;
  readonly t: Translate;
}

export function Routes({ table, view, lit, t }: Props) {
  const [asked, setAsked] = useState<number | null>(null);
  const gsis = table.byGsi.flatMap((entries, gsi) =>
    entries === undefined || entries.length === 0 ? [] : [{ gsi, entries }],
  );
  if (gsis.length === 0) return <p className="road-none">{t('roads.routes.empty')}</p>;
  const chosen = gsis.find(({ gsi }) => gsi === (asked ?? lit)) ?? gsis[0];
  return (
    <div className="roads-routes">
      <div>
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
                <tr key={`${gsi} ${entry.chip} ${entry.pin}`} data-gsi={gsi} data-taken={gsi === chosen?.gsi}>
                  <th scope="row">
                    {i === 0 && (
                      <button
                        type="button"
                        className="road-link"
                        aria-pressed={gsi === chosen?.gsi}
                        onClick={() => setAsked(gsi)}
                      >
                        {gsi}
                      </button>
                    )}
                  </th>
                  <td className="road-mono">
                    {entry.chip === CHIP.msi
                      ? `KVM_IRQ_ROUTING_MSI  ${hex(entry.addrLo)}${entry.addrHi === 0 ? '' : ` (hi ${hex(entry.addrHi)})`}, ${hex(entry.data)}`
                      : `KVM_IRQ_ROUTING_IRQCHIP  ${IRQCHIP_NAMES[entry.chip]}, pin ${entry.pin}`}
                  </td>
                  <td className="road-mono">{setterOf(entry.chip)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
      <div>
        <section className="roads-entry">
          <h3 className="road-mono">struct kvm_kernel_irq_routing_entry</h3>
          {chosen?.entries.map((entry) => (
            <RouteEntryTable key={`${entry.chip} ${entry.pin}`} entry={entry} view={view} t={t} />
          ))}
        </section>
        {IRQCHIP_NAMES.map((name, chip) => {
          const pins = Array.from({ length: PINS }, (_, pin) => ({
            pin,
            gsi: table.pinToGsi[chip * PINS + pin] ?? -1,
          }));
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
                    <td key={pin} data-lit={gsi !== -1 && gsi === chosen?.gsi}>
                      {gsi === -1 ? '' : gsi}
                    </td>
                  ))}
                </tr>
              </tbody>
            </table>
          );
        })}
      </div>
    </div>
  );
}
