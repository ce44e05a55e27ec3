import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { createRecord } from './record.ts';
import { readLine } from './text-line.ts';
import { createTables, LINE } from './text-tables.ts';
import { FIRST_UNKNOWN, TP, TRACEPOINTS } from './tracepoints.ts';

function read(line: string, tables = createTables()) {
  const r = createRecord();
  const bytes = new TextEncoder().encode(line);
  const kind = readLine(bytes, 0, bytes.length, r, tables);
  return { kind, r, tables, name: TRACEPOINTS[r.event]?.name, f: [...r.f] };
}

describe('the columns before the event', () => {
  test.each([
    ['ftrace', ' qemu-system-x86-153     [002] d..1.     8.819331: kvm_eoi: apicid 0 vector 48', 153, 2, 8819331],
    [
      'a comm with blanks and a slash',
      '       CPU 0/KVM-160     [002] d..1.    10.176179: kvm_eoi: apicid 0 vector 48',
      160,
      2,
      10176179,
    ],
    [
      'four flag characters',
      '       challenge-24797 [003] d..1 83184.290312: kvm_eoi: apicid 0 vector 48',
      24797,
      3,
      83184290312,
    ],
    [
      'a lost comm',
      '           <...>-3441924 [004] .... 1907374.582975: kvm_eoi: apicid 0 vector 48',
      3441924,
      4,
      1907374582975,
    ],
    [
      'a TGID column and ticks',
      '       CPU 0/KVM-700     (    689) [002] d..1. 621643374697: kvm_eoi: apicid 0 vector 48',
      700,
      2,
      621643374697,
    ],
    [
      'trace-cmd',
      '       CPU 0/KVM-168   [000]    16.737670: kvm_eoi:             apicid 0 vector 48',
      168,
      0,
      16737670,
    ],
    ['a buffer prefix', 'tc:  qemu-system-x86-159   [001]    15.165234: kvm_eoi: apicid 0 vector 48', 159, 1, 15165234],
    ['latency style', 'qemu-sys-159     1d..1.    15.165234: kvm_eoi: apicid 0 vector 48', 159, 1, 15165234],
    ['latency-format', 'qemu-sys-9844      1..... 384753us : kvm_eoi: apicid 0 vector 48', 9844, 1, 384753],
    ['latency-format after a pause', ' CPU 0/K-9844      3d..1. 12us+: kvm_eoi: apicid 0 vector 48', 9844, 3, 12],
    ['nanoseconds', '  CPU 0/KVM-9   [001]    15.165233992: kvm_eoi: apicid 0 vector 48', 9, 1, 15165233.992],
    ['a delta column', '  CPU 0/KVM-9   [001]    15.166157: (+923)   kvm_eoi: apicid 0 vector 48', 9, 1, 15166157],
    ['perf script -F tid,time', '  575   247.559290: kvm:kvm_eoi: apicid 0 vector 48', 575, -1, 247559290],
    ['perf script -F comm,time', '   CPU 0/KVM   247.559290: kvm:kvm_eoi: apicid 0 vector 48', -1, -1, 247559290],
    [
      'trace-cmd report -l',
      '   CPU 0/KV-575     3d..1   247.559290: kvm_eoi:              apicid 0 vector 48',
      575,
      3,
      247559290,
    ],
    ['perf script', '       CPU 0/KVM   575 [000]   247.559290:   kvm:kvm_eoi: apicid 0 vector 48', 575, 0, 247559290],
    [
      'perf script pid/tid',
      ' qemu-system-x86   564/565   [002]   225.529561906:   kvm:kvm_eoi: apicid 0 vector 48',
      565,
      2,
      225529561.906,
    ],
    [
      'flags before the CPU',
      '2022-04-22 17:39:26.535148            <...> 126953 .... [078] 96822671.255015: kvm:kvm_eoi: apicid 0 vector 48',
      126953,
      78,
      96822671255015,
    ],
    [
      'comm and tid cut',
      '    [001]   770.850287:                      kvm:kvm_eoi: apicid 0 vector 48',
      -1,
      1,
      770850287,
    ],
    ['a comm without pid', 'microkvm [012] 98222.234315: kvm_eoi: apicid 0 vector 48', -1, 12, 98222234315],
    [
      'a thread without a CPU',
      ' CPU 0/KVM 19247 50132.120270:   kvm:kvm_eoi: apicid 0 vector 48',
      19247,
      -1,
      50132120270,
    ],
    [
      'process and thread without a CPU',
      ' qemu 44/47 50132.120270:   kvm:kvm_eoi: apicid 0 vector 48',
      47,
      -1,
      50132120270,
    ],
    ['comm and thread without a CPU', ' qemu-sys-47 12.120270: kvm_eoi: apicid 0 vector 48', 47, -1, 12120270],
    [
      'a period',
      ' qemu-system-x86 19247 [001] 50132.120270:          1        kvm:kvm_eoi: apicid 0 vector 48',
      19247,
      1,
      50132120270,
    ],
    ['time only', ' 220.696238: kvm_eoi: apicid 0 vector 48', -1, -1, 220696238],
    [
      'quoted',
      '> #            <...>-12345 [001] .... 12345.678901: kvm_eoi: apicid 0 vector 48',
      12345,
      1,
      12345678901,
    ],
    [
      'a comm with brackets and digits',
      '  a-1 [7] 2.5: b-44      [003] d..1.    10.176179: kvm_eoi: apicid 0 vector 48',
      44,
      3,
      10176179,
    ],
  ])('%s', (_what, line, tid, cpu, ts) => {
    const { kind, r, f } = read(line);
    expect(kind).toBe(LINE.event);
    expect(r.event).toBe(TP.kvm_eoi);
    expect([r.tid, r.cpu, r.ts, f[0], f[1]]).toEqual([tid, cpu, ts, 0, 48]);
  });

  test('perf trace counts milliseconds and leaves zero fields out', () => {
    const { kind, r, f } = read('    17.594 qemu-system-x8/899 kvm:kvm_set_irq(level: 1)');
    expect([kind, r.tid, r.ts, ...f.slice(0, 3)]).toEqual([LINE.event, 899, 17594, 0, 1, 0]);
    expect(read('   301.979 CPU 0/KVM/488 kvm:kvm_pic_set_irq()').kind).toBe(LINE.event);
    expect(read('  3792.330 CPU 0/KVM/495 kvm:kvm_inj_virq(vector: HYPERVISOR_CALLBACK)').f[1]).toBe(0xf3);
    const rte = read(' 1.000 x/1 kvm:kvm_ioapic_set_irq(e: 216172782113818660, pin: 4, coalesced: 1)');
    expect(rte.f.slice(0, 8)).toEqual([4, 3, 36, 0, 1, 1, 0, 1]);
  });

  test('perf trace prints no comm, no thread or a duration too, and lines of other subsystems are counted by name', () => {
    const heads: [string, number][] = [
      ['     17.594 899 ', 899],
      ['     17.594 ', -1],
      ['     17.594 (         ): ', -1],
      ['     17.594 (         ): CPU 0/KVM/899 ', 899],
      ['     17.594 (sd-pam)/899 ', 899],
      ['     17.594 (1 2)/899 ', 899],
    ];
    for (const [head, tid] of heads) {
      const { kind, r, f } = read(`${head}kvm:kvm_set_irq(gsi: 4, level: 1)`);
      expect([head, kind, r.event, r.tid, r.ts, f[0]]).toEqual([head, LINE.event, TP.kvm_set_irq, tid, 17594, 4]);
    }
    for (const text of ['irq:irq_handler_entry(irq: 4)', 'ioctl(fd: 12</dev/kvm>, cmd: KVM_IRQ_LINE) = 0']) {
      const { kind, r, tables } = read(`     17.594 ( 0.012 ms): qemu/899 ${text}`);
      expect([kind, r.tid, r.ts, tables.others.list]).toEqual([LINE.other, 899, 17594, [/\w+(?=\()/.exec(text)?.[0]]]);
    }
  });

  test('the calls of a stack are no lines that could not be read', () => {
    for (const text of [
      '\tffffffffa0b2c3d4 kvm_set_irq+0x12 ([kvm])',
      '                    kvm_set_irq ([kvm])',
      '          7f00 ioctl+0x3f (/lib/x86_64-linux-gnu/libc.so.6)',
      ' => kvm_set_irq',
      '<stack trace>',
    ]) {
      expect([text, read(text).kind]).toEqual([text, LINE.comment]);
    }
  });

  test('a line reads alike after any other, whatever its columns', () => {
    const heads = [
      '    17.594 qemu-system-x8/899 ',
      '   123.001 CPU 0/KVM/900 ',
      '1234567.890 a kvm b/12 ',
      ' 17.59 qemu-system-x8/899 ',
      ' qemu-system-x86   564 [002]   225.529561:        ',
      '       CPU 0/KVM   900/901 [012]   225.530508: ',
      ' qemu-system-x86     7 [000] d..1.   99.000001: ',
      '       CPU 1/KVM-565     [003] d..1.  1225.530547: ',
      '           <...>-1234567 [003] .....  1225.530547: ',
    ];
    const events = [
      'kvm:kvm_set_irq(gsi: 4, level: 1)',
      'kvm:kvm_set_irq()',
      'kvm:kvm_set_irq(',
      'kvm:kvm_eoi(vector: 236)',
      'kvm:kvm_no_such(vector: 236)',
      'kvm:kvm_inj_virq(vector: 0x30, reinjected: 1)',
      'kvm:kvm_eoi: apicid 1 vector 236',
      'kvm_eoi: apicid 1 vector 236',
      'kvm:kvm_entry: vcpu 1, rip 0xffffffff81000000',
      'kvm:kvm_entry:',
      'sched:sched_waking: comm=x',
    ];
    const lines = heads.flatMap((head) => events.map((event) => head + event));
    const rng = createRng(0x16);
    const shared = createTables();
    for (let i = 0; i < 4000; i++) {
      const line = lines[nextBelow(rng, lines.length)] as string;
      const told = ({ kind, r }: ReturnType<typeof read>) => ({ ...r, kind, event: Math.min(r.event, FIRST_UNKNOWN) });
      expect([line, told(read(line, shared))]).toEqual([line, told(read(line))]);
    }
    expect(read(`${heads[5]}${events[6]}`).r).toMatchObject({ tid: 901, cpu: 12, ts: 225_530_508 });
    expect(read(`${heads[1]}${events[0]}`).r).toMatchObject({ tid: 900, ts: 123_001 });
  });

  test('between lines of the function tracers events are read, and their own are none', () => {
    const { kind, r } = read(' 1)               |    /* kvm_eoi: apicid 1 vector 52 */');
    expect([kind, r.event, r.cpu, ...r.f.slice(0, 2)]).toEqual([LINE.event, TP.kvm_eoi, 1, 1, 52]);
    expect(read(' 1)   0.512 us    |    kvm_pic_set_irq();').kind).toBe(LINE.comment);
    expect(read(' CPU 0/KVM-160     [002] d..1.    10.17: kvm_set_msr_common <-__kvm_set_msr').kind).toBe(LINE.comment);
  });

  test('a line without a time is an event only if it is KVM’s', () => {
    expect(read('           kvm:kvm_eoi: apicid 0 vector 48').kind).toBe(LINE.event);
    expect(read(' kvm_exit:             reason EOI_INDUCED rip 0xfffff80006a17e1a info 50 0').kind).toBe(LINE.event);
    expect(read('note: this hangs').kind).toBe(LINE.unreadable);
  });
});

describe('the text of an event', () => {
  test.each([
    ['kvm_pic_set_irq: chip 1 pin 3 (level|masked) (coalesced)', [1, 3, 1, 1, 1]],
    ['kvm_pic_set_irq: chip 0 pin 4 (edge)', [0, 4, 0, 0, 0]],
    [
      'kvm_ioapic_set_irq: pin 10 dst ff vec 38 (LowPrio|logical|level|masked) (coalesced)',
      [10, 255, 38, 1, 1, 1, 1, 1],
    ],
    ['kvm_ioapic_set_irq: pin 2 dst 0 vec 48 (Fixed|physical|edge) (coalesced)', [2, 0, 48, 0, 0, 0, 0, 1]],
    ['kvm_msi_set_irq: dst 1f vec 80 (Fixed|physical|level|rh)', [31, 80, 0, 0, 1, 1]],
    ['kvm_apic_accept_irq: apicid 1f vec 236 (LowPrio|level)', [31, 236, 1, 1, 0]],
    ['kvm_apic_ipi: dst 1 vec 251 (Fixed|physical|de-assert|edge|all-but-self)', [1, 251, 0, 0, 0, 0, 3]],
    ['kvm_eoi: apicid 0 vector -1', [0, -1]],
    ['kvm_inj_virq: irq 52', [0, 52, 0]],
    ['kvm_inj_virq: IRQ 0x34 [reinjected]', [0, 52, 1]],
    ['kvm_inj_virq: Soft/INTn 0x20 [reinjected]', [1, 32, 1]],
    ['kvm_ack_irq: irqchip PIC slave pin 11', [1, 11]],
    ['kvm_entry: vcpu 0, rip 0xfff0[immediate exit]', [0, 0xfff0, 0, 0]],
    [
      'kvm_entry: vcpu 1 rip 0xffffffff81544393 intr_info 0x80000236 error_code 0x0',
      [1, 0x81544393, 0xffffffff, 0x80000236],
    ],
    ['kvm_apic: apic_write APIC_ICR = 0xb0000440b0', [1, 0x300, 0x440b0, 0xb0]],
    ['kvm_apic: apic_read 0x190 = 0x8', [0, 0x190, 8, 0]],
    ['kvm_msr: msr_write 6e0 = 0x5a1c33d0e18', [1, 0x6e0, 0xc33d0e18, 0x5a1]],
    ['kvm_pio: pio_write at 0x20 size 1 count 1 val 0x20 ', [1, 0x20, 1, 1, 0x20]],
    ['kvm_mmio: mmio unsatisfied-read len 4 gpa 0xfec00010 val 0x0', [0, 4, 0xfec00010, 0, 0, 0]],
    ['kvm_userspace_exit: reason KVM_EXIT_IOAPIC_EOI (26)', [26, 0]],
    ['kvm_userspace_exit: reason error (11)', [11, 1]],
    [
      'kvm_exit: vcpu 0 reason EOI_INDUCED rip 0xffffffff8107505b info1 0x0000000000000026 info2 0x0 intr_info 0x800000fb error_code 0x0',
      [0, 0, 0x26, 0, 0, 0, 0x800000fb],
    ],
  ])('%s', (text, fields) => {
    const { kind, f } = read(text);
    expect(kind).toBe(LINE.event);
    expect(f.slice(0, fields.length)).toEqual(fields);
  });

  test('ftrace’s options/fields: numbers in two ways, a byte as it is', () => {
    const pic = read("kvm_pic_set_irq: chip=(1) pin=(3) elcr=(8) imr='h'(104) coalesced=(1)");
    expect([pic.kind, ...pic.f.slice(0, 5)]).toEqual([LINE.event, 1, 3, 1, 1, 1]);
    const rte = read('kvm_ioapic_set_irq: e=0x300000000008924 (216172782113818916) pin=0x4 (4) coalesced=(0)');
    expect(rte.f.slice(0, 8)).toEqual([4, 3, 36, 1, 1, 1, 0, 0]);
    expect(read('kvm_eoi: apicid=0x2 (2) vector=0xffffffff (-1)').f.slice(0, 2)).toEqual([2, -1]);
    expect(read("kvm_pic_set_irq: chip=(0) pin=(7) elcr=(0) imr=')'(41) coalesced=(0)").f.slice(0, 5)).toEqual([
      0, 7, 0, 0, 0,
    ]);
  });

  test('trace-cmd report -R: an MSR’s number is hexadecimal, and of an RTE the vector alone is printed', () => {
    expect(read('kvm_msr: write=1 ecx=10 data=0x5 exception=0').f.slice(0, 3)).toEqual([1, 0x10, 5]);
    expect(read('kvm_eoi: apicid=0 vector=243').tables.cutLine).toBe(0);
    const line = createRecord();
    line.line = 7;
    const tables = createTables();
    const bytes = new TextEncoder().encode('kvm_ioapic_set_irq: e=48 pin=2 coalesced=0');
    expect(readLine(bytes, 0, bytes.length, line, tables)).toBe(LINE.event);
    expect([tables.cutLine, line.f[0], line.f[2]]).toEqual([7, 2, 48]);
  });

  test('exit reasons: two words of SVM, a flag word of VMX', () => {
    expect(read('kvm_exit: vcpu 0 reason UD excp rip 0x1 info1 0x0').tables.reasons.list).toEqual(['UD excp']);
    expect(read('kvm_exit: vcpu 0 reason HLT FAILED_VMENTRY rip 0x1').tables.reasons.list).toEqual(['HLT']);
  });

  test('a text no kernel prints is unreadable', () => {
    expect(read('kvm_set_irq: gsi banana level 1 source 0').kind).toBe(LINE.unreadable);
    expect(read('kvm_eoi: apicid zz vector 3').kind).toBe(LINE.unreadable);
  });
});

test('loss is counted where the text says how much', () => {
  const lost = read('CPU:2 [LOST 1234 EVENTS]');
  expect([lost.kind, lost.tables.lost]).toEqual([LINE.lost, 1234]);
  const dropped = read('CPU:1 [17 EVENTS DROPPED]');
  expect([dropped.kind, dropped.tables.lost]).toEqual([LINE.lost, 17]);
  expect(read('##### CPU 2 buffer started ####').kind).toBe(LINE.lost);
});
