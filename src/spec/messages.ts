/** How many messages a device has, by MSI-X or MSI; 0: it has a line only. */
export const messagesOf = ({ msix, msi }: { readonly msix?: number; readonly msi?: number }): number =>
  msix ?? msi ?? 0;
