/** How many messages a device has, by MSI-X or MSI; 0: it has a line only. */
export const messagesOf = ({ msix, msi }: { readonly msix?: number; readonly msi?: number }): number =>
  msix ?? msi ?? 0;

/** A device as far as its GSIs go. */
interface Wired {
  readonly gsi: number;
  readonly msix?: number;
  readonly msi?: number;
}

/** GSIs of a device: its line's, or one for each of its messages from there on. */
export const gsisOf = (device: Wired): readonly number[] =>
  Array.from({ length: Math.max(1, messagesOf(device)) }, (_, i) => device.gsi + i);

/** The one of them that has a GSI; undefined: none, or several share it and nothing says which. */
export function wiredAlone<T extends Wired>(all: readonly T[], gsi: number): T | undefined {
  const wired = all.filter((device) => gsisOf(device).includes(gsi));
  return wired.length === 1 ? wired[0] : undefined;
}
