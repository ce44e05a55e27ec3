/** A notice and its report. The chunk that shows one has them, so that they are here where the sentences of errors (errors.ts) are not. */
export const notices = {
  'error.preset-not-loaded': 'The preset “{id}” did not load. Check the network and reload.',
  'error.fault': 'The engine failed and stopped. The page shows the last good state.',
  'error.unknown': 'This input has an error ({code}).',
  'error.at': 'at {place}',
  'notice.copyReport': 'Copy report',
  'notice.copied': 'Report copied',
  'notice.report': 'Report',
  'shell.dismiss': 'Dismiss',
} as const;
