/** APICv: what inhibits it, a vector posted by hand, a device's message through VT-d. */
import { useState } from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { INHIBIT_NAMES, inhibitNames } from '../../spec/name-lists.ts';
import { NumberField, SelectField } from '../kit/fields.tsx';
import { type ControlProps, Group, useAct, vcpuOptions } from './group.tsx';

/** VMX_REQUIRED_APICV_INHIBITS ends here: what comes after it does not turn APICv off on VMX. */
const VMX_REASONS = INHIBIT_NAMES.slice(0, 7);
/** HYPERV: what a guest may really do while it runs. */
const USUAL_REASON = 1;

export function ApicvControl({ view, t }: ControlProps) {
  const act = useAct();
  const [reason, setReason] = useState(USUAL_REASON);
  if (view.config.apicv !== true) return null;
  const inhibits = readWord(view, 'vm', 0, 'apicvInhibits');
  const set = ((inhibits >>> reason) & 1) === 1;
  return (
    <Group title="APICv" open>
      <form onSubmit={act(() => ({ op: 'apicv_inhibit', reason, set: set ? 0 : 1 }))}>
        <div className="ctl-line">
          <SelectField
            label={t('ctl.reason')}
            value={reason}
            options={VMX_REASONS.map((name, n) => [n, name] as const)}
            onValue={setReason}
          />
          <button type="submit" className="btn btn-main">
            {t(set ? 'ctl.allow' : 'ctl.inhibit')}
          </button>
        </div>
        <p className="ctl-dim">
          {inhibits === 0 ? t('ctl.noInhibits') : t('ctl.inhibits', { list: inhibitNames(inhibits) })}
        </p>
      </form>
    </Group>
  );
}

/** A vector the guest has a handler for. */
const someVector = (view: MachineView): string => hex(view.config.guest?.handlers[0]?.vector ?? 0x41);
const lastVcpu = (view: MachineView): number => view.wordMap.vcpus - 1;

/** What kvm_x86_ops.deliver_interrupt does with it. */
export function PostControl({ view, t }: ControlProps) {
  const act = useAct();
  const [picked, setPicked] = useState(1);
  const [text, setText] = useState(() => someVector(view));
  if (view.config.apicv !== true && view.config.avic !== true) return null;
  const vcpu = Math.min(picked, lastVcpu(view));
  const vector = parseNumber(text, 0xff);
  return (
    <Group title={t('ctl.postGroup')}>
      <form onSubmit={act(() => (vector === null ? null : { op: 'post', vcpu, vector }))}>
        <div className="ctl-grid">
          <SelectField label="vCPU" value={vcpu} options={vcpuOptions(view)} onValue={setPicked} />
          <NumberField label={t('ctl.vector')} text={text} max={0xff} onText={setText} t={t} />
        </div>
        <button type="submit" className="btn btn-main" disabled={vector === null}>
          {t('ctl.post')}
        </button>
      </form>
    </Group>
  );
}

/** An interrupt remapping table entry, given with its message. */
export function VtdControl({ view, t }: ControlProps) {
  const act = useAct();
  const [picked, setPicked] = useState(1);
  const [text, setText] = useState(() => someVector(view));
  const [posted, setPosted] = useState(true);
  const [urgent, setUrgent] = useState(false);
  if (view.config.apicv !== true) return null;
  const vcpu = Math.min(picked, lastVcpu(view));
  const vector = parseNumber(text, 0xff);
  const send = act(() =>
    vector === null ? null : { op: 'vtd_msi', irte: { posted, pda_vcpu: vcpu, vector, urgent: posted && urgent } },
  );
  return (
    <Group title={t('ctl.vtd')}>
      <form onSubmit={send}>
        <div className="ctl-grid">
          <SelectField label="vCPU" value={vcpu} options={vcpuOptions(view)} onValue={setPicked} />
          <NumberField label={t('ctl.vector')} text={text} max={0xff} onText={setText} t={t} />
        </div>
        <label className="ctl-check">
          <input type="checkbox" checked={posted} onChange={(e) => setPosted(e.target.checked)} />
          {t('ctl.posted')}
        </label>
        <label className="ctl-check">
          <input
            type="checkbox"
            checked={posted && urgent}
            disabled={!posted}
            onChange={(e) => setUrgent(e.target.checked)}
          />
          {t('ctl.urgent')}
        </label>
        <div className="ctl-row">
          <button type="submit" className="btn btn-main" disabled={vector === null}>
            {t('ctl.send')}
          </button>
        </div>
      </form>
    </Group>
  );
}
