/** The gate of an assigned device's message: its entry in the IOMMU's table. @kvm irq.c kvm_pi_update_irte */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { ownerOfPiDesc } from '../../spec/pi-desc-address.ts';
import { type Gate, placeOf, type Way } from './gate.ts';
import { messageAt, vcpusFor } from './match.ts';

const PRESENT = 1;
const POSTED = 0x8000;

interface Irte {
  readonly word: number;
  /** Whom a posted entry tells, and what; null: it is the host's. */
  readonly posts: { readonly vcpu: number; readonly vector: number } | null;
}

export function irteOf(view: MachineView, slot: number, entry: number): Irte {
  const word = readWord(view, 'device', slot, 'irte', entry * 4);
  if ((word & POSTED) === 0) return { word, posts: null };
  const vcpu = ownerOfPiDesc(readWord(view, 'device', slot, 'irte', entry * 4 + 1));
  return { word, posts: { vcpu, vector: (word >>> 16) & 0xff } };
}

/** It posts what the route does not say: KVM looks at an entry again only where the route's message is another one. */
const isStale = ({ posts }: Irte, { message, vector, vcpus }: Way): boolean =>
  posts !== null && (message === undefined || posts.vector !== vector || !vcpus.includes(posts.vcpu));

export const VTD_GATES: readonly Gate[] = [
  {
    id: 'iommu',
    reads: ['irte'],
    look(view, way) {
      const device = way.msix === undefined ? undefined : view.config.devices?.[way.msix.slot];
      if (way.msix === undefined || device?.kind !== 'nvme' || view.config.apicv !== true) return null;
      const { slot, entry } = way.msix;
      const irte = irteOf(view, slot, entry);
      const at = placeOf('device', slot, 'irte', entry * 4);
      if (isStale(irte, way)) return { at, bits: 'vector', value: irte.posts?.vector ?? 0, closed: true };
      const value = irte.word & PRESENT;
      return { at, bits: 'present', value, closed: value === 0 };
    },
    shut(view, way) {
      const said = messageAt(view, way);
      const vcpus = said === null ? [] : vcpusFor(view, said.dest, said.logical);
      const { message: _message, ...rest } = way;
      const then: Way = { ...rest, vcpus, ...(said !== null && { message: said, vector: said.vector }) };
      return this.look(view, then)?.closed ?? false;
    },
    // The producer and its irqfd find each other anew, and the entry is written.
    opens: (_view, { gsi, raise }) => [[{ op: 'irqfd_deassign', gsi }, { op: 'irqfd', gsi, resample: 0 }, ...raise]],
  },
];
