/** Parts of a machine that there are several of: devices, handlers of the guest, routes. */
import { type ReactNode, useState } from 'react';
import { hex, hex64, parseNumber } from '../../base/numbers.ts';
import { routesOf } from '../../engine/view/machine-view.ts';
import {
  createOf,
  type DeviceWay,
  devicesOf,
  guestOf,
  vcpusOf,
  WAYS,
  withDevice,
  withFields,
  withHandler,
  withoutDevice,
} from '../../explain/machine/spec.ts';
import type { JsonOp } from '../../log/log.ts';
import { CHIP } from '../../spec/names.ts';
import { change } from '../../store/actions/edits.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { Choice, type PartProps, TextField, Wrong } from './machine-editor.tsx';

export function Devices({ machine, edit, problem }: PartProps): ReactNode {
  const t = useT();
  const app = useApp();
  const [way, setWay] = useState<DeviceWay>('line');
  const [vcpu, setVcpu] = useState('0');
  const devices = devicesOf(machine);
  const vcpus = Array.from({ length: vcpusOf(machine) }, (_, n) => String(n));
  const to = vcpus.includes(vcpu) ? vcpu : '0';
  const add = (): void => {
    const built = withDevice(machine, way, Number(to));
    const device = devicesOf(built).at(-1)?.id ?? '';
    edit(built, { key: 'deed.addDevice', params: { device } });
  };
  return (
    <div className="me-fields">
      {devices.length === 0 && <p className="me-hint">{t('machine.noDevices')}</p>}
      <ul className="me-list">
        {devices.map(({ id, gsi, msix, msi }) => (
          <li key={id}>
            <span>
              <b>{id}</b>{' '}
              <span className="me-hint">
                GSI {gsi} · {t(`machine.way.${msix !== undefined ? 'msix' : msi !== undefined ? 'msi' : 'line'}`)}
              </span>
            </span>
            <button
              type="button"
              className="btn"
              onClick={() => {
                app.actions.seekEnd();
                change(app, { op: 'device', id, event: 'work', ...((msix ?? msi) === undefined ? {} : { vector: 0 }) });
              }}
            >
              {t('machine.work')}
            </button>
            <button
              type="button"
              className="btn"
              aria-label={t('machine.remove', { what: id })}
              onClick={() => edit(withoutDevice(machine, id), { key: 'deed.removeDevice', params: { device: id } })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <Wrong problem={problem} field="devices" />
      <div className="me-add">
        <Choice
          label={t('machine.addWay')}
          value={way}
          options={WAYS}
          nameOf={(option) => t(`machine.way.${option as DeviceWay}`)}
          onValue={(value) => setWay(value as DeviceWay)}
        />
        <Choice label={t('machine.addTo')} value={to} options={vcpus} nameOf={(n) => `vCPU ${n}`} onValue={setVcpu} />
        <button type="button" className="btn btn-main" onClick={add}>
          {t('machine.addDevice')}
        </button>
      </div>
    </div>
  );
}

const readVector = (text: string): number | null => parseNumber(text, 0xff);
const MAX_NS = 3.6e12;

export function Handlers({ machine, edit, problem }: PartProps): ReactNode {
  const t = useT();
  const guest = guestOf(machine);
  const name = (value: string) => ({ key: 'deed.machine', params: { field: 'handlers', value } });
  const set = (at: number | null, handler: JsonOp | null, value: string): boolean =>
    edit(withHandler(machine, at, handler), name(value));
  return (
    <div className="me-fields">
      {guest === undefined && <p className="me-hint">{t('machine.noGuest')}</p>}
      {guest !== undefined && (
        <Choice
          label={t('machine.idle')}
          value={guest.idle ?? 'run'}
          options={['run', 'halt']}
          onValue={(idle) =>
            edit(withFields(machine, { guest: { ...(createOf(machine).guest as JsonOp), idle } }), name(`idle ${idle}`))
          }
        />
      )}
      <ul className="me-list">
        {(guest?.handlers ?? []).map((handler, i) => (
          // No two handlers have one vector.
          <li key={String(handler.vector)} className="me-handler">
            <TextField
              label={t('machine.vector')}
              value={hex(Number(handler.vector))}
              read={readVector}
              onValue={(text) => set(i, { vector: hex(readVector(text) ?? 0) }, text)}
            />
            <TextField
              label={t('machine.name')}
              value={handler.name}
              read={(text) => (text.trim() === '' || text.length > 80 ? null : text)}
              onValue={(text) => set(i, { name: text }, text)}
            />
            <TextField
              label={t('machine.ns')}
              value={String(handler.ns)}
              read={(text) => parseNumber(text, MAX_NS)}
              onValue={(text) => set(i, { ns: parseNumber(text, MAX_NS) }, `${text} ns`)}
            />
            <button
              type="button"
              className="btn"
              aria-label={t('machine.remove', { what: handler.name })}
              onClick={() => set(i, null, `− ${handler.name}`)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <Wrong problem={problem} field="guest" />
      <button type="button" className="btn" onClick={() => set(null, null, '+')}>
        {t('machine.addHandler')}
      </button>
    </div>
  );
}

const CHIP_NAMES = ['pic0', 'pic1', 'ioapic'] as const;

/** The table as it stands at the playhead; a change sets the whole table, as the ioctl does. */
export function Routes(): ReactNode {
  const t = useT();
  const app = useApp();
  const view = useStore((s) => s.view);
  const [gsi, setGsi] = useState('24');
  const [chip, setChip] = useState<string>('ioapic');
  const [pin, setPin] = useState('4');
  if (view === null) return null;
  const entries = routesOf(view).entries.map((e): JsonOp => {
    if (e.chip === CHIP.msi) return { gsi: e.gsi, msi_addr: hex64(e.addrLo, e.addrHi), msi_data: hex(e.data) };
    return { gsi: e.gsi, chip: CHIP_NAMES[e.chip as 0 | 1 | 2], pin: e.chip === CHIP.picSlave ? e.pin & 7 : e.pin };
  });
  const set = (list: readonly JsonOp[]): void => change(app, { op: 'routing', entries: list });
  const toOf = (e: JsonOp): string =>
    e.chip === undefined
      ? `MSI ${String(e.msi_addr)}, ${String(e.msi_data)}`
      : `${String(e.chip)} ${t('machine.pin').toLowerCase()} ${String(e.pin)}`;
  const gsiN = parseNumber(gsi, 4095);
  const pinN = parseNumber(pin, 0xffff_ffff);
  const add = (): void => {
    if (gsiN === null || pinN === null) return;
    const made: JsonOp =
      chip === 'msi' ? { gsi: gsiN, msi_addr: '0xfee00000', msi_data: hex(pinN) } : { gsi: gsiN, chip, pin: pinN };
    set([...entries, made]);
  };
  return (
    <div className="me-fields">
      {entries.length === 0 && <p className="me-hint">{t('machine.noRoutes')}</p>}
      <ul className="me-list me-routes">
        {entries.map((e, i) => (
          <li key={`${String(e.gsi)} ${toOf(e)}`}>
            <span>{t('machine.route', { gsi: Number(e.gsi), to: toOf(e) })}</span>
            <button
              type="button"
              className="btn"
              aria-label={t('machine.remove', { what: t('machine.route', { gsi: Number(e.gsi), to: toOf(e) }) })}
              onClick={() => set(entries.filter((_, other) => other !== i))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <div className="me-add">
        <TextField label="GSI" value={gsi} read={(text) => parseNumber(text, 4095)} onValue={setGsi} />
        <Choice label={t('machine.to')} value={chip} options={['ioapic', 'pic0', 'pic1', 'msi']} onValue={setChip} />
        <TextField
          label={chip === 'msi' ? t('machine.vector') : t('machine.pin')}
          value={pin}
          read={(text) => parseNumber(text, 0xffff_ffff)}
          onValue={setPin}
        />
        <button type="button" className="btn btn-main" onClick={add}>
          {t('machine.addRoute')}
        </button>
      </div>
    </div>
  );
}
