/** What everything that opens needs. */
export const app = {
  'dialog.close': 'Close',

  // Must be said when nothing more can be loaded.
  'error.part-not-loaded': 'A part of irqscope did not load. Check the network and reload the page.',
  'shell.reload': 'Reload',
} as const;
