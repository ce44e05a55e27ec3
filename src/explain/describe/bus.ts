/** In words: the roads in, and the VMM's own chips. */
import { hex } from '../../base/numbers.ts';
import type { BUS_EVENTS } from '../../spec/events/bus.ts';
import { IODEV_KINDS, KVM_BUSES } from '../../spec/iodevs.ts';
import { iodevName } from '../iodev-name.ts';
import { say, type Text, type TextParams } from '../text.ts';
import { addDescriptions, type Told } from './index.ts';

/** Names of the kernel, the same in every language. */
const CAPS = ['KVM_CAP_SPLIT_IRQCHIP', 'KVM_CAP_X2APIC_API', 'KVM_CAP_MAX_VCPU_ID'];
const ERRNOS: Readonly<Record<number, string>> = { 2: 'ENOENT', 6: 'ENXIO', 16: 'EBUSY', 17: 'EEXIST', 22: 'EINVAL' };

const bus = (n: number): string => KVM_BUSES[n] ?? String(n);
const errno = (n: number): string | Text =>
  n in ERRNOS ? say('word.errno', { name: ERRNOS[n] as string, no: n }) : String(n);
/** An ioctl of the set-up, done or refused. */
const asked = (args: { readonly errno: number }, params: TextParams = {}): Told => ({
  params: { ...params, errno: errno(args.errno) },
  variant: args.errno !== 0 && 'refused',
});
const onBus = (args: {
  readonly bus: number;
  readonly addr: number;
  readonly len: number;
  readonly device: number;
}): Told => ({
  params: {
    bus: bus(args.bus),
    addr: hex(args.addr),
    len: say('word.bytes', { n: args.len }),
    dev: iodevName(IODEV_KINDS[args.device] ?? 'ioapic'),
  },
});

addDescriptions<typeof BUS_EVENTS>({
  memslot_set: ({ args }) => ({ variant: [false, 'moved', 'deleted', 'unchanged', 'refused'][args.change] as string }),
  iodev_register: ({ args }) => onBus(args),
  iodev_unregister: ({ args }) => onBus(args),
  memory_access: ({ args }) => ({ variant: args.write === 0 && 'read' }),
  onepage: ({ args }) => ({ variant: [false, 'apic', 'cache'][args.known] as string }),
  slot_copy: ({ args }) => ({ variant: [false, 'none', 'readonly'][args.outcome] as string }),
  bus_lookup: ({ args }) => ({ params: { bus: bus(args.bus) }, variant: args.first < 0 && 'none' }),
  mmio_answered: ({ args }) => ({ variant: args.write === 0 && 'read' }),
  pio_access: ({ args }) => ({ variant: [false, 'in', 'outs', 'ins'][args.way] as string }),
  pio_answered: ({ args }) => ({ variant: args.way === 2 ? 'outs' : args.way === 3 && 'ins' }),
  ioeventfd_refused: ({ args }) => ({ params: { errno: errno(args.errno) } }),
  setup_irqchip: ({ args }) => asked(args),
  setup_cap: ({ args }) => asked(args, { cap: CAPS[args.cap] ?? '', value: args.value }),
  setup_vcpu: ({ args }) => asked(args),
  setup_pit: ({ args }) => asked(args),
  setup_boot_cpu: ({ args }) => asked(args),
  vmm_line: ({ args }) => ({ variant: args.level === 0 && 'low' }),
  vmm_held: ({ args }) => ({ variant: args.why === 1 && 'remoteIrr' }),
  vmm_eoi: ({ args }) => ({ variant: args.again === 1 && 'again' }),
  vmm_interrupt: ({ args }) => ({ variant: [false, 'open', 'injected'][args.outcome] as string }),
});
