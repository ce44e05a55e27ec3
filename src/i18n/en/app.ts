/** The header, and what it opens. */
export const app = {
  'dialog.close': 'Close',

  // What must be said when nothing more can be loaded.
  'error.preset-not-loaded': 'The preset “{id}” did not load. Check the network and reload.',
  'error.part-not-loaded': 'A part of irqscope did not load. Check the network and reload the page.',
  'error.fault': 'The engine failed and stopped. The page shows the last good state.',
  'error.unknown': 'This input has an error ({code}).',
  'error.at': 'at {place}',
  'notice.copyReport': 'Copy report',
  'notice.copied': 'Report copied',
  'notice.report': 'Report',
  'shell.reload': 'Reload',

  'help.open': 'Help',
} as const;
