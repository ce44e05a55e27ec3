/** Scenes by what they answer, in the order in which one leads to the next. A scene of no group is shown under the others. */
export const GROUPS = {
  lines: ['serial-ioapic', 'pit-extint', 'intx-shared', 'level-early-eoi', 'irqfd-resample'],
  messages: ['msix-blk', 'logical-lowest', 'ipi-shorthands', 'lapic-timer', 'ap-startup'],
  priority: ['priority-nesting', 'tpr-threshold', 'irq-window', 'nmi-window', 'cancelled-injection'],
  posted: ['posted-running', 'posted-halted', 'posted-preempted', 'vtd-posted', 'vtd-fallback'],
  hardware: ['ipi-exit', 'ipi-virtualized', 'eoi-exit-level', 'avic-doorbell', 'apicv-inhibited'],
  roads: [
    'irqchip-born',
    'store-ends',
    'bus-overlap',
    'port-io',
    'rte-write',
    'doorbells',
    'fast-doorbell',
    'msi-plain',
    'virtio-vectors',
    'split-serial',
    'split-level',
    'irqchip-off',
  ],
  lost: ['coalesced-lost', 'eight-vcpus', 'vcpus-64'],
} as const;

export type GroupName = keyof typeof GROUPS | 'bugs' | 'other';

/** Groups with their scenes, as far as there are any. @param bugs those that show a real bug */
export function groupsOf(
  ids: readonly string[],
  bugs: readonly string[] = [],
): readonly { readonly name: GroupName; readonly ids: readonly string[] }[] {
  const known = new Set<string>(Object.values(GROUPS).flat());
  const groups = (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((name) => ({
    name: name as GroupName,
    ids: (GROUPS[name] as readonly string[]).filter((id) => ids.includes(id)),
  }));
  return [
    ...groups,
    { name: 'bugs' as const, ids: bugs },
    { name: 'other' as const, ids: ids.filter((id) => !known.has(id)) },
  ].filter((g) => g.ids.length > 0);
}
