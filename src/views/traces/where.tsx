/** Where interrupts are at a line: what waits, what is in service, which pins wait for an EOI. */
import type { ReactNode } from 'react';
import type { Translate } from '../shared/use-t.ts';
import { type Filter, hex, matches } from './model.ts';

interface ApicState {
  readonly vcpu: number;
  readonly irr: readonly number[];
  readonly isr: readonly number[];
  readonly unknown: readonly string[];
}

interface Held {
  readonly key: string;
  readonly say: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly about: { readonly gsi?: number; readonly vector?: number; readonly vcpu?: number };
}

function heldIn(state: Readonly<Record<string, unknown>>): Held[] {
  const held: Held[] = [];
  const lapics = (state.lapic ?? []) as readonly ApicState[];
  for (const { vcpu, irr, isr, unknown } of lapics) {
    const hidden = unknown.includes('irr');
    for (const vector of isr) {
      const params = { vector: hex(vector), vcpu };
      held.push({ key: `isr${vcpu}:${vector}`, say: 'trace.where.isr', params, about: { vector, vcpu } });
    }
    for (const vector of irr) {
      const params = { vector: hex(vector), vcpu };
      held.push({
        key: `irr${vcpu}:${vector}`,
        say: hidden ? 'trace.where.posted' : 'trace.where.irr',
        params,
        about: { vector, vcpu },
      });
    }
  }
  ((state.ioapic ?? []) as readonly string[]).forEach((text, pin) => {
    const rte = BigInt(text);
    if ((rte & 0x4000n) === 0n) return;
    const vector = Number(rte & 0xffn);
    const gsi = pin === 2 ? 0 : pin;
    held.push({
      key: `pin${pin}`,
      say: 'trace.where.remoteIrr',
      params: { pin, vector: hex(vector) },
      about: { gsi, vector },
    });
  });
  ((state.pic ?? []) as readonly Readonly<Record<string, string>>[]).forEach((pic, chip) => {
    const waits = Number(pic.irr) & ~Number(pic.imr) & 255;
    for (let bit = 0; bit < 8; bit++) {
      const pin = chip * 8 + bit;
      const about = { gsi: pin };
      if ((waits >> bit) & 1) held.push({ key: `pic${pin}`, say: 'trace.where.pic', params: { pin }, about });
      if ((Number(pic.isr) >> bit) & 1)
        held.push({ key: `picIsr${pin}`, say: 'trace.where.picIsr', params: { pin }, about });
    }
  });
  return held;
}

export function Where({
  state,
  filter,
  t,
}: {
  readonly state: Readonly<Record<string, unknown>>;
  readonly filter: Filter;
  readonly t: Translate;
}): ReactNode {
  const held = heldIn(state).filter((one) => matches(filter, one.about));
  const hidden = ((state.lapic ?? []) as readonly ApicState[]).filter((one) => one.unknown.includes('irr'));
  return (
    <div className="tr-where">
      <h3>{t('trace.where.title')}</h3>
      {held.length === 0 && <p>{t('trace.where.none')}</p>}
      <ul>
        {held.slice(0, 24).map((one) => (
          <li key={one.key}>{t(one.say as 'trace.where.isr', one.params)}</li>
        ))}
      </ul>
      {hidden.length > 0 && <p className="tr-hatched">{t('trace.where.hidden')}</p>}
    </div>
  );
}
