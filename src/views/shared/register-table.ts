/** How to read a state word, given the modes it depends on; the rows themselves are in spec/registers. */
import type { BLOCK_OF, ComponentKind } from '../../engine/view/tables.ts';
import type { Reading, RegisterRow, RegisterRows } from '../../spec/define/registers.ts';
import { MSIX_VECTOR_CONTROL } from '../../spec/registers/device.ts';
import { REGISTERS } from '../../spec/registers/index.ts';
import { ELCR_SLAVE } from '../../spec/registers/pic.ts';
import { MSI_ADDR, MSI_DATA } from '../../spec/registers/routing.ts';
import { IRTE_POSTED, IRTE_REMAPPED } from '../../spec/registers/vtd.ts';

/** Words of one VT-d entry, told by its mode bit; the caller says which. */
function irteReading(posted: boolean): Reading {
  return { as: 'bits', layout: posted ? IRTE_POSTED : IRTE_REMAPPED, parts: ['irte', 'irte', 'irte', 'irte'] };
}

/** An MSI-X table entry is four words. */
function msixReading(sub: number): Reading {
  const part = sub & 3;
  if (part < 2) return { as: 'bits', layout: MSI_ADDR, parts: ['msixTable', 'msixTable'] };
  return { as: 'bits', layout: part === 2 ? MSI_DATA : MSIX_VECTOR_CONTROL, parts: ['msixTable'] };
}

/** Typed by the machine's words: a new one does not compile until it has its row. */
const TABLE: { readonly [K in ComponentKind]: { readonly [R in keyof (typeof BLOCK_OF)[K]['at']]: RegisterRow } } =
  REGISTERS;

function entryOf(kind: ComponentKind, register: string): RegisterRow {
  const entry = (TABLE[kind] as RegisterRows)[register];
  if (entry === undefined) throw new RangeError(`${kind} has no register ${register}`);
  return entry;
}

/** How to read a word, given the modes it depends on: of its local APIC, of its IRTE. */
export function readingOf(
  kind: ComponentKind,
  index: number,
  register: string,
  sub = 0,
  { x2apic = false, posted = false }: { readonly x2apic?: boolean; readonly posted?: boolean } = {},
): Reading {
  if (kind === 'device' && register === 'irte') return irteReading(posted);
  if (kind === 'device' && register === 'msixTable') return msixReading(sub);
  if (kind === 'pic' && register === 'elcr' && index === 1) return { as: 'bits', layout: ELCR_SLAVE, parts: ['elcr'] };
  const entry = entryOf(kind, register);
  return x2apic && entry.x2 !== undefined ? entry.x2 : entry.reading;
}

/** The register's name as the manuals or the kernel have it. */
export const registerLabel = (kind: ComponentKind, register: string): string => entryOf(kind, register).label;

/** Book-keeping, not what a reader came for. */
export const isQuiet = (kind: ComponentKind, register: string): boolean => entryOf(kind, register).quiet === true;

/** Registers of a component, in the order of the machine's words. */
export const registersOf = (kind: ComponentKind): readonly string[] => Object.keys(TABLE[kind]);
