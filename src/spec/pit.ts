/** The i8254's control word (port 0x43). */
import { defineLayout } from './bit-layout.ts';

export const PIT_CONTROL = defineLayout({
  name: 'PIT_CONTROL',
  bits: 8,
  cite: 'pit.control',
  fields: {
    bcd: { at: 0, width: 1 },
    mode: { at: 1, width: 3, show: 'dec' },
    access: { at: 4, width: 2, values: ['latch', 'low byte', 'high byte', 'low then high'] },
    channel: { at: 6, width: 2, values: ['0', '1', '2', 'read-back'] },
  },
});
