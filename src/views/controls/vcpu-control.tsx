/** One vCPU: its flags and TPR, halt and wake, and where there is a model of the host, its physical CPU and what meets it. */
import { useState } from 'react';
import { parseNumber } from '../../base/numbers.ts';
import { hasHost, inX2apic, type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { haltWrite, inApicPage, writeApic } from '../../explain/guest-ops.ts';
import { pcpusOf } from '../../explain/host-config.ts';
import type { JsonOp } from '../../log/log.ts';
import { NumberField, SelectField } from '../kit/fields.tsx';
import { useChange } from '../shared/use-change.ts';
import { type ControlProps, Group, useAct, vcpuOptions } from './group.tsx';

export function VcpuControl({ view, t }: ControlProps) {
  const act = useAct();
  const change = useChange();
  const [picked, setPicked] = useState(0);
  const [tpr, setTpr] = useState('0x40');
  const vcpu = Math.min(picked, view.wordMap.vcpus - 1);
  const value = parseNumber(tpr, 0xff);
  const on = readWord(view, 'vcpu', vcpu, 'rflagsIf') === 1;
  const host = hasHost(view.config);
  return (
    <Group title="vCPU" open={host}>
      <form onSubmit={act(() => (value === null ? null : writeApic(view, vcpu, 0x80, value)))}>
        <div className="ctl-grid">
          <SelectField label="vCPU" value={vcpu} options={vcpuOptions(view)} onValue={setPicked} />
          <NumberField label="TPR" text={tpr} max={0xff} onText={setTpr} t={t} />
        </div>
        <div className="ctl-row">
          <button type="submit" className="btn" disabled={value === null}>
            {t('ctl.setTpr')}
          </button>
          <button type="button" className="btn" onClick={() => change({ op: 'guest', vcpu, rflagsIf: on ? 0 : 1 })}>
            {t(on ? 'ctl.cli' : 'ctl.sti')}
          </button>
          <HaltButton view={view} vcpu={vcpu} t={t} />
          <button type="button" className="btn" onClick={() => change({ op: 'nmi', vcpu })}>
            NMI
          </button>
        </div>
      </form>
      {host && <OnHost view={view} vcpu={vcpu} t={t} />}
    </Group>
  );
}

interface VcpuProps extends ControlProps {
  readonly vcpu: number;
}

function HaltButton({ view, vcpu, t }: VcpuProps) {
  const change = useChange();
  const halted = readWord(view, 'vcpu', vcpu, 'halted') === 1;
  const canHalt = !hasHost(view.config) || readWord(view, 'vcpu', vcpu, 'loaded') === 1;
  const wake = halted ? haltWrite(view, vcpu, 0) : null;
  return wake === null ? (
    <button
      type="button"
      className="btn"
      disabled={halted || !canHalt}
      onClick={() => change({ op: 'guest', vcpu, halt: 1 })}
    >
      {t('ctl.halt')}
    </button>
  ) : (
    <button type="button" className="btn" onClick={() => change(wake)}>
      {t('ctl.wake')}
    </button>
  );
}

const RACES = ['kick', 'nmi', 'fault'] as const;

/** Instructions for the guest: most need KVM whatever the processor virtualizes, a TPR write only without APICv. */
const accessesOf = (view: MachineView, vcpu: number): readonly (readonly [string, JsonOp])[] => [
  ['OUT 0x80', { op: 'pio_write', vcpu, port: '0x80', value: 0 }],
  inX2apic(view, vcpu)
    ? ['RDMSR 0x839', { op: 'rdmsr', vcpu, msr: '0x839' }]
    : ['MOV TMCCT', { op: 'mmio_read', vcpu, addr: inApicPage(view, vcpu, 0x390), size: 4 }],
  ['RDMSR 0x1b', { op: 'rdmsr', vcpu, msr: '0x1b' }],
  ['MOV TPR', writeApic(view, vcpu, 0x80, readWord(view, 'lapic', vcpu, 'tpr'))],
];

function OnHost({ view, vcpu, t }: VcpuProps) {
  const act = useAct();
  const change = useChange();
  const [picked, setPcpu] = useState(0);
  const [race, setRace] = useState(0);
  const [access, setAccess] = useState(0);
  const word = (name: string): number => readWord(view, 'vcpu', vcpu, name);
  const pcpus = pcpusOf(view.config);
  const pcpu = Math.min(picked, pcpus - 1);
  const loaded = word('loaded') === 1;
  const here = word('pcpu');
  const accesses = accessesOf(view, vcpu);
  const where = loaded ? 'ctl.runsOn' : word('blocking') === 1 ? 'ctl.sleeps' : 'ctl.waits';
  return (
    <>
      <form onSubmit={act(() => (loaded && here === pcpu ? null : { op: 'schedule', vcpu, pcpu }))}>
        <p className="ctl-dim">{t(where, { vcpu, pcpu: here })}</p>
        <div className="ctl-line">
          <SelectField
            label={t('ctl.pcpu')}
            value={pcpu}
            options={Array.from({ length: pcpus }, (_, n) => [n, `pCPU ${n}`] as const)}
            onValue={setPcpu}
          />
          <button type="submit" className="btn" disabled={loaded && here === pcpu}>
            {t('ctl.putOn')}
          </button>
          <button
            type="button"
            className="btn"
            disabled={!loaded}
            onClick={() => change({ op: 'schedule', vcpu, pcpu: null })}
          >
            {t('ctl.preempt')}
          </button>
        </div>
        {pcpus >= view.wordMap.vcpus && <p className="ctl-dim">{t('ctl.freeNote')}</p>}
      </form>
      <form onSubmit={act(() => ({ op: 'race', vcpu, with: RACES[race] as (typeof RACES)[number] }))}>
        <div className="ctl-line">
          <SelectField
            label={t('ctl.race')}
            value={race}
            options={RACES.map((name, n) => [n, t(`ctl.race.${name}`)] as const)}
            onValue={setRace}
          />
          <button type="submit" className="btn">
            {t('ctl.arm')}
          </button>
        </div>
      </form>
      <form onSubmit={act(() => accesses[access]?.[1] ?? null)}>
        <div className="ctl-line">
          <SelectField
            label={t('ctl.access')}
            value={access}
            options={accesses.map(([name], n) => [n, name] as const)}
            onValue={setAccess}
          />
          <button type="submit" className="btn">
            {t('ctl.execute')}
          </button>
        </div>
      </form>
    </>
  );
}
