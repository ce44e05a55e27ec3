/**
 * The eventfds at the playhead. In: message, route, irqfd and the way on, side by side, with irq bypass under them; what did
 * not happen is dashed. Out: ioeventfds with their signals.
 */
import { hex } from '../../base/numbers.ts';
import { type Bell, type Doorbell, isRouted } from '../../explain/doorbells.ts';
import { KVM_BUSES } from '../../spec/iodevs.ts';
import { CHIP } from '../../spec/names.ts';
import type { CreateOp } from '../../spec/ops/index.ts';
import { setterOf } from '../shared/route-entry.tsx';
import type { Translate } from '../shared/use-t.ts';
import { rangeText } from './range-text.ts';

interface BoxProps {
  readonly name: string;
  readonly title: string;
  /** It stands, or this way was taken. */
  readonly on: boolean;
  readonly lines: readonly (string | null)[];
  readonly marks?: readonly (string | null)[];
}

function Box({ name, title, on, lines, marks = [] }: BoxProps) {
  return (
    <div className="bell-box" data-box={name} data-on={on}>
      <strong>{title}</strong>
      {lines.map((line) => line !== null && <span key={line}>{line}</span>)}
      {marks.some((mark) => mark !== null) && (
        <span className="bell-marks">{marks.map((mark) => mark !== null && <em key={mark}>{mark}</em>)}</span>
      )}
    </div>
  );
}

interface ChainProps {
  readonly bell: Doorbell;
  readonly config: CreateOp;
  readonly t: Translate;
}

function MessageBox({ bell, config, t }: ChainProps) {
  const { message, gsi } = bell;
  if (message === null) return <Box name="message" title={t('bells.eventfd')} on lines={[t('bells.noDevice')]} />;
  const { device, entry, msix, addrHi, addrLo, data } = message;
  const title = `${config.devices?.[device]?.id ?? device} · ${msix ? 'MSI-X' : 'MSI'} ${entry}`;
  const address = addrHi === 0 ? hex(addrLo) : `${hex(addrHi)} ${hex(addrLo)}`;
  const role = config.devices?.[device]?.configVector === entry && msix ? t('bells.config') : null;
  return (
    <Box
      name="message"
      title={title}
      on={message.enabled && !message.masked && !message.functionMasked}
      lines={[`addr ${address}`, `data ${hex(data)}`, role]}
      marks={[
        message.enabled ? null : t('bells.disabled'),
        message.functionMasked ? t('bells.functionMask') : null,
        message.masked ? t('bells.masked') : null,
        message.pending ? t('bells.pending') : null,
        message.enabled && !message.masked && bell.routes.length > 0 && !isRouted(bell)
          ? t('bells.stale', { gsi })
          : null,
      ]}
    />
  );
}

function Chain({ bell, config, t }: ChainProps) {
  const { gsi, routes, irqfd, went, bypass } = bell;
  const posted = bypass?.irte.posted === true;
  const routeText = (entry: (typeof routes)[number]): string =>
    entry.chip === CHIP.msi
      ? `MSI ${hex(entry.addrLo >>> 0)}, ${hex(entry.data >>> 0)}`
      : `${entry.chip === CHIP.ioapic ? 'IOAPIC' : 'PIC'} ${entry.pin}`;
  return (
    <li className="bell" data-gsi={gsi} data-went={went}>
      <div className="bell-row">
        <MessageBox bell={bell} config={config} t={t} />
        <Box
          name="route"
          title={`GSI ${gsi}`}
          on={routes.length > 0}
          lines={routes.length === 0 ? [t('stage.route.none')] : routes.map(routeText)}
        />
        <Box
          name="irqfd"
          title="irqfd"
          on={irqfd !== null}
          lines={
            irqfd === null
              ? [t('bells.noIrqfd')]
              : [
                  `irq_entry: ${irqfd.cached ? t('bells.copy') : 'type 0'}`,
                  `irq_entry_sc ${irqfd.seq}`,
                  irqfd.resampler ? t('bells.resampler', { n: irqfd.resampled }) : null,
                ]
          }
        />
        <div className="bell-ways">
          <Box
            name="fast"
            title={t('bells.fast')}
            on={went === 'fast'}
            lines={['kvm_arch_set_irq_inatomic', irqfd !== null && !irqfd.cached ? '-EWOULDBLOCK' : null]}
          />
          <Box
            name="work"
            title={t('bells.work')}
            on={went === 'work' || went === 'lost'}
            lines={[
              'irqfd_inject',
              went === 'lost'
                ? t('bells.lost')
                : routes.length > 0
                  ? [...new Set(routes.map((r) => setterOf(r.chip)))].join(', ')
                  : null,
            ]}
          />
        </div>
      </div>
      {bypass !== null && (
        <div className="bell-row bell-bypass" data-joined={bypass.joined}>
          <Box
            name="producer"
            title={t('bells.producer')}
            on
            lines={['vfio_msi_set_vector_signal', t('bells.token')]}
          />
          <i className="bell-join" aria-hidden="true" />
          <Box
            name="consumer"
            title={t('bells.consumer')}
            on={bypass.joined}
            lines={['kvm_arch_irq_bypass_add_producer', bypass.joined ? t('bells.joined') : t('bells.alone')]}
          />
          <Box
            name="irte"
            title={`IRTE · ${bypass.irte.present ? t(posted ? 'stage.irte.posted' : 'stage.irte.remapped') : t('stage.irte.none')}`}
            on={bypass.irte.present}
            lines={
              !bypass.irte.present
                ? []
                : posted
                  ? [`pi_update_irte → vCPU ${bypass.irte.vcpu}, ${hex(bypass.irte.vector)}`, t('bells.around')]
                  : [t('bells.toHost', { vector: hex(bypass.irte.vector) })]
            }
          />
        </div>
      )}
    </li>
  );
}

interface Props {
  readonly ways: readonly Doorbell[];
  readonly bells: readonly Bell[];
  readonly config: CreateOp;
  readonly t: Translate;
}

export function Doorbells({ ways, bells, config, t }: Props) {
  return (
    <>
      <h3>{t('bells.in')}</h3>
      {ways.length === 0 ? (
        <p className="road-none">{t('bells.noneIn')}</p>
      ) : (
        <ul className="bells">
          {ways.map((bell) => (
            <Chain
              key={`${bell.gsi} ${bell.message?.device ?? ''} ${bell.message?.entry ?? ''}`}
              bell={bell}
              config={config}
              t={t}
            />
          ))}
        </ul>
      )}
      <h3>{t('bells.out')}</h3>
      {bells.length === 0 ? (
        <p className="road-none">{t('bells.noneOut')}</p>
      ) : (
        <table className="road-table" aria-label={t('bells.out')}>
          <thead>
            <tr>
              <th scope="col">{t('bells.bus')}</th>
              <th scope="col">{t('bells.range')}</th>
              <th scope="col">datamatch</th>
              <th scope="col">{t('bells.signals')}</th>
            </tr>
          </thead>
          <tbody>
            {bells.map(({ bus, range, datamatch, signals }) => (
              <tr key={`${bus} ${range.seq}`} data-bell={`${bus} ${range.addr}`}>
                <th scope="row" className="road-mono">
                  {KVM_BUSES[bus]}
                </th>
                <td className="road-mono">{rangeText(range, t)}</td>
                <td className="road-mono">{datamatch === null ? t('bells.any') : `0x${datamatch.toString(16)}`}</td>
                <td>{signals}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
