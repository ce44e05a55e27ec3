/** Ways not taken. The 8259 pair (i8259.c). */
import type { PIC_EVENTS } from '../../spec/events/pic.ts';
import { lapicWord } from '../context.ts';
import type { ForkRows } from './fork.ts';
import { ifFork, lvt0, MASK, picMaskFork } from './makers.ts';

export const PIC_FORKS: ForkRows<typeof PIC_EVENTS> = {
  pic_line: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  kvm_pic_set_irq: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  pic_masked: (c) => [picMaskFork(c, c.args.pin)],
  pic_output: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  pic_wakeup: (c) => [
    {
      key: 'fork.lvt0Mask',
      params: { vcpu: c.args.vcpu },
      ops: lvt0(c, c.args.vcpu, lapicWord(c, 'lvtLint0', c.args.vcpu) | MASK),
    },
    ...ifFork(c, c.args.vcpu, 0),
  ],
  pic_nobody: (c) => [{ key: 'fork.lvt0ExtInt', params: { vcpu: 0 }, ops: lvt0(c, 0, 0x700) }],
};
