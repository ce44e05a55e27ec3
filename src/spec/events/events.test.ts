import { describe, expect, test } from 'vitest';
import { COMPONENTS } from '../../engine/view/tables.ts';
import { type ArgKind, defineEvents, type EventRow, readArgs, STEP_SET } from '../define/event.ts';
import { ALL_EVENTS, LATE_EVENTS } from './all.ts';
import { addEvents, argsOf, EVENT_NAMES, type EventName, eventRow, FIRST_EVENTS, STEP_NAMES } from './index.ts';
import { LATE_PARTS, latePartOf } from './late.ts';
import { argsText } from './text.ts';

const rows = Object.entries(ALL_EVENTS) as [EventName, EventRow][];

describe('rows', () => {
  test('no code is used twice, and a name is found by its code', () => {
    expect(new Set(rows.map(([, row]) => row.code)).size).toBe(rows.length);
    for (const [name, row] of rows) expect(EVENT_NAMES[row.code], name).toBe(name);
    expect(() => addEvents({ other: { ...eventRow('irr_set') } })).toThrow('event code 98: other and irr_set');
  });
  test('who acts is a component of the engine', () => {
    for (const [name, { by }] of rows) expect(COMPONENTS, name).toContain(by);
  });
  test('what is minor is no step; every other event says since which step set it is one', () => {
    for (const [name, row] of rows) {
      expect(STEP_NAMES[row.code] === undefined, name).toBe(row.minor === true);
      if (row.minor !== true) expect(row.since <= STEP_SET, name).toBe(true);
    }
  });
  test('arguments that do not fit the columns of a row are refused', () => {
    const args: Record<string, ArgKind> = { a: 'ns64', b: 'ns64', c: 'hex' };
    const row = { code: 999, by: 'vm', fn: null, cite: null, args, token: null, since: 1 } as const;
    expect(() => defineEvents({ wide: row })).toThrow('event wide: its arguments take 5 columns');
  });
  test('the codes of a late part are those its rows have', () => {
    for (const part of LATE_PARTS) {
      for (const [name, { code }] of Object.entries<EventRow>(LATE_EVENTS[part]))
        expect(latePartOf(code), name).toBe(part);
    }
    for (const [name, { code }] of Object.entries<EventRow>(FIRST_EVENTS))
      expect(latePartOf(code), name).toBeUndefined();
  });
});

describe('arguments', () => {
  test('are read by name; 64 bits out of two columns', () => {
    expect(argsOf('irr_set', [0x34, 1, 0, 0])).toEqual({ vector: 0x34, already: 1 });
    expect(argsOf('timer_start', [-1, 1, 2, 0])).toEqual({ due: 2 ** 33 - 1, mode: 2 });
    expect(readArgs(eventRow('time'), new Int32Array([9, 5, 0]), 1)).toEqual({ now: 5 });
  });
  test('are printed by kind', () => {
    expect(argsText('kvm_apic_write', [0x80, 0x40, 0, 0])).toBe('register=TASKPRI value=0x40 valueHi=0x0 x2apic=0');
    expect(argsText('kvm_exit', [44, 0, 0, 0])).toMatch(/^reason=APIC_ACCESS /);
    expect(argsText('inject_held', [2, -1, 0x30, 0])).toBe('reason=ppr vector=-1 ppr=0x30');
    expect(argsText('kvm_irq_delivery_to_apic', [3, 0x41, 0x1c, 0])).toBe(
      'dest=3 vector=0x41 mode=NMI+logical+self path=0',
    );
    expect(argsText('request_served', [23, 0, 0, 0])).toBe('request=LOAD_EOI_EXITMAP');
  });
});
