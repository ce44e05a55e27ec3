/** An event needs no row here: it happens at whoever acts, under the name its interrupt has there. */
import { expect, test } from 'vitest';
import type { EventRow } from '../../spec/define/event.ts';
import './all.ts';
import { locatorOf } from './index.ts';
import type { Happening } from './locator.ts';
import { ownPlace } from './makers.ts';

const row = (by: EventRow['by'], args: EventRow['args'], token: EventRow['token']): EventRow => ({
  code: 9999,
  by,
  fn: null,
  cite: null,
  args,
  ...(token && { token }),
  since: 2,
});
const at = (event: EventRow, happening: Happening) => {
  const own = ownPlace(event) as unknown as { place(h: Happening): unknown; label(h: Happening): string; dock: string };
  return [own.place(happening), own.label(happening), own.dock];
};

test('at its actor, named by the first argument that says which interrupt', () => {
  const h = (args: Happening['args']): Happening => ({ index: 1, kind: 0, args });
  expect(at(row('ioapic', { level: 'level', pin: 'pin' }, 'moves'), h({ level: 1, pin: 4 }))).toEqual([
    { at: 'ioapicPin', pin: 4 },
    'pin 4',
    'out',
  ]);
  expect(at(row('lapic', { vector: 'vector' }, 'still'), h({ vector: 0x41 }))).toEqual([
    { at: 'lapic', vcpu: 1 },
    '0x41',
    'in',
  ]);
  expect(at(row('vcpu', { count: 'dec' }, 'side'), h({ count: 2 }))).toEqual([
    { at: 'vcpu', vcpu: 1, part: 'state' },
    '',
    'in',
  ]);
  expect(at(row('vm', { gsi: 'gsi' }, 'moves'), h({ gsi: 9 }))).toEqual([{ at: 'route', gsi: 9 }, 'GSI 9', 'out']);
});

test('an event that does nothing to a token has no place', () => {
  expect(ownPlace(row('vm', { gsi: 'gsi' }, undefined))).toBeNull();
});

test('events without a row are on the stage', () => {
  expect(locatorOf('kvm_pic_set_irq')?.place({ index: 1, kind: 0, args: { pin: 11, level: 1, result: 1 } })).toEqual({
    at: 'picPin',
    pin: 11,
  });
  expect(locatorOf('apic_write_virtualized')?.label({ index: 0, kind: 0, args: { register: 0x80 } })).toBe('0x80');
});
