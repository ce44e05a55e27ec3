/** French, begun: what is not here is said in English. */
import type { MessageKey } from '../index.ts';

export const texts = {
  'dialog.close': 'Fermer',
  'shell.reload': 'Recharger',
  'help.open': 'Aide',
  'hdr.scene': 'Scène',
  'hdr.share': 'Partager',
  'hdr.compare': 'Comparer',
  'hdr.theme': 'Thème',
  'hdr.theme.light': 'Clair',
  'hdr.theme.dark': 'Sombre',
  'hdr.lang': 'Langue',
  'hdr.vcpus': '{n} vCPU',
} as const satisfies Partial<Record<MessageKey, string>>;
