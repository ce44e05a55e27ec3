/** How to record: the exact commands for the questions people have, what each costs, and how to leave out what is private. */

export interface Recipe {
  /** i18n `trace.recipe.<id>` is the question, `trace.recipe.<id>.cost` what it costs. */
  readonly id: string;
  readonly commands: readonly string[];
}

/** The events that show the way of an interrupt, without the exits around it. */
const INTERRUPT_EVENTS = [
  'kvm_set_irq',
  'kvm_msi_set_irq',
  'kvm_pic_set_irq',
  'kvm_ioapic_set_irq',
  'kvm_apic_accept_irq',
  'kvm_apicv_accept_irq',
  'kvm_inj_virq',
  'kvm_eoi',
  'kvm_pv_eoi',
  'kvm_ack_irq',
];
/** What the engine needs besides, to foresee them. */
const INPUT_EVENTS = [
  'kvm_apic',
  'kvm_apic_ipi',
  'kvm_msr',
  'kvm_mmio',
  'kvm_pio',
  'kvm_hypercall',
  'kvm_entry',
  'kvm_exit',
  'kvm_userspace_exit',
  'kvm_apicv_inhibit_changed',
];

const flags = (events: readonly string[]): string => events.map((name) => `-e kvm:${name}`).join(' ');

export const RECIPES: readonly Recipe[] = [
  {
    id: 'where',
    commands: [
      `trace-cmd record -b 65536 ${flags([...INTERRUPT_EVENTS, ...INPUT_EVENTS])} -o irq.dat sleep 10`,
      'npm run -s trace -- irq.dat',
    ],
  },
  {
    id: 'latency',
    commands: [
      `trace-cmd record -b 32768 ${flags(INTERRUPT_EVENTS)} -o irq.dat sleep 10`,
      'npm run -s trace -- irq.dat',
    ],
  },
  {
    id: 'boot',
    commands: [
      `trace-cmd start -b 131072 ${flags([...INTERRUPT_EVENTS, ...INPUT_EVENTS])}`,
      '# start the guest, wait until it fails',
      'trace-cmd stop; trace-cmd extract -o boot.dat; trace-cmd reset',
    ],
  },
  {
    id: 'tracefs',
    commands: [
      'cd /sys/kernel/tracing; echo 65536 > buffer_size_kb; echo > trace',
      `for e in ${[...INTERRUPT_EVENTS, ...INPUT_EVENTS].join(' ')}; do echo 1 > events/kvm/$e/enable; done`,
      'echo 1 > tracing_on; sleep 10; echo 0 > tracing_on; cat trace | gzip > /tmp/irq.txt.gz; echo 0 > events/kvm/enable',
    ],
  },
  {
    id: 'perf',
    commands: [
      `perf record -a ${flags(INTERRUPT_EVENTS)} -o irq.data sleep 10`,
      'perf script -i irq.data -F comm,tid,cpu,time,event,trace | gzip > irq.txt.gz',
    ],
  },
  {
    id: 'one-vm',
    commands: ['trace-cmd record -P $(pgrep -d, -f "guest=NAME") -c -e kvm -o irq.dat sleep 10'],
  },
  {
    id: 'private',
    commands: [
      "zcat irq.txt.gz | sed -E 's/^.{16}-/            vcpu-/; s/ rip 0x[0-9a-f]+/ rip 0x0/; s/gpa 0x[0-9a-f]{9,}/gpa 0x0/' | gzip > shared.txt.gz",
    ],
  },
  { id: 'dump', commands: ['info registers -a', 'info lapic 0', 'info pic', 'info irq'] },
];
