/**
 * Lanes in the order of the way, grouped by part and by vCPU: interrupts by their source, lines, 8259, IOAPIC, each vCPU with its local
 * APIC, physical CPUs. A group is folded to one row; of many vCPUs the busiest are shown and the others fold by rows of the map.
 */
import type { Lane } from '../log/lanes.ts';
import type { WayLane } from '../log/ways.ts';

export type GroupName = 'ways' | 'lines' | 'pic' | 'ioapic' | 'vcpu' | 'others' | 'pcpu';

export interface TimelineRow {
  readonly key: string;
  /** Group it belongs to, by which it is folded. */
  readonly group: string;
  readonly name: GroupName;
  /** vCPU of its group; first of a row of the map; -1 none. */
  readonly index: number;
  /** First row of a group that can be folded: whether it is. */
  readonly folded: boolean | null;
  /** How many lanes stand behind a folded row. */
  readonly count: number;
  readonly lane: Lane | null;
  readonly way: WayLane | null;
  /** Lanes that this row shows as heat. */
  readonly heat: readonly Lane[] | null;
  /** Interrupts that this row shows as heat. */
  readonly ways: readonly WayLane[] | null;
}

/** More sources of interrupts than this are folded at first. */
const MOST_WAYS = 10;
/** More vCPUs than this that act: the others are folded at first. */
const MOST_OPEN = 6;
/** vCPUs that stay open then. */
const BUSIEST = 3;
/** vCPUs in a row of the map. */
export const MAP_ROW = 8;

const BY_KIND: Readonly<Record<Lane['kind'], GroupName>> = {
  line: 'lines',
  pic: 'pic',
  pin: 'ioapic',
  irr: 'vcpu',
  isr: 'vcpu',
  vcpu: 'vcpu',
  pi: 'vcpu',
  mode: 'vcpu',
  pcpu: 'pcpu',
};

/** Order within a vCPU. */
const WITHIN: readonly Lane['kind'][] = ['vcpu', 'mode', 'pi', 'irr', 'isr'];

const BARE = { index: -1, folded: null, count: 0, lane: null, way: null, heat: null, ways: null } as const;

/** Rows of one group of lanes; a single lane has nothing to fold. */
function group(name: GroupName, key: string, index: number, lanes: readonly Lane[], folded: boolean): TimelineRow[] {
  const bare = { ...BARE, group: key, name, index };
  const foldable = lanes.length > 1 ? folded : null;
  if (foldable === true) {
    const own = lanes.find(({ kind }) => kind === 'vcpu');
    const shown = own === undefined ? { heat: lanes } : { lane: own };
    return [{ ...bare, key, folded: true, count: lanes.length, ...shown }];
  }
  return lanes.map((lane, i) => ({
    ...bare,
    key: `${key} ${lane.kind}${lane.index}`,
    folded: i === 0 ? foldable : null,
    count: lanes.length,
    lane,
  }));
}

/** @param folds what somebody has folded (true) or unfolded, by group */
export function rowsOf(
  ways: readonly WayLane[],
  lanes: readonly Lane[],
  folds: ReadonlyMap<string, boolean>,
): readonly TimelineRow[] {
  const isFolded = (key: string, usual: boolean): boolean => folds.get(key) ?? usual;
  const of = (name: GroupName): Lane[] => lanes.filter(({ kind }) => BY_KIND[kind] === name);
  const out: TimelineRow[] = [];
  const waysFolded = isFolded('ways', ways.length > MOST_WAYS);
  if (ways.length > 1 && waysFolded)
    out.push({ ...BARE, key: 'ways', group: 'ways', name: 'ways', folded: true, count: ways.length, ways });
  else
    out.push(
      ...ways.map((way, i) => ({
        ...BARE,
        key: `way ${way.source} ${way.vector}`,
        group: 'ways',
        name: 'ways' as const,
        folded: i === 0 && ways.length > 1 ? false : null,
        count: ways.length,
        way,
      })),
    );
  for (const name of ['lines', 'pic', 'ioapic'] as const)
    out.push(...group(name, name, -1, of(name), isFolded(name, false)));

  const byVcpu = new Map<number, Lane[]>();
  for (const lane of of('vcpu')) byVcpu.set(lane.index, [...(byVcpu.get(lane.index) ?? []), lane]);
  for (const own of byVcpu.values()) own.sort((a, b) => WITHIN.indexOf(a.kind) - WITHIN.indexOf(b.kind));
  const all = [...byVcpu.keys()].sort((a, b) => a - b);
  const weight = (vcpu: number): number => (byVcpu.get(vcpu) ?? []).reduce((n, { spans }) => n + spans.length, 0);
  const busiest = new Set(
    all.length <= MOST_OPEN ? all : [...all].sort((a, b) => weight(b) - weight(a) || a - b).slice(0, BUSIEST),
  );
  const rowsOfVcpu = (vcpu: number, usual: boolean): TimelineRow[] => {
    const key = `vcpu ${vcpu}`;
    return group('vcpu', key, vcpu, byVcpu.get(vcpu) ?? [], isFolded(key, usual));
  };
  for (const vcpu of all) if (busiest.has(vcpu)) out.push(...rowsOfVcpu(vcpu, false));
  const others = all.filter((vcpu) => !busiest.has(vcpu));
  if (others.length > 0) out.push(...rowsOfOthers(others, byVcpu, isFolded('others', true), rowsOfVcpu));
  out.push(...group('pcpu', 'pcpu', -1, of('pcpu'), isFolded('pcpu', false)));
  return out;
}

/** vCPUs that are not among the busiest: a row of heat for each row of the map, or each by itself. */
function rowsOfOthers(
  others: readonly number[],
  byVcpu: ReadonlyMap<number, readonly Lane[]>,
  folded: boolean,
  rowsOfVcpu: (vcpu: number, usual: boolean) => TimelineRow[],
): TimelineRow[] {
  const bare = { ...BARE, group: 'others', name: 'others' as const, count: others.length };
  if (!folded) return [{ ...bare, key: 'others', folded: false }, ...others.flatMap((vcpu) => rowsOfVcpu(vcpu, true))];
  const rows = [...new Set(others.map((vcpu) => Math.floor(vcpu / MAP_ROW)))];
  return rows.map((row, i) => {
    const lanes = others
      .filter((vcpu) => Math.floor(vcpu / MAP_ROW) === row)
      .flatMap((vcpu) => {
        const own = byVcpu.get(vcpu) ?? [];
        const lane = own.find(({ kind }) => kind === 'vcpu') ?? own.find(({ kind }) => kind === 'isr') ?? own[0];
        return lane === undefined ? [] : [lane];
      });
    return { ...bare, key: `others ${row}`, index: row * MAP_ROW, folded: i === 0 ? true : null, heat: lanes };
  });
}
