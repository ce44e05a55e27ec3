/** What a device on one of KVM's buses is called; most have a name of the field, the same in every language. */
import { IODEVS, type IodevKind } from '../spec/iodevs.ts';
import { say, type Text } from './text.ts';

const SAID = {
  'pic-master': 'word.iodev.picMaster',
  'pic-slave': 'word.iodev.picSlave',
  speaker: 'word.iodev.speaker',
  coalesced: 'word.iodev.coalesced',
} as const satisfies Readonly<Partial<Record<IodevKind, string>>>;

export const iodevName = (kind: IodevKind): string | Text =>
  kind in SAID ? say(SAID[kind as keyof typeof SAID]) : IODEVS[kind].label;
