import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import { eventSourcesApart } from '../../cli/page-build.ts';
import { COMPONENTS } from '../../engine/view/tables.ts';
import { cellOf } from '../../log/rows.ts';
import { FIRST_PRESET } from '../../scenes/index.ts';
import { type ArgKind, type EventRow, readArgs, STEP_SET, widthOf } from '../define/event.ts';
import { PARTS } from '../parts.ts';
import { ALL_EVENTS, LATE_EVENTS } from './all.ts';
import { addEvents, argsOf, EVENT_NAMES, type EventName, eventRow, FIRST_EVENTS, STEP_NAMES } from './index.ts';
import { LATE_PARTS, latePartOf } from './late.ts';
import { argsText } from './text.ts';

const rows = Object.entries(ALL_EVENTS) as [EventName, EventRow][];

/** Codes that were steps when the first links were made, as ranges. Frozen: a step that is new says `since: 2`. */
const FIRST_SET = [
  [2, 12],
  [20, 22],
  [24, 26],
  [40, 40],
  [42, 51],
  [60, 61],
  [63, 69],
  [71, 77],
  [90, 98],
  [100, 103],
  [105, 109],
  [112, 112],
  [120, 120],
  [122, 124],
  [130, 135],
  [150, 161],
  [170, 180],
  [200, 208],
  [210, 210],
  [213, 216],
  [218, 227],
  [240, 241],
  [243, 244],
  [248, 249],
  [251, 261],
  [263, 263],
  [265, 267],
  [270, 271],
  [280, 286],
  [300, 308],
  [320, 324],
] as const;
const isOfFirstSet = (code: number): boolean => FIRST_SET.some(([from, to]) => code >= from && code <= to);

/** The part in whose file an event of FIRST_EVENTS is. */
const partOf = (name: string): string =>
  PARTS.find((part) => {
    const file = join(import.meta.dirname, `${part}.ts`);
    return existsSync(file) && readFileSync(file, 'utf8').includes(`\n  ${name}: {\n`);
  }) ?? '';

describe('rows', () => {
  test('no code is used twice, and a name is found by its code', () => {
    expect(new Set(rows.map(([, row]) => row.code)).size).toBe(rows.length);
    for (const [name, row] of rows) expect(EVENT_NAMES[row.code], name).toBe(name);
    expect(() => addEvents({ other: { ...ALL_EVENTS.irr_set } })).toThrow('event code 98: other and irr_set');
  });
  test('who acts is a component of the engine', () => {
    for (const [name, { by }] of rows) expect(COMPONENTS, name).toContain(by);
  });
  test('what is minor is no step; every other event says since which step set it is one', () => {
    for (const [name, row] of rows) {
      expect(STEP_NAMES[row.code] === undefined, name).toBe(row.minor === true);
      if (row.minor !== true) expect(row.since ?? 1, name).toBe(isOfFirstSet(row.code) ? 1 : STEP_SET);
    }
  });
  test('the arguments of every row fit its four columns', () => {
    for (const [name, row] of rows) expect(widthOf(row), name).toBeLessThanOrEqual(4);
    const args: Record<string, ArgKind> = { a: 'ns64', b: 'ns64', c: 'hex' };
    expect(widthOf({ code: 999, by: 'vm', args })).toBe(5);
  });
  test('a page that is built has the columns of sources.ts apart, and loses none', async () => {
    const { load } = eventSourcesApart() as { load(id: string): string | undefined };
    const text = load(join(import.meta.dirname, 'sources.ts')) ?? '';
    const apart = JSON.parse(/const FIRST = (.*);/.exec(text)?.[1] ?? '{}') as Record<string, Partial<EventRow>>;
    for (const [name, row] of Object.entries(FIRST_EVENTS)) {
      const left = load(join(import.meta.dirname, `${partOf(name)}.ts`)) ?? '';
      expect(left, name).toContain(`\n  ${name}: {\n    code: ${row.code},\n`);
      expect(left).not.toMatch(/\b(fn|cite|trace|amd|fnBy):/);
      const { code, by, args, token, minor, since, ...columns } = row as EventRow;
      expect(apart[name], name).toEqual(columns);
    }
    expect(load(join(import.meta.dirname, 'apicv.ts'))).toBeUndefined();
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

test('the first load has the events of the parts that the first scene has, and of no other', () => {
  const scene = JSON.parse(readFileSync(join(import.meta.dirname, `../../scenes/${FIRST_PRESET}/scene.json`), 'utf8'));
  const log = sceneOf(scene.ops, scene.start);
  const happened = new Set(Array.from({ length: log.used }, (_, seq) => EVENT_NAMES[cellOf(log, seq, 0)]));
  const firstParts = PARTS.filter((part) => !(LATE_PARTS as readonly string[]).includes(part));
  for (const part of firstParts) {
    const text = readFileSync(join(import.meta.dirname, `${part}.ts`), 'utf8');
    const names = Object.keys(FIRST_EVENTS).filter((name) => new RegExp(`^ {2}${name}: \\{`, 'm').test(text));
    expect(
      names.some((name) => happened.has(name as EventName)),
      part,
    ).toBe(true);
  }
  // And every row of the first load is of one of them.
  for (const name of Object.keys(FIRST_EVENTS)) {
    const part = PARTS.find((one) =>
      new RegExp(`^ {2}${name}: \\{`, 'm').test(readFileSync(join(import.meta.dirname, `${one}.ts`), 'utf8')),
    );
    expect(firstParts, name).toContain(part);
  }
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
