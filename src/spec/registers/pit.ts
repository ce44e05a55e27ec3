/** The i8254's control word (port 0x43). */
import { bool, dec, defineLayout, defineRegisters, hex, high, number, quiet } from '../define/registers.ts';

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

/** i8254 channel state; three channels, channel 0 drives GSI 0. Filled by chips/pit. */
export const PIT_REGISTERS = defineRegisters({
  present: quiet(bool('present')),
  count: dec('count'),
  latchedCount: dec('latched count'),
  countLatched: dec('count latched'),
  statusLatched: bool('status latched'),
  status: hex('status'),
  readState: dec('read state'),
  writeState: dec('write state'),
  writeLatch: hex('write latch'),
  rwMode: dec('access mode'),
  mode: dec('mode'),
  bcd: bool('BCD'),
  gate: bool('gate'),
  loadLo: quiet(number('loaded at', 'ns')),
  loadHi: high('loadLo'),
  speakerOn: bool('speaker'),
  reinject: bool('reinject'),
  pending: dec('ticks pending'),
  irqAck: bool('irq_ack'),
  periodLo: number('period', 'ns'),
  periodHi: high('periodLo'),
  dueLo: quiet(number('due', 'ns')),
  dueHi: high('dueLo'),
  /** The hrtimer is armed; when it is not, `due` still says when it was. */
  running: quiet(bool('timer running')),
  /** is_periodic: whether the timer goes on by itself, as the mode was when the count was loaded. */
  periodic: quiet(bool('periodic')),
});
