/** The roads an interrupt may take: by the routes of its GSI through the IOAPIC, the 8259 or as a message, or as a message at once. */
import { type MachineView, readWord, routesOf, rteView } from '../../engine/view/machine-view.ts';
import { messagesOf } from '../../spec/messages.ts';
import { CHIP } from '../../spec/names.ts';
import type { Way } from '../gates/gate.ts';
import { hasVmmPin, messageOf, vcpusFor, vcpusOf } from '../gates/match.ts';
import { CASCADE, cascadeVector, listensToPic } from '../gates/pic.ts';

/** A road from a source to the vCPUs that it may reach. */
export interface Road {
  readonly kind: 'pic' | 'apic';
  readonly way: Omit<Way, 'woken' | 'raise' | 'vcpu' | 'vcpus'>;
  readonly vcpus: readonly number[];
}

/** The road of a message. @param gsi where a route sends it */
export function ofMessage(view: MachineView, addrLo: number, addrHi: number, data: number, gsi?: number): Road {
  const said = messageOf(view, addrLo, addrHi, data);
  const way = { vector: said.vector, message: said, ...(gsi !== undefined && { gsi }) };
  return { kind: 'apic', way, vcpus: vcpusFor(view, said.dest, said.logical) };
}

function ofIoapicPin(view: MachineView, pin: number, gsi: number | undefined): Road {
  const { vector, dest, logical, deliveryMode: mode, level } = rteView(view, pin);
  const way = {
    ioapicPin: pin,
    vector,
    message: { dest, logical, mode, level },
    ...(gsi !== undefined && { gsi }),
  };
  return { kind: 'apic', way, vcpus: vcpusFor(view, dest, logical) };
}

function ofPicPin(view: MachineView, pin: number, gsi: number): Road {
  const vector = pin === CASCADE ? cascadeVector(view) : readWord(view, 'pic', pin >> 3, 'irqBase') + (pin & 7);
  const listeners = vcpusOf(view).filter((vcpu) => listensToPic(view, vcpu));
  return { kind: 'pic', way: { gsi, picPin: pin, vector }, vcpus: listeners };
}

/** The MSI-X entry, or MSI vector, of a device that a GSI stands for. */
function msixOf(view: MachineView, gsi: number): Way['msix'] {
  const slot = (view.config.devices ?? []).findIndex((d) => gsi >= d.gsi && gsi < d.gsi + messagesOf(d));
  if (slot < 0) return undefined;
  const entry = gsi - (view.config.devices?.[slot]?.gsi ?? 0);
  // Disabled, it has its line; but what waits at an entry, or was told a message, is no line's.
  const enabled = (readWord(view, 'device', slot, 'msixControl') & 0x8000) !== 0;
  const pending = ((readWord(view, 'device', slot, 'msixPending') >> entry) & 1) === 1;
  const hasLine = entry === 0 && (routesOf(view)?.byGsi[gsi] ?? []).some(({ chip }) => chip !== CHIP.msi);
  const programmed = !hasLine && readWord(view, 'device', slot, 'msixTable', entry * 4) !== 0;
  return enabled || pending || programmed ? { slot, entry } : undefined;
}

/** The device's entry that a GSI stands for says this message. */
export function tableSays(view: MachineView, gsi: number, addrLo: number, data: number): boolean {
  const msix = msixOf(view, gsi);
  if (msix === undefined) return false;
  const field = (i: number): number => readWord(view, 'device', msix.slot, 'msixTable', msix.entry * 4 + i);
  return field(0) === addrLo && field(2) === data;
}

/** GSIs that a route or a device may have are below this. */
export const lastGsi = (view: MachineView): number =>
  Math.max(
    routesOf(view)?.byGsi.length ?? 0,
    ...(view.config.devices ?? []).map((device) => device.gsi + messagesOf(device)),
  );

/** Every road that the routes of a GSI open; one that leads nowhere where there is none. */
export function roadsOfGsi(view: MachineView, gsi: number): Road[] {
  const msix = msixOf(view, gsi);
  // The route of a pin of user space's IOAPIC follows its entry.
  if (msix === undefined && hasVmmPin(view, gsi)) return [ofIoapicPin(view, gsi, gsi)];
  const roads = (routesOf(view)?.byGsi[gsi] ?? []).map((e) => {
    if (e.chip === CHIP.msi) return ofMessage(view, e.addrLo, e.addrHi, e.data, gsi);
    return e.chip === CHIP.ioapic ? ofIoapicPin(view, e.pin, gsi) : ofPicPin(view, e.pin, gsi);
  });
  if (msix === undefined) return roads.length > 0 ? roads : [{ kind: 'apic', way: { gsi, vector: 0 }, vcpus: [] }];
  const [road] = roads;
  return [
    road === undefined
      ? { kind: 'apic', way: { gsi, msix, vector: 0 }, vcpus: [] }
      : { ...road, way: { ...road.way, msix } },
  ];
}

/** Somebody set it up: the 8259 was programmed, or the pin of the IOAPIC was. */
export function isInUse(view: MachineView, { way }: Road): boolean {
  if (way.picPin !== undefined) return readWord(view, 'pic', way.picPin >> 3, 'irqBase') !== 0;
  return way.ioapicPin === undefined || readWord(view, 'ioapic', 0, 'redirLo', way.ioapicPin) !== 0x1_0000;
}
