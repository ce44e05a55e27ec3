/** Ways not taken. The 8259 pair (i8259.c). */
import type { PIC_EVENTS } from '../../spec/events/pic.ts';
import type { ForkRows } from './fork.ts';
import { ifFork, lvt0ExtIntFork, lvt0MaskFork, picMaskFork } from './makers.ts';

export const PIC_FORKS: ForkRows<typeof PIC_EVENTS> = {
  pic_line: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  kvm_pic_set_irq: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  pic_masked: (c) => [picMaskFork(c, c.args.pin)],
  pic_output: (c) => (c.args.level === 0 ? [] : [picMaskFork(c, c.args.pin)]),
  pic_wakeup: (c) => [lvt0MaskFork(c, c.args.vcpu), ...ifFork(c, c.args.vcpu, 0)],
  pic_nobody: (c) => [lvt0ExtIntFork(c)],
};
