/** Messages: an MSI with its fields decoded as it is typed, an IPI, and the entry that turns a pin into a message. */
import { useState } from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import { highOf, lowOf } from '../../base/u64.ts';
import { inX2apic, readWord } from '../../engine/view/machine-view.ts';
import { guestWrite, writeIcr } from '../../explain/guest-ops.ts';
import type { JsonOp } from '../../log/log.ts';
import { type BitLayout, encode, fieldRows } from '../../spec/define/registers.ts';
import { DELIVERY_MODE } from '../../spec/delivery-mode.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { DEST_MODE, ICR, ICR_X2, SHORTHAND, TRIG_MODE } from '../../spec/registers/lapic.ts';
import { MSI_ADDR, MSI_DATA } from '../../spec/registers/routing.ts';
import { NumberField, SelectField } from '../kit/fields.tsx';
import '../shared/event-words.ts';
import type { Translate } from '../shared/use-t.ts';
import { type ControlProps, Group, useAct, vcpuOptions } from './group.tsx';

const U32 = 0xffff_ffff;
const indexed = (names: readonly string[]): (readonly [number, string])[] => names.map((name, n) => [n, name]);
/** Those that are words; modes of delivery and shorthands are names. */
const worded = (names: typeof DEST_MODE | typeof TRIG_MODE, t: Translate): (readonly [number, string])[] =>
  names.map((name, n) => [n, t(`word.${name}`)]);

/** Fields that say something only when they are not as always. */
const USUAL: Readonly<Record<string, number | null>> = {
  fee: 0xfee,
  zero: 0,
  format: 0,
  destIdExt: 0,
  destIdHigh: 0,
  destModeCopy: null,
  level: null,
};

