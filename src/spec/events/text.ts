/** An event's numbers as a terminal and the golden texts print them: each by its kind, in KVM's own words. */
import { hex } from '../../base/hex.ts';
import { type ArgKind, readArgs } from '../define/event.ts';
import { DELIVERY_MODE } from '../delivery-mode.ts';
import { exitName } from '../exits.ts';
import { CHIP_NAMES, INHIBIT_NAMES, MP_STATES, REQUEST_NAMES, USER_EXITS } from '../name-lists.ts';
import { lapicRegisterName } from '../registers/lapic.ts';
import { type EventName, eventRow } from './index.ts';

const SHORTHANDS = ['', '+self', '+all', '+others'] as const;

const requestNames = (bits: number): string =>
  Object.entries(REQUEST_NAMES)
    .filter(([bit]) => ((bits >>> Number(bit)) & 1) === 1)
    .map(([, name]) => name)
    .join('+') || '0';

function argText(kind: ArgKind, value: number): string {
  if (typeof kind !== 'string') {
    return 'reason' in kind ? kind.reason[value] || String(value) : hex(value);
  }
  switch (kind) {
    case 'vector':
      return value < 0 ? String(value) : hex(value);
    case 'hex':
      return hex(value);
    case 'register':
      return lapicRegisterName(value).replace(/^APIC_/, '');
    case 'mode':
      return `${DELIVERY_MODE[value & 7]}${value & 8 ? '+logical' : ''}${SHORTHANDS[(value >> 4) & 3]}`;
    case 'dest':
      return value >>> 0 > 0xff ? hex(value) : String(value);
    case 'exit':
      return exitName(value);
    case 'userExit':
      return USER_EXITS[value] ?? String(value);
    case 'request':
      return REQUEST_NAMES[value] ?? String(value);
    case 'requests':
      return requestNames(value);
    case 'chip':
      return CHIP_NAMES[value] ?? String(value);
    case 'mpState':
      return MP_STATES[value] ?? String(value);
    case 'inhibit':
      return INHIBIT_NAMES[value] ?? String(value);
    default:
      return String(value);
  }
}

/** "register=TASKPRI value=0x40". @param at index of the row's first argument in `columns` */
export function argsText(name: EventName, columns: ArrayLike<number>, at = 0): string {
  const row = eventRow(name);
  const args = readArgs(row, columns, at);
  return Object.entries(row.args)
    .map(([arg, kind]) => `${arg}=${argText(kind, args[arg])}`)
    .join(' ');
}
