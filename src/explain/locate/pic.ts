/** Places of events: the 8259 pair (i8259.c). */
import { hex } from '../../base/hex.ts';
import type { PIC_EVENTS } from '../../spec/events/pic.ts';
import type { Locators } from './locator.ts';
import { pic, picPin, pinLabel, pinLevel, says, vec } from './makers.ts';

export const PIC_LOCATORS: Locators<typeof PIC_EVENTS> = {
  pic_line: { place: picPin, dock: 'in', label: pinLabel, long: pinLevel, lit: ['pic.irr'] },
  pic_masked: { place: picPin, dock: 'in', label: pinLabel, end: 'stage.end.masked' },
  pic_coalesced: { place: picPin, dock: 'in', label: pinLabel, end: 'stage.end.coalesced', lit: ['pic.irr'] },
  pic_output: {
    place: pic,
    dock: 'out',
    label: says('INTR'),
    long: ({ args }) => `INTR ${args.level ? 'high' : 'low'}`,
    lit: ['pic.output'],
  },
  pic_wakeup: {
    place: ({ args }) => ({ at: 'lapic', vcpu: args.vcpu }),
    dock: 'in',
    label: says('LINT0'),
    after: 'pic_output',
  },
  pic_nobody: { place: pic, dock: 'out', label: says('INTR'), end: 'stage.end.nobody' },
  pic_inta: {
    place: picPin,
    dock: 'out',
    label: ({ args }) => vec(args.vector),
    long: ({ args }) => `INTA → ${vec(args.vector)}`,
    lit: ['pic.isr'],
  },
  pic_eoi: {
    place: picPin,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI pin ${args.pin}`,
    lit: ['pic.isr'],
  },
  pic_write: { place: pic, dock: 'out', label: ({ args }) => hex(args.value) },
  pic_read: { place: pic, dock: 'out', label: ({ args }) => hex(args.value) },
  elcr_write: { place: pic, dock: 'out', label: ({ args }) => hex(args.value) },
};
