/** What a random sequence runs on: profiles, and the machine, vectors and GSIs of one sequence. */
import type { Chance, Weighted } from './chance.ts';

export const PROFILES = [
  'ioapic-edge',
  'ioapic-level',
  'ipi',
  'lapic-priority',
  'logical-dest',
  'lowest-priority',
  'mixed',
  'msi',
  'pic',
  'routing-changes',
  'split',
  'x2apic',
  'roads',
  'setup',
  'restore',
  'timer',
  'pit',
  'reset',
  'pv-eoi',
  'host',
] as const;

export type Profile = (typeof PROFILES)[number];

export interface CreateOp {
  readonly op: 'create';
  readonly vcpus: number;
  readonly irqchip: 'full' | 'split';
  readonly ids?: readonly number[];
  readonly x2apicApi?: number;
  readonly [field: string]: unknown;
}

export interface Shape {
  readonly create: CreateOp;
  /** Vectors and GSIs the sequence comes back to. */
  readonly vectors: readonly number[];
  readonly gsis: readonly number[];
  /** How often an op is followed by a `get`. */
  readonly getPercent: number;
  /** How often a vector taken is ended at once. */
  readonly eoiPercent: number;
}

function chooseVcpus(profile: Profile, chance: Chance): number {
  const single = profile === 'pic' || profile === 'lapic-priority';
  const table: Weighted<number> = single
    ? [
        [6, 1],
        [3, 2],
        [1, 3],
      ]
    : [
        [12, 1],
        [24, 2],
        [18, 3],
        [20, 4],
        [6, 5],
        [6, 6],
        [4, 7],
        [10, 8],
      ];
  return chance.weighted(table);
}

function chooseIds(profile: Profile, vcpus: number, chance: Chance): number[] | undefined {
  const likely = {
    x2apic: 45,
    split: 30,
    msi: 20,
    'logical-dest': 20,
    'lowest-priority': 20,
    mixed: 15,
    ipi: 15,
    host: 30,
  };
  if (!chance.one((likely as Partial<Record<Profile, number>>)[profile] ?? 3)) return undefined;
  const pool = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 128, 200, 239, 240, 254, 255];
  if (chance.one(50)) pool.push(256, 257, 258, 271, 272, 300, 511, 512, 513, 1000);
  // Now and then there is no id 0, and so no BSP by default.
  const ids = chance.one(85) ? [0] : [];
  while (ids.length < vcpus) {
    const id = chance.of(pool);
    if (!ids.includes(id)) ids.push(id);
  }
  if (chance.one(70)) ids.sort((a, b) => a - b);
  return ids;
}

function chooseX2apicApi(profile: Profile, split: boolean, chance: Chance): number | undefined {
  const asked = profile === 'x2apic' || profile === 'split' || profile === 'mixed' || profile === 'host';
  if (!chance.one(asked ? 75 : 12)) return undefined;
  const flags = chance.below(4);
  if (!chance.one(split ? 50 : 15)) return flags;
  return flags | (split && chance.one(50) ? 4 : 8);
}

/** Few enough that they meet: within one priority class, or spread over all so that handlers nest. */
function chooseVectors(chance: Chance): number[] {
  const count = 3 + chance.below(6);
  const classBase = 0x20 + 0x10 * chance.below(13);
  const spread = chance.one(50);
  return Array.from({ length: count }, () =>
    chance.weighted([
      [spread ? 1 : 8, classBase + chance.below(16)],
      [spread ? 9 : 4, 0x10 + chance.below(0xf0)],
      [2, chance.of([0x10, 0x1f, 0x20, 0xef, 0xf0, 0xff])],
    ]),
  );
}

function chooseGsis(profile: Profile, chance: Chance): number[] {
  const limit = profile === 'pic' ? 16 : 24;
  const gsis = Array.from({ length: 2 + chance.below(7) }, () => chance.below(limit));
  if (chance.one(25)) gsis.push(8);
  return gsis;
}

export function chooseShape(profile: Profile, chance: Chance): Shape {
  const split =
    profile === 'split' ||
    (profile === 'host' && chance.one(25)) ||
    (profile === 'x2apic' && chance.one(15)) ||
    (profile === 'msi' && chance.one(8));
  const vcpus = chooseVcpus(profile, chance);
  const ids = chooseIds(profile, vcpus, chance);
  const flags = chooseX2apicApi(profile, split, chance);
  return {
    create: {
      op: 'create',
      vcpus,
      irqchip: split ? 'split' : 'full',
      ...(ids ? { ids } : {}),
      ...(flags === undefined ? {} : { x2apicApi: flags }),
      ...(chance.one(15) ? { bsp: chance.one(80) ? chance.of(ids ?? [0, 1]) : chance.below(300) } : {}),
      ...(chance.one(25) ? { tscDeadline: false } : {}),
      ...(split && chance.one(30) ? { routes: chance.of([0, 1, 8, 23, 25, 64, 4096]) } : {}),
      ...(!split && chance.one(12) ? { pit: 1 } : {}),
    },
    vectors: chooseVectors(chance),
    gsis: chooseGsis(profile, chance),
    getPercent: chance.of([15, 15, 15, 40, 40, 40, 40, 100]),
    eoiPercent: chance.of([5, 25, 60, 90]),
  };
}