/** The fields of what is being typed, in one line each, low bits first. */
function Decoded({ layout, words }: { layout: BitLayout; words: readonly number[] }) {
  const rows = fieldRows(layout, words).filter(({ name, access, raw }) => {
    const usual = USUAL[name];
    return access === 'rw' && usual !== null && usual !== raw;
  });
  return (
    <dl className="ctl-decoded">
      {rows.reverse().map((row) => (
        <div key={row.name}>
          <dt>{row.name}</dt>
          <dd>{row.text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** KVM_SIGNAL_MSI: address and data. */
export function MsiControl({ t }: ControlProps) {
  const act = useAct();
  const [addrText, setAddr] = useState('0xfee00000');
  const [dataText, setData] = useState('0x41');
  const addr = parseNumber(addrText, Number.MAX_SAFE_INTEGER);
  const data = parseNumber(dataText, U32);
  const words = addr === null ? [0, 0] : [lowOf(addr), highOf(addr)];
  return (
    <Group title={t('ctl.msi')}>
      <form
        onSubmit={act(() =>
          addr === null || data === null ? null : { op: 'msi', addr: `0x${addr.toString(16)}`, data },
        )}
      >
        <div className="ctl-grid">
          <NumberField label={t('ctl.addr')} text={addrText} max={Number.MAX_SAFE_INTEGER} onText={setAddr} t={t} />
          <NumberField label={t('ctl.data')} text={dataText} max={U32} onText={setData} t={t} />
        </div>
        <div className="ctl-two">
          <Decoded layout={MSI_ADDR} words={words} />
          <Decoded layout={MSI_DATA} words={[data ?? 0]} />
        </div>
        <button type="submit" className="btn btn-main" disabled={addr === null || data === null}>
          {t('ctl.send')}
        </button>
      </form>
    </Group>
  );
}

/** A write of ICR. */
export function IpiControl({ view, t }: ControlProps) {
  const act = useAct();
  const [from, setFrom] = useState(0);
  const [mode, setMode] = useState(0);
  const [vectorText, setVector] = useState('0xfd');
  const [shorthand, setShorthand] = useState(view.wordMap.vcpus > 1 ? 0 : 1);
  const [destMode, setDestMode] = useState(0);
  const [destText, setDest] = useState(view.wordMap.vcpus > 1 ? '1' : '0');
  const vcpu = Math.min(from, view.wordMap.vcpus - 1);
  const x2apic = inX2apic(view, vcpu);
  const vector = parseNumber(vectorText, 0xff);
  const dest = parseNumber(destText, x2apic ? U32 : 0xff);
  const ops = (): JsonOp[] | null => {
    if (vector === null || dest === null) return null;
    const fields = {
      vector,
      dest,
      deliveryMode: DELIVERY_MODE[mode],
      destMode: DEST_MODE[destMode],
      shorthand: SHORTHAND[shorthand],
      level: 'assert',
    } as const;
    const [lo = 0, hi = 0] = x2apic ? encode(ICR_X2, fields) : encode(ICR, fields);
    return writeIcr(view, vcpu, lo, hi);
  };
  return (
    <Group title={t('ctl.ipi')}>
      <form onSubmit={act(ops)}>
        <div className="ctl-grid">
          <SelectField label={t('ctl.from')} value={vcpu} options={vcpuOptions(view)} onValue={setFrom} />
          <NumberField label={t('ctl.vector')} text={vectorText} max={0xff} onText={setVector} t={t} />
          <SelectField label={t('ctl.mode')} value={mode} options={indexed(DELIVERY_MODE)} onValue={setMode} />
          <SelectField
            label={t('ctl.shorthand')}
            value={shorthand}
            options={indexed(SHORTHAND)}
            onValue={setShorthand}
          />
          {shorthand === 0 && (
            <>
              <SelectField
                label={t('ctl.destMode')}
                value={destMode}
                options={worded(DEST_MODE, t)}
                onValue={setDestMode}
              />
              <NumberField label={t('ctl.dest')} text={destText} max={x2apic ? U32 : 0xff} onText={setDest} t={t} />
            </>
          )}
        </div>
        <button type="submit" className="btn btn-main" disabled={ops() === null}>
          {t('ctl.send')}
        </button>
      </form>
    </Group>
  );
}

const MASK = ['0', '1'];

interface RteForm {
  readonly vector: string;
  readonly dest: string;
  readonly mode: number;
  readonly trig: number;
  readonly destMode: number;
  readonly mask: number;
}

/** One pin's redirection entry, as it stands until something is typed. */
export function RteControl({ view, t }: ControlProps) {
  const act = useAct();
  const [pin, setPin] = useState(view.config.devices?.find((d) => d.gsi < 24)?.gsi ?? 4);
  const [typed, setTyped] = useState<Partial<RteForm>>({});
  const lo = readWord(view, 'ioapic', 0, 'redirLo', pin);
  const hi = readWord(view, 'ioapic', 0, 'redirHi', pin);
  const form: RteForm = {
    vector: hex(lo & 0xff),
    dest: String(hi >>> 24),
    mode: (lo >> 8) & 7,
    trig: (lo >> 15) & 1,
    destMode: (lo >> 11) & 1,
    mask: (lo >> 16) & 1,
    ...typed,
  };
  const type = (change: Partial<RteForm>): void => setTyped({ ...typed, ...change });
  const vector = parseNumber(form.vector, 0xff);
  const dest = parseNumber(form.dest, 0xff);
  const ops = (): JsonOp[] | null => {
    if (vector === null || dest === null) return null;
    const [newLo = 0, newHi = 0] = encode(RTE, {
      vector,
      dest,
      deliveryMode: DELIVERY_MODE[form.mode],
      destMode: DEST_MODE[form.destMode],
      trigMode: TRIG_MODE[form.trig],
      mask: form.mask === 1,
      // Read-only fields as they are, so that only what was typed is written.
      remoteIrr: ((lo >> 14) & 1) === 1,
    });
    const list = guestWrite(view, { kind: 'ioapic', index: 0, register: 'redirLo', sub: pin }, [newLo, newHi]);
    return list === null || list.length === 0 ? null : list;
  };
  const pins = Array.from({ length: 24 }, (_, n): readonly [number, string] => [n, String(n)]);
  return (
    <Group title={t('ctl.rte')}>
      <form
        onSubmit={(event) => {
          act(ops)(event);
          if (ops() !== null) setTyped({});
        }}
      >
        <div className="ctl-grid">
          <SelectField
            label={t('ctl.pin')}
            value={pin}
            options={pins}
            onValue={(n) => {
              setPin(n);
              setTyped({});
            }}
          />
          <NumberField
            label={t('ctl.vector')}
            text={form.vector}
            max={0xff}
            onText={(v) => type({ vector: v })}
            t={t}
          />
          <SelectField
            label={t('ctl.mode')}
            value={form.mode}
            options={indexed(DELIVERY_MODE)}
            onValue={(n) => type({ mode: n })}
          />
          <SelectField
            label={t('ctl.trigger')}
            value={form.trig}
            options={worded(TRIG_MODE, t)}
            onValue={(n) => type({ trig: n })}
          />
          <SelectField
            label={t('ctl.destMode')}
            value={form.destMode}
            options={worded(DEST_MODE, t)}
            onValue={(n) => type({ destMode: n })}
          />
          <NumberField label={t('ctl.dest')} text={form.dest} max={0xff} onText={(v) => type({ dest: v })} t={t} />
          <SelectField
            label={t('ctl.mask')}
            value={form.mask}
            options={indexed(MASK)}
            onValue={(n) => type({ mask: n })}
          />
        </div>
        <button type="submit" className="btn btn-main" disabled={ops() === null}>
          {t('ctl.writeRte')}
        </button>
      </form>
    </Group>
  );
}
