/** What can be done to a thing: one function a kind of it. */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { ioapicVerbs, lineVerbs, picVerbs } from './chips.ts';
import { apicvVerbs, cellVerbs, lapicVerbs, pcpuVerbs, piVerbs, vcpuVerbs } from './cpu.ts';
import { asks, does, no, type Thing, type Verb } from './verb.ts';

export type { Thing, Verb };

const MSIX_MASKED = 1;
const MSIX_FUNCTION_MASK = 0x4000;
const IRQFD_SLOTS = 64;
const MAX_GSI = 4095;

function deviceVerbs(view: MachineView, slot: number): Verb[] {
  const device = view.config.devices?.[slot];
  if (device === undefined) return userVerbs(view);
  const { id, msix, gsi } = device;
  if (msix === undefined) {
    const high = readWord(view, 'device', slot, 'line') === 1;
    return [
      does(view, [{ op: 'device', id, event: 'work' }]),
      does(view, [{ op: 'device', id, event: 'quiet' }], high ? null : no('lineLow')),
      ...lineVerbs(view, gsi),
    ];
  }
  const control = readWord(view, 'device', slot, 'msixControl');
  return [
    ...Array.from({ length: msix }, (_, vector) => ({
      ...does(view, [{ op: 'device', id, event: 'work', vector }]),
      name: { key: 'deed.workVector' as const, params: { device: id, vector } },
    })),
    ...Array.from({ length: msix }, (_, entry) => {
      const masked = readWord(view, 'device', slot, 'msixTable', entry * 4 + 3) & MSIX_MASKED;
      const value = masked === 0 ? MSIX_MASKED : 0;
      return {
        ...does(view, [{ op: 'msix', id, entry, field: 'control', value }]),
        name: {
          key: masked === 0 ? ('deed.msixMask' as const) : ('deed.msixUnmask' as const),
          params: { device: id, entry },
        },
      };
    }),
    {
      ...does(view, [{ op: 'msix', id, entry: 0, field: 'capability', value: control ^ MSIX_FUNCTION_MASK }]),
      name: {
        key: (control & MSIX_FUNCTION_MASK) === 0 ? 'deed.msixMaskAll' : 'deed.msixUnmaskAll',
        params: { device: id },
      },
    },
  ];
}

/** User space, and the table of routes: what an ioctl does. */
function userVerbs(view: MachineView): Verb[] {
  const bound = Array.from({ length: IRQFD_SLOTS }, (_, i) => i)
    .filter((i) => readWord(view, 'irqfd', i, 'used') === 1)
    .map((i) => readWord(view, 'irqfd', i, 'gsi'));
  const chips = view.config.irqchip === 'none' ? no('noChips') : null;
  const line = (level: 0 | 1) => ({
    usual: view.config.devices?.find((d) => d.msix === undefined)?.gsi ?? 4,
    max: MAX_GSI,
    hex: false,
    ops: (gsi: number): JsonOp[] => [{ op: 'irq_line', gsi, level }],
  });
  return [
    asks('raise', {}, line(1), chips),
    asks('lower', {}, line(0), chips),
    asks('bind', {}, { usual: 24, max: MAX_GSI, hex: false, ops: (gsi) => [{ op: 'irqfd', gsi }] }, chips),
    ...(bound.length === 0
      ? [does(view, [{ op: 'irqfd_signal', gsi: 24 }], no('noIrqfd'))]
      : bound.map((gsi) => does(view, [{ op: 'irqfd_signal', gsi }]))),
    ...apicvVerbs(view),
  ];
}

/** Everything there is to do to a thing on the stage, in the order of its menu. */
export function verbsOf(view: MachineView, { kind, index, register, sub, vector }: Thing): readonly Verb[] {
  switch (kind) {
    case 'ioapic':
      return register?.startsWith('redir') ? ioapicVerbs(view, sub ?? 0) : ioapicAll(view);
    case 'pic':
      return picVerbs(view, null);
    case 'lapic':
    case 'piDesc':
      if (vector !== undefined && register !== undefined) return cellVerbs(view, index, register, vector);
      return kind === 'piDesc' ? piVerbs(view, index) : lapicVerbs(view, index);
    case 'vcpu':
    case 'vmcs':
      return vcpuVerbs(view, index);
    case 'pcpu':
      return pcpuVerbs(view, index);
    case 'device':
      return register === 'irte' ? piVerbs(view, 0) : deviceVerbs(view, index);
    default:
      return userVerbs(view);
  }
}

/** The IOAPIC as a whole: the pins that are in use. */
function ioapicAll(view: MachineView): Verb[] {
  if (view.config.irqchip !== 'full') return ioapicVerbs(view, 0);
  const used = Array.from({ length: 24 }, (_, pin) => pin).filter(
    (pin) => readWord(view, 'ioapic', 0, 'redirLo', pin) !== 0x1_0000,
  );
  return (used.length === 0 ? [4] : used).flatMap((pin) =>
    ioapicVerbs(view, pin)
      .filter(({ question, gate }) => question === null && gate === null)
      .slice(0, 1),
  );
}
