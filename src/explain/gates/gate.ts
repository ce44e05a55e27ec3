/**
 * Gates: what may hold an interrupt on its way, each as data. A gate names the registers it hangs on and the event that is
 * recorded where it holds one back (`rows.ts`); it looks at them and says whether it is closed, and has the ops that open and
 * close it. "Where is my interrupt?", findings, ways not taken and the fields that the stage lights all read the same rows.
 */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { GATE_ROWS, type GateRow } from './rows.ts';

/** What is sent to the local APICs. */
export interface Message {
  readonly dest: number;
  readonly logical: boolean;
  readonly mode: number;
  readonly level: boolean;
  /** One of those it names takes it: by its mode, or by an MSI's redirection hint; absent: by its mode. */
  readonly lowest?: boolean;
  /** Bits of the upper address that must be clear and are not: KVM refuses it. */
  readonly refused?: number;
}

/** The road an interrupt takes to a vCPU. */
export interface Way {
  /** Line or message it began as; absent where only the vCPU's end is asked about. */
  readonly gsi?: number;
  /** Pin of the IOAPIC, or of the 8259 pair. */
  readonly ioapicPin?: number;
  readonly picPin?: number;
  /** KVM_INTERRUPT gave it: user space has the 8259, and no local APIC knows of it. */
  readonly extint?: boolean;
  /** Slot and entry of a device's MSI-X vector. */
  readonly msix?: { readonly slot: number; readonly entry: number };
  /** It is signalled by an eventfd. */
  readonly eventfd?: boolean;
  /** What the message says; absent where no chip or route makes one. */
  readonly message?: Message;
  readonly vector: number;
  /** vCPUs it is for. */
  readonly vcpus: readonly number[];
  /** The one of them that is walked. */
  readonly vcpu: number;
  /** The vCPU was woken for it, and has not looked yet. */
  readonly woken: boolean;
  /** Who raised it, as an op. */
  readonly raise: readonly JsonOp[];
}

/** What a gate read: place, field, value, and who holds, where that is somebody. */
export interface Evidence {
  /** "ioapic:0.redirLo[11]" */
  readonly at: string;
  readonly bits: string;
  readonly value: number;
  readonly closed: boolean;
  readonly by?: string;
  /** Vector of who holds. */
  readonly vector?: number;
}

export interface Gate extends GateRow {
  readonly id: string;
  /** @returns null where the gate is not on this way */
  look(view: MachineView, way: Way): Evidence | null;
  /** Whether it is shut whoever comes, for a gate that `look` tells only where one waits at it. */
  shut?(view: MachineView, way: Way): boolean;
  /** Whether it holds also what its local APIC has accepted; absent: what was accepted has gone by. */
  keeps?(view: MachineView, way: Way): boolean;
  /** Ops that open it, one list a way to do so, the likeliest first. */
  opens(view: MachineView, way: Way): readonly (readonly JsonOp[])[];
  /** Ops that close it, where somebody may. */
  closes?(view: MachineView, way: Way): readonly JsonOp[];
}

/** A gate that has its row in `rows.ts`. */
export const gate = (id: keyof typeof GATE_ROWS, rest: Omit<Gate, 'id' | keyof GateRow>): Gate => ({
  id,
  ...GATE_ROWS[id],
  ...rest,
});

/** A way of which only this is known. */
export const wayOf = (known: Partial<Way>): Way => ({
  vector: 0,
  vcpus: known.vcpu === undefined ? [] : [known.vcpu],
  vcpu: 0,
  woken: false,
  raise: [],
  ...known,
});

/** What opens it at once: the likeliest way that does not just wait for the guest. */
export const openNow = ({ opens }: Gate, view: MachineView, way: Way): readonly JsonOp[] =>
  opens(view, way).find((ops) => !ops.every(({ op }) => op === 'advance')) ?? [];

/** What closes it; nothing where nobody may. */
export const closeNow = ({ closes }: Gate, view: MachineView, way: Way): readonly JsonOp[] => closes?.(view, way) ?? [];

/** Name of a word: "lapic:1.svr", "ioapic:0.redirLo[11]". */
export const placeOf = (kind: string, index: number, register: string, sub?: number): string =>
  `${kind}:${index}.${register}${sub === undefined ? '' : `[${sub}]`}`;

/** A model guest runs on these vCPUs: time makes it do things. Without one, `run` is what enters the guest. */
export const hasGuest = (view: MachineView): boolean => view.config.guest !== undefined;

/** Time for a model guest to take what waits and to end a handler, ns. */
export const WAITS: readonly (readonly JsonOp[])[] = [2_000, 100_000, 20_000_000].map((ns) => [{ op: 'advance', ns }]);
