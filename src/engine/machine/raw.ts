/** A word put into the state by hand. What the hardware would do on a write does not happen; what only mirrors the word follows it. */
import { OpError } from '../../spec/define/op.ts';
import type { Op, OpResult } from '../../spec/ops/index.ts';
import { rawMask, readPlace } from '../../spec/raw.ts';
import { updateApicvCaches } from '../chips/lapic/registers.ts';
import { EV } from '../core/events.ts';
import { AT_VM, enter, leave, type Machine, put } from '../core/machine.ts';
import { BLOCK_OF, type ComponentKind, instances } from '../core/words.ts';

/** @throws OpError for a place that is no word of this machine, or bits that the register has not */
export function writeRaw(m: Machine, op: Op<'raw'>): OpResult {
  const place = readPlace(op.at);
  if (place === null) throw new OpError('op.noWord', 'at', { at: op.at });
  const kind = place.kind as ComponentKind;
  const block = BLOCK_OF[kind];
  const first = (block.at as Readonly<Record<string, number>>)[place.register] ?? 0;
  const words = block.names.filter((name) => name === place.register).length;
  if (place.index >= instances(kind, m.vcpus) || place.sub >= words)
    throw new OpError('op.noWord', 'at', { at: op.at });
  const mask = rawMask(kind, place.register);
  if ((op.value & ~mask) !== 0) throw new OpError('op.range', 'value', { max: mask });
  const address = m.wordMap[kind] + place.index * block.size + first + place.sub;
  const outer = enter(m, EV.state_written, AT_VM, address, op.value);
  put(m, address, op.value | 0);
  // KVM's own copies of what IRR and ISR say (irr_pending, isr_count, highest_isr_cache).
  if (kind === 'lapic') updateApicvCaches(m, place.index);
  leave(m, outer);
  return { ok: true };
}
