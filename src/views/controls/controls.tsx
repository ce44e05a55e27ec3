/** Controls: everything a person can do to the machine where the playhead stands. Each act is ops, as in presets and links. */
import './controls.css';
import { useState } from 'react';
import { parseNumber } from '../../base/numbers.ts';
import { visible } from '../../base/visible.ts';
import { hasHost, readWord } from '../../engine/view/machine-view.ts';
import { messagesOf } from '../../spec/messages.ts';
import { useStore } from '../../store/use-app.ts';
import { NumberField } from '../kit/fields.tsx';
import { Panel } from '../kit/panel.tsx';
import { useChange } from '../shared/use-change.ts';
import { useT } from '../shared/use-t.ts';
import { ApicvControl, PostControl, VtdControl } from './apicv-controls.tsx';
import { type ControlProps, Group, useAct } from './group.tsx';
import { MachineControl } from './machine-control.tsx';
import { IpiControl, MsiControl, RteControl } from './message-controls.tsx';
import { OpForm } from './op-form.tsx';
import { VcpuControl } from './vcpu-control.tsx';

/** The panel. */
export function Controls() {
  const t = useT();
  const view = useStore((state) => state.view);
  const busy = useStore((state) => state.scene?.complete === false);
  // What was typed for another scene's devices means nothing here.
  const preset = useStore((state) => state.sceneId.preset);
  if (view === null) return null;
  // With a model of the host, where a vCPU is decides the way: it comes first.
  const host = hasHost(view.config);
  return (
    <Panel
      className="controls"
      title={t('ctl.panel')}
      aside={busy ? <span role="status">{t('ctl.busy')}</span> : undefined}
    >
      <div className="ctl-groups" key={preset}>
        <DeviceControl view={view} t={t} />
        {host && <VcpuControl view={view} t={t} />}
        <ApicvControl view={view} t={t} />
        <PostControl view={view} t={t} />
        <VtdControl view={view} t={t} />
        <LineControl view={view} t={t} open={!host} />
        <MsiControl view={view} t={t} />
        <IpiControl view={view} t={t} />
        {view.config.irqchip === 'full' && <RteControl view={view} t={t} />}
        {!host && <VcpuControl view={view} t={t} />}
        <IrqfdControl view={view} t={t} />
        <MachineControl view={view} t={t} />
        <Group title={t('ctl.any')}>
          <OpForm names={(view.config.devices ?? []).map(({ id }) => id)} t={t} />
        </Group>
      </div>
    </Panel>
  );
}

const MAX_GSI = 4095;

function DeviceControl({ view, t }: ControlProps) {
  const change = useChange();
  const devices = view.config.devices ?? [];
  if (devices.length === 0) return null;
  return (
    <Group title={t('ctl.devices')} open>
      <ul className="ctl-devices">
        {devices.map((device) => (
          <li key={device.id}>
            <span>
              <b>{visible(device.id)}</b> <span className="ctl-dim">GSI {device.gsi}</span>
            </span>
            {[0, 1, 2, 3].slice(0, messagesOf(device) || 1).map((vector) => {
              const what = t(`ctl.work.${device.kind}`);
              const queue = messagesOf(device) === 0 ? {} : { vector };
              const text = messagesOf(device) === 0 ? what : t('ctl.workVector', { n: vector });
              return (
                <button
                  key={`${device.id} ${vector}`}
                  type="button"
                  className="btn"
                  title={what}
                  aria-label={t('ctl.workAt', { device: device.id, what: text })}
                  onClick={() => change({ op: 'device', id: device.id, event: 'work', ...queue })}
                >
                  {text}
                </button>
              );
            })}
          </li>
        ))}
      </ul>
    </Group>
  );
}

function LineControl({ view, t, open }: ControlProps & { open: boolean }) {
  const act = useAct();
  const change = useChange();
  const [text, setText] = useState(String(view.config.devices?.find((d) => messagesOf(d) === 0)?.gsi ?? 4));
  const gsi = parseNumber(text, MAX_GSI);
  const move = (level: 0 | 1): void => {
    if (gsi !== null) change({ op: 'irq_line', gsi, level });
  };
  return (
    <Group title={t('ctl.line')} open={open}>
      <form onSubmit={act(() => (gsi === null ? null : { op: 'irq_line', gsi, level: 1 }))}>
        <NumberField label="GSI" text={text} max={MAX_GSI} onText={setText} t={t} />
        <div className="ctl-row">
          <button type="submit" className="btn btn-main" disabled={gsi === null}>
            {t('ctl.raise')}
          </button>
          <button type="button" className="btn" disabled={gsi === null} onClick={() => move(0)}>
            {t('ctl.lower')}
          </button>
          <button
            type="button"
            className="btn"
            disabled={gsi === null}
            onClick={() =>
              change([
                { op: 'irq_line', gsi, level: 1 },
                { op: 'irq_line', gsi, level: 0 },
              ])
            }
          >
            {t('ctl.pulse')}
          </button>
        </div>
      </form>
    </Group>
  );
}

function IrqfdControl({ view, t }: ControlProps) {
  const act = useAct();
  const change = useChange();
  const [text, setText] = useState('24');
  const [resample, setResample] = useState(false);
  const gsi = parseNumber(text, MAX_GSI);
  const bound =
    gsi !== null &&
    Array.from({ length: 64 }, (_, i) => i).some(
      (i) => readWord(view, 'irqfd', i, 'used') === 1 && readWord(view, 'irqfd', i, 'gsi') === gsi,
    );
  return (
    <Group title={t('ctl.irqfd')}>
      <form onSubmit={act(() => (gsi !== null && bound ? { op: 'irqfd_signal', gsi } : null))}>
        <NumberField label="GSI" text={text} max={MAX_GSI} onText={setText} t={t} />
        {!bound && (
          <label className="ctl-check">
            <input type="checkbox" checked={resample} onChange={(e) => setResample(e.target.checked)} />
            {t('ctl.resample')}
          </label>
        )}
        <div className="ctl-row">
          {!bound && (
            <button
              type="button"
              className="btn"
              disabled={gsi === null}
              onClick={() => change({ op: 'irqfd', gsi, resample: resample ? 1 : 0 })}
            >
              {t('ctl.bind')}
            </button>
          )}
          <button type="submit" className="btn btn-main" disabled={!bound}>
            {t('ctl.signal')}
          </button>
        </div>
        {gsi !== null && !bound && <p className="ctl-dim">{t('ctl.notBound', { gsi })}</p>}
      </form>
    </Group>
  );
}
