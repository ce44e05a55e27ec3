/** The header, and what it opens. */
export const app = {
  'hdr.scene': 'Scene',
  'hdr.ownScene': 'A scene of your own',
  'hdr.reset': 'Reset scene',
  'hdr.resetHint': 'Undo every edit and return to the preset',
  'hdr.machine': 'This machine',
  'hdr.full': 'full irqchip',
  'hdr.split': 'split irqchip',
  'hdr.none': 'irqchip off',
  'hdr.vcpu': '1 vCPU',
  'hdr.vcpus': '{n} vCPUs',
  'hdr.share': 'Share',
  'hdr.copied': 'Link copied',
  'hdr.copyByHand': 'Copy this link:',
  'hdr.tooLong': 'The scene is still loading, or is too long for a link.',
  'hdr.embed': 'Embed',
  'hdr.compare': 'Compare',
  'hdr.theme': 'Theme',
  'hdr.theme.auto': 'Auto',
  'hdr.theme.light': 'Light',
  'hdr.theme.dark': 'Dark',
  'hdr.lang': 'Language',

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
