/** What the machine is: changing it makes a new one and does the same ops again. */
import { useState } from 'react';
import { parseNumber } from '../../base/numbers.ts';
import { inX2apic } from '../../engine/view/machine-view.ts';
import { VIRT, VIRT_FIELDS, virtOf } from '../../explain/host-config.ts';
import type { JsonOp } from '../../log/log.ts';
import { MAX_PCPUS, MAX_VCPUS } from '../../spec/limits.ts';
import { useApp } from '../../store/use-app.ts';
import { NumberField, SelectField } from '../kit/fields.tsx';
import { useChange } from '../shared/use-change.ts';
import { type ControlProps, Group, useAct } from './group.tsx';

const CHIPS = ['full', 'split', 'none'] as const;
const ROUTINGS = ['kernel', 'qemu'] as const;

export function MachineControl({ view, t }: ControlProps) {
  const { vcpus, irqchip, routing, vectorHashing, pcpus } = view.config;
  const virt = virtOf(view.config);
  return (
    <Group title={t('ctl.machine')}>
      <MachineForm key={`${vcpus} ${irqchip} ${routing} ${vectorHashing} ${pcpus} ${virt}`} view={view} t={t} />
    </Group>
  );
}

/** A form of its own, so that another machine starts it afresh. */
function MachineForm({ view, t }: ControlProps) {
  const act = useAct();
  const { actions } = useApp();
  const change = useChange();
  const { config } = view;
  const [typed, setTyped] = useState<string | null>(null);
  const [chip, setChip] = useState(CHIPS.indexOf(config.irqchip));
  const [routing, setRouting] = useState(ROUTINGS.indexOf(config.routing ?? 'kernel'));
  const [virt, setVirt] = useState(VIRT.indexOf(virtOf(config)));
  const [typedPcpus, setTypedPcpus] = useState<string | null>(null);
  const [hashing, setHashing] = useState(config.vectorHashing !== false);
  const text = typed ?? String(config.vcpus);
  const vcpus = parseNumber(text, MAX_VCPUS);
  const kind = VIRT[virt] ?? 'plain';
  const onHost = kind !== 'plain' && kind !== 'avic';
  // As many physical CPUs as vCPUs, unless somebody says otherwise.
  const pcpuText = typedPcpus ?? String(Math.min(MAX_PCPUS, config.pcpus ?? vcpus ?? config.vcpus));
  const pcpus = parseNumber(pcpuText, MAX_PCPUS);
  const wrong = vcpus === null || vcpus === 0 || (onHost && (pcpus === null || pcpus === 0));
  const allX2 = Array.from({ length: view.wordMap.vcpus }, (_, v) => inX2apic(view, v)).every(Boolean);
  const rebuild = (): null => {
    if (!wrong) {
      setTyped(null);
      // APIC ids were chosen for another number of vCPUs.
      const fresh: JsonOp = vcpus === config.vcpus ? {} : { ids: undefined };
      const ownPcpus = onHost && pcpus !== Math.min(MAX_PCPUS, vcpus) ? (pcpus ?? undefined) : undefined;
      void actions.reconfigure({
        ...fresh,
        vcpus,
        irqchip: CHIPS[chip],
        routing: ROUTINGS[routing],
        vectorHashing: hashing,
        ...VIRT_FIELDS[kind],
        pcpus: ownPcpus,
      });
    }
    return null;
  };
  const toX2apic = (): void => {
    const ops = Array.from({ length: view.wordMap.vcpus }, (_, vcpu): JsonOp => {
      return { op: 'wrmsr', vcpu, msr: '0x1b', value: vcpu === 0 ? '0xfee00d00' : '0xfee00c00' };
    });
    change(ops);
  };
  return (
    <form onSubmit={act(rebuild)}>
      <div className="ctl-grid">
        <NumberField label={t('ctl.vcpus')} text={text} max={MAX_VCPUS} onText={setTyped} t={t} />
        <SelectField
          label="irqchip"
          value={chip}
          options={[
            [0, t('ctl.full')],
            [1, t('ctl.split')],
            [2, t('ctl.none')],
          ]}
          onValue={setChip}
        />
        <SelectField
          label={t('ctl.routing')}
          value={routing}
          options={[
            [0, t('ctl.routing.kernel')],
            [1, t('ctl.routing.qemu')],
          ]}
          onValue={setRouting}
        />
        <SelectField
          label={t('ctl.virt')}
          value={virt}
          options={VIRT.map((name, n) => [n, t(`ctl.virt.${name}`)] as const)}
          onValue={setVirt}
        />
        {onHost && <NumberField label={t('ctl.pcpus')} text={pcpuText} max={MAX_PCPUS} onText={setTypedPcpus} t={t} />}
      </div>
      <label className="ctl-check">
        <input type="checkbox" checked={hashing} onChange={(e) => setHashing(e.target.checked)} />
        {t('ctl.hashing')}
      </label>
      {onHost && pcpus === 0 && <p className="problem">{t('ctl.noPcpu')}</p>}
      {vcpus === 0 && <p className="problem">{t('ctl.noVcpu')}</p>}
      <div className="ctl-row">
        <button type="submit" className="btn btn-main" disabled={wrong}>
          {t('ctl.rebuild')}
        </button>
        <button type="button" className="btn" disabled={allX2} onClick={toX2apic}>
          {t('ctl.toX2apic')}
        </button>
      </div>
      <p className="ctl-dim">{t('ctl.rebuildNote')}</p>
    </form>
  );
}
