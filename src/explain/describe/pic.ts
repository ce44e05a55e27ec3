/** In words: The 8259 pair (i8259.c). */
import { hex } from '../../base/numbers.ts';
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { PIC_EVENTS } from '../../spec/events/pic.ts';
import { cameFrom, lapicWord } from '../context.ts';
import { say, type Text } from '../text.ts';
import type { Descriptions } from './index.ts';
import { chipName, lineMove, trigName } from './words.ts';

/** Words written to the ports, by the engine's number. */
const PIC_WORDS: Readonly<Record<number, string | Text>> = {
  1: 'ICW1',
  2: 'ICW2',
  3: 'ICW3',
  4: 'ICW4',
  11: say('word.ocw1'),
  12: 'OCW2',
  13: 'OCW3',
};

/** Bit in service that keeps a request of this bit from being the chip's highest, -1 none. @kvm i8259.c pic_get_irq */
function holderOf(view: MachineView, chip: number, bit: number): number {
  const read = (register: string): number => readWord(view, 'pic', chip, register);
  // In special fully nested mode the master does not count the slave's own bit.
  const serving = read('isr') & (chip === 0 && read('specialFullyNested') === 1 ? ~4 : -1);
  const rank = (of: number): number => (of - read('priorityAdd')) & 7;
  const busy = [0, 1, 2, 3, 4, 5, 6, 7].filter((of) => (serving >> of) & 1 && rank(of) <= rank(bit));
  return busy.length === 0 ? -1 : busy.reduce((best, of) => (rank(of) < rank(best) ? of : best));
}

export const PIC: Descriptions<typeof PIC_EVENTS> = {
  pic_line: (c) => {
    const { variant } = lineMove(c, 'pic');
    const { pin } = c.args;
    const bit = pin & 7;
    const mask = (readWord(c.view, 'pic', c.index, 'imr') >> bit) & 1;
    const level = ((readWord(c.view, 'pic', c.index, 'elcr') >> bit) & 1) === 1;
    const holder = holderOf(c.view, c.index, bit);
    return {
      params: { pin, chip: chipName(c.index), bit, mask, trig: trigName(level) },
      variant,
      // Nothing else says that it waits for an EOI.
      why:
        variant !== false ? [] : mask === 1 || holder < 0 ? [true] : [true, say('event.pic_line.why.held', { holder })],
    };
  },
  kvm_pic_set_irq: (c) => {
    const { pin, result, level } = c.args;
    return {
      params: { pin, chip: chipName(c.index) },
      variant: level === 0 ? 'low' : result < 0 ? 'masked' : result === 0 && 'coalesced',
    };
  },
  pic_masked: (c) => ({
    params: {
      pin: c.args.pin,
      chip: chipName(c.index),
      bit: c.args.pin & 7,
      imr: hex(readWord(c.view, 'pic', c.index, 'imr')),
    },
  }),
  pic_output: (c) => ({
    params: { pin: c.args.pin, isr: hex(readWord(c.view, 'pic', 0, 'isr')) },
    variant: c.args.level === 0 && 'low',
    why: c.args.level === 0 ? [] : [true],
  }),
  pic_wakeup: (c) => ({
    params: { vcpu: c.args.vcpu, lvt0: hex(lapicWord(c, 'lvtLint0', c.args.vcpu)) },
    why: [true],
  }),
  pic_inta: (c) => {
    const { pin, vector, spurious } = c.args;
    return {
      params: {
        pin,
        vec: hex(vector),
        bit: pin & 7,
        base: hex(readWord(c.view, 'pic', pin >> 3, 'irqBase')),
        chip: chipName(pin >> 3),
      },
      // With the irqchip off the 8259 is the VMM's: it asks its own chip before it calls KVM_INTERRUPT.
      variant: spurious === 1 ? 'spurious' : cameFrom(c, 'vmm_interrupt') && 'vmm',
    };
  },
  pic_write: (c) => ({
    params: {
      port: hex(c.args.port),
      value: hex(c.args.value),
      word: PIC_WORDS[c.args.word] ?? hex(c.args.word),
      chip: chipName(c.index),
    },
  }),
  pic_read: (c) => ({ params: { port: hex(c.args.port), value: hex(c.args.value), chip: chipName(c.index) } }),
  elcr_write: (c) => ({ params: { port: hex(c.args.port), value: hex(c.args.value) } }),
};
