/** The split irqchip: KVM reads a vCPU's routes out with the line of a message, and sends nothing. */
import { expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { TraceReading } from './reading.ts';
import { bytesSource } from './source.ts';

const own = (n: number, text: string): string => `       CPU 0/KVM-166     [003] .....    39.${535_000 + n}: ${text}`;
const main = (n: number, text: string): string => ` qemu-system-x86-155     [002] .....    39.${535_000 + n}: ${text}`;
const entry = (n: number): string => own(n, 'kvm_entry: vcpu 0, rip 0xffffffff81000000');
const halt = (n: number): string =>
  own(n, 'kvm_exit: vcpu 0 reason hlt rip 0x1 info1 0x0 info2 0x0 intr_info 0x00000000 error_code 0x00000000');

/** A boot: routes are read out, then a level line of a route is delivered and ended. */
function trace(routes: readonly string[], taken = true): Uint8Array {
  const lines = [
    own(0, 'kvm_write_tsc_offset: vcpu=0 prev=0 next=1 '),
    own(1, 'kvm_entry: vcpu 0, rip 0xfff0'),
    halt(2),
    own(3, 'kvm_apic: apic_write APIC_SPIV = 0x1ff'),
    ...routes.map((route, i) => own(10 + i, `kvm_msi_set_irq: ${route}`)),
    entry(50),
    halt(51),
    main(60, 'kvm_set_irq: gsi 21 level 1 source 0'),
    main(61, 'kvm_msi_set_irq: dst 0 vec 35 (Fixed|physical|level)'),
    ...(taken ? [main(62, 'kvm_apic_accept_irq: apicid 0 vec 35 (Fixed|level)')] : []),
    main(63, 'kvm_set_irq: gsi 21 level 0 source 0'),
    own(70, 'kvm_inj_virq: IRQ 0x23'),
    entry(71),
    own(72, 'kvm_exit: vcpu 0 reason msr rip 0x1 info1 0x1 info2 0x0 intr_info 0x00000000 error_code 0x00000000'),
    own(73, 'kvm_apic: apic_write APIC_EOI = 0x0'),
    own(74, 'kvm_eoi: apicid 0 vector 35'),
    own(75, 'kvm_userspace_exit: reason KVM_EXIT_IOAPIC_EOI (26)'),
    entry(80),
    own(81, 'kvm_msr: msr_write 6e0 = 0x1'),
    own(82, 'kvm_mmio: mmio write len 4 gpa 0xfebf3004 val 0x1'),
    own(83, 'kvm_apic_ipi: dst 0 vec 251 (Fixed|physical|assert|edge|self)'),
    own(84, 'kvm_apic_accept_irq: apicid 0 vec 251 (Fixed|edge)'),
    entry(90),
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const ROUTES = Array.from(
  { length: 24 },
  (_, gsi) => `dst 0 vec ${32 + gsi} (Fixed|physical|${gsi > 15 ? 'level' : 'edge'})`,
);
const differing = (a: Awaited<ReturnType<typeof analyse>>): string[] =>
  a.findings.filter((f) => f.id.startsWith('differs.')).map((f) => `${f.line}: ${f.expected} / ${f.shown}`);

test('24 routes read out are no delivery, and show the routing table', async () => {
  const a = await analyse(bytesSource(trace(ROUTES)), { keep: true, at: 31 });
  expect(a.summary.irqchip).toBe('split');
  expect(differing(a)).toEqual([]);
  expect(a.state?.routes).toEqual(ROUTES);
  // Neither in the picture nor in a scene of these lines is anything raised by them.
  expect(a.overview?.sources.find((one) => one.kind === 'msi')?.total ?? 0).toBe(0);
  const scene = await new TraceReading(a).scene(5, 40);
  expect(
    scene?.ops.filter((op, i) => op.op === 'msi' && (scene.lines[i] ?? 0) > 0 && (scene.lines[i] ?? 0) < 29),
  ).toEqual([]);
});

test('a message of a device that nobody takes is a finding all the same', async () => {
  const a = await analyse(bytesSource(trace(ROUTES, false)));
  expect(differing(a).length).toBe(1);
});
