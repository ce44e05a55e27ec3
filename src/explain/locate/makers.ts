/** Makers of places and labels that several parts' tables use. Labels are names, and words that are keys of themselves (`views/shared/label-text.ts`). */
import { hex } from '../../base/hex.ts';
import type { EventRow } from '../../spec/define/event.ts';
import { DELIVERY_MODE } from '../../spec/delivery-mode.ts';
import type { Field, Happening, LocatorRow, Place, VcpuPart } from './locator.ts';

/** A happening whose event has these arguments. */
type With<K extends string> = Happening<{ readonly [A in K]: number }>;
type Any = Happening<object>;

export const vec = (n: number): string => hex(n & 0xff);

const destination = (mode: number, dest: number): string => {
  const shorthand = (mode >> 4) & 3;
  if (shorthand !== 0) return ['', 'self', 'all', 'all but self'][shorthand] as string;
  return `${mode & 8 ? 'logical' : 'phys'} ${(dest >>> 0) > 9 ? hex(dest) : dest}`;
};

/** A message in full: vector, delivery mode, destination. */
export const message = (vector: number, mode: number, dest: number): string => {
  const name = DELIVERY_MODE[mode & 7] as string;
  return `${(mode & 7) < 2 ? `vec ${vec(vector)} · ` : ''}${name} · ${destination(mode, dest)}`;
};

/** Short name of a message: its vector, or what it is when it has none. */
export const short = (vector: number, mode: number): string =>
  (mode & 7) < 2 ? vec(vector) : (mode & 7) === 6 ? `SIPI ${vec(vector)}` : (DELIVERY_MODE[mode & 7] as string);

export const device = ({ index }: Any): Place => ({ at: 'device', slot: index });
export const user = (): Place => ({ at: 'user' });
export const pit = (): Place => ({ at: 'pit' });
export const sourceOf = ({ args }: With<'gsi'>): Place => ({ at: 'source', gsi: args.gsi, slot: -1 });
export const route = ({ args }: With<'gsi'>): Place => ({ at: 'route', gsi: args.gsi });
export const msi = (): Place => ({ at: 'msi' });
export const pic = (): Place => ({ at: 'pic' });
/** 8259 events name the pin within the chip or within the pair; the instance settles it. */
export const picPin = ({ index, args }: With<'pin'>): Place => ({
  at: 'picPin',
  pin: (args.pin & 7) + 8 * (index & 1),
});
export const ioapic = (): Place => ({ at: 'ioapic' });
export const ioapicPin = ({ args }: With<'pin'>): Place => ({ at: 'ioapicPin', pin: args.pin });
export const bus = (): Place => ({ at: 'bus', vcpu: null });
export const lapic = ({ index }: Any): Place => ({ at: 'lapic', vcpu: index });
export const cell =
  (grid: 'irr' | 'isr' | 'pir') =>
  ({ index, args }: With<'vector'>): Place => ({ at: 'cell', vcpu: index, grid, vector: args.vector & 0xff });
export const irr = cell('irr');
export const isr = cell('isr');
export const vcpu =
  (part: VcpuPart) =>
  ({ index }: Any): Place => ({ at: 'vcpu', vcpu: index, part });
/** The physical CPU that acts, and the vCPU its event names. */
export const pcpu = ({ index }: Any): Place => ({ at: 'pcpu', pcpu: index });
export const named = ({ args }: With<'vcpu'>): Place => ({ at: 'vcpu', vcpu: args.vcpu, part: 'state' });
/** The boundary of the vCPU that the event names. */
export const mode = ({ args }: With<'vcpu'>): Place => ({ at: 'vcpu', vcpu: args.vcpu, part: 'mode' });
/** The physical CPU that an argument names: where a vCPU's thread is put. */
export const onCpu = ({ args }: With<'pcpu'>): Place => ({ at: 'pcpu', pcpu: args.pcpu });

export const gsiLabel = ({ args }: With<'gsi'>): string => `GSI ${args.gsi}`;
export const pinLabel = ({ args }: With<'pin'>): string => `pin ${args.pin}`;
export const vectorLabel = ({ args }: With<'vector'>): string => vec(args.vector);
export const gsiLevel = ({ args }: With<'gsi' | 'level'>): string => `GSI ${args.gsi} · ${args.level ? 'high' : 'low'}`;
export const pinLevel = ({ args }: With<'pin' | 'level'>): string => `pin ${args.pin} · ${args.level ? 'high' : 'low'}`;
export const says = (text: string) => (): string => text;

/** Something a physical CPU does. */
export const onPcpu = (label: () => string): LocatorRow<object> => ({ place: pcpu, dock: 'in', label, lit: ['pcpu'] });

export const irte = (label: string): LocatorRow<{ readonly entry: number }> => ({
  place: ({ index, args }) => ({ at: 'irte', slot: index, entry: args.entry }),
  label: says(label),
  dock: 'in',
  lit: ['irte'],
});

const LIT: { readonly [P in VcpuPart]?: readonly Field[] } = {
  state: ['vcpu.state'],
  nmi: ['vcpu.nmi'],
  inject: ['vcpu.inject'],
};

/** A note on the vCPU's state that moves no token. */
export const note = <A>(label: (h: Happening<A>) => string, part: VcpuPart = 'state'): LocatorRow<A> => ({
  place: ({ index }: Happening<A>) => ({ at: 'vcpu', vcpu: index, part }),
  dock: 'in',
  label,
  lit: LIT[part] ?? [],
});

/** A note on a local APIC or its descriptor. */
export const noteApic = <A>(label: (h: Happening<A>) => string): LocatorRow<A> => ({
  place: ({ index }) => ({ at: 'lapic', vcpu: index }),
  dock: 'in',
  label,
});

/** What names an interrupt, by the kind of the argument. */
const NAMES: Partial<Readonly<Record<string, (n: number) => string>>> = {
  vector: vec,
  gsi: (n) => `GSI ${n}`,
  pin: (n) => `pin ${n}`,
  register: (n) => hex(n),
};

function actorOf({ by, args }: EventRow): (h: Happening) => Place {
  const at = (place: (h: never) => Place): ((h: Happening) => Place) => place as (h: Happening) => Place;
  switch (by) {
    case 'ioapic':
      return at('pin' in args ? ioapicPin : ioapic);
    case 'pic':
      return at('pin' in args ? picPin : pic);
    case 'lapic':
    case 'piDesc':
      return lapic;
    case 'pcpu':
      return pcpu;
    case 'device':
      return device;
    case 'pit':
      return pit;
    case 'irqfd':
      return at('gsi' in args ? sourceOf : user);
    case 'vm':
      return at('gsi' in args ? route : user);
    default:
      return vcpu('state');
  }
}

/** Where an event happens that no table says more about: at whoever acts, under what names its interrupt. */
export function ownPlace(event: EventRow): LocatorRow<never> | null {
  if (event.token === undefined) return null;
  const [name, kind] = Object.entries(event.args).find(([, k]) => typeof k === 'string' && k in NAMES) ?? ['', ''];
  const say = NAMES[String(kind)];
  return {
    place: actorOf(event),
    dock: event.token === 'moves' || event.token === 'goesBack' ? 'out' : 'in',
    label: ({ args }: Happening) => (say === undefined ? '' : say(args[name] ?? 0)),
  };
}
