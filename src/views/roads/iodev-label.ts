/** What a device on a bus is called here: its words are those of the events' sentences. */
import '../shared/event-words.ts';
import { iodevName } from '../../explain/iodev-name.ts';
import type { IodevKind } from '../../spec/iodevs.ts';
import type { Translate } from '../shared/use-t.ts';

export function iodevLabel(kind: IodevKind, t: Translate): string {
  const name = iodevName(kind);
  return typeof name === 'string' ? name : t(name.key);
}
