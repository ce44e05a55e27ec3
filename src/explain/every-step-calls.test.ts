/** Every step of every scene, on both vendors: its call path is made of calls the catalogue knows, on the host's own module. */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { portion } from '../cli/portion.ts';
import { presetFiles, scenesOnBothVendors } from '../cli/scenes-for-tests.ts';
import { COL } from '../engine/view/tables.ts';
import { causesOf } from '../log/causes.ts';
import type { JsonOp } from '../log/log.ts';
import { argsIn, cellOf } from '../log/rows.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { EVENT_NAMES, type EventName, eventRow } from '../spec/events/index.ts';
import { KERNEL_VERSIONS, type KernelVersion, placeAt } from '../spec/kernel/functions.ts';
import { CALL_PATHS } from '../spec/kernel/paths.ts';
import { KERNELS } from '../spec/quirks.ts';
import { ASIDE, callChain, chainsOf, footOf } from './calls.ts';
import { versionOf } from './kernel-version.ts';

const EDGES: ReadonlyMap<KernelVersion, ReadonlySet<string>> = new Map(
  KERNEL_VERSIONS.map((version) => {
    const edges = new Set<string>();
    for (const path of CALL_PATHS) {
      for (const step of path.at[version]?.steps ?? []) {
        const caller = step.caller === null ? undefined : path.at[version]?.steps[step.caller];
        if (caller !== undefined) edges.add(`${caller.id} > ${step.id}`);
      }
    }
    return [version, edges] as const;
  }),
);

const FOREIGN = { intel: 'arch/x86/kvm/svm/', amd: 'arch/x86/kvm/vmx/' } as const;
/** Chains at a version of the steps of this kind, each once, as the panel shows them; `|` is another context. */
function chains(id: string, name: string, version: KernelVersion = 'v6.18'): string[] {
  const preset = presetFiles.find((p) => p.id === id);
  const scene = sceneOf(preset?.ops as readonly JsonOp[], preset?.start);
  const steps = [...scene.steps].filter((step) => step.name === name);
  const told = steps.map((step) =>
    callChain(scene, step, version)
      .map((link) => (link.reached === 'later' ? `| ${link.name}` : link.name))
      .join(' '),
  );
  return [...new Set(told)];
}

test('at v6.18 every function of a path is there, and a chip of the VMM runs no kernel code', () => {
  let ofVmm = 0;
  for (const { id, ops, start } of presetFiles) {
    const scene = sceneOf(ops as readonly JsonOp[], start);
    const create = (ops as readonly JsonOp[]).find(({ op }) => op === 'create');
    const isVmms = create?.irqchip === 'none' && !(ops as readonly JsonOp[]).some(({ op }) => op === 'create_irqchip');
    for (const step of scene.steps) {
      const foot = footOf(callChain(scene, step, 'v6.18'), step.name);
      expect(foot.absent, `${id} ${step.name}`).toBeNull();
      if (!isVmms || eventRow(step.name).by !== 'pic') continue;
      ofVmm++;
      expect(foot, `${id} ${step.name}`).toEqual({ absent: null, outside: true, trace: null });
    }
  }
  expect(ofVmm).toBeGreaterThan(4);
});

test('an exit to user space is told by KVM_RUN, which prints it', () => {
  const scene = sceneOf([
    { op: 'create', vcpus: 1, irqchip: 'full', roads: true },
    { op: 'pio_write', vcpu: 0, port: 0x3f8, value: 1 },
  ]);
  const step = [...scene.steps].find(({ name }) => name === 'userspace_exit');
  const chain = step === undefined ? [] : callChain(scene, step, 'v6.18');
  expect(chain.at(-1)?.name).toBe('kvm_vcpu_ioctl');
  expect(footOf(chain, 'userspace_exit')).toEqual({ absent: null, outside: false, trace: 'kvm_userspace_exit' });
});

describe('the branch that ran', () => {
  test('a read is looked up on the bus as a read, a write as a write', () => {
    const create = { op: 'create', vcpus: 1, irqchip: 'full', roads: true };
    const read = /kvm_io_bus_read > __kvm_io_bus_read/;
    const write = /kvm_io_bus_write > __kvm_io_bus_write/;
    const cases: readonly (readonly [JsonOp, RegExp])[] = [
      [{ op: 'pio_read', vcpu: 0, port: 0x3f8 }, read],
      [{ op: 'pio_write', vcpu: 0, port: 0x3f8, value: 1 }, write],
      [{ op: 'mmio_read', vcpu: 0, addr: 0xd0000000, size: 4 }, read],
      [{ op: 'mmio_write', vcpu: 0, addr: 0xd0000000, size: 4, value: 1 }, write],
      [{ op: 'pio_string', vcpu: 0, port: 0x3f8, dir: 'in', size: 1, count: 2 }, read],
      [{ op: 'pio_string', vcpu: 0, port: 0x3f8, dir: 'out', size: 1, count: 2, data: [1, 2] }, write],
    ];
    for (const [op, way] of cases) {
      const scene = sceneOf([create, op]);
      const lookup = [...scene.steps].find(({ name, args }) => name === 'bus_lookup' && args[0] !== 3);
      for (const version of lookup === undefined ? [] : KERNEL_VERSIONS)
        expect(
          `${callChain(scene, lookup as NonNullable<typeof lookup>, version)
            .map(({ name }) => name)
            .join(' > ')}`,
        ).toMatch(way);
      expect(lookup, JSON.stringify(op)).toBeDefined();
    }
  });

  test.each<[what: string, id: string, event: string, shown: RegExp, not: RegExp]>([
    ['an OCW2 EOI is no ICW1', 'pit-extint', 'pic_eoi', /pic_ioport_write pic_clear_isr$/, /kvm_pic_reset/],
    [
      'an INIT kicks without delivering',
      'ap-startup',
      'kick',
      /__apic_accept_irq kvm_vcpu_kick __kvm_vcpu_kick$/,
      /deliver_interrupt/,
    ],
    ['the hrtimer', 'lapic-timer', 'timer_expired', /^apic_timer_fn apic_timer_expired$/, /hv_timer/],
    [
      'what expired goes in when the thread comes by',
      'lapic-timer',
      'timer_inject',
      /\| vcpu_run kvm_inject_pending_timer_irqs/,
      /hv_timer/,
    ],
    [
      'the processor posts an IPI by itself',
      'ipi-virtualized',
      'ipi_virtualization',
      /^apic_write_virtualized \| ipi_virtualization$/,
      /deliver/,
    ],
    ['AVIC’s IPI is the processor’s', 'avic-doorbell', 'avic_evaluate', /./, /vmx|vt_/],
    [
      'an entry that is cancelled',
      'cancelled-injection',
      'cancel_injection',
      /vt_cancel_injection vmx_cancel_injection$/,
      /^$/,
    ],
    [
      'an inhibit calls a function',
      'apicv-inhibited',
      'kick',
      /kvm_make_all_cpus_request kvm_kick_many_cpus$|__kvm_vcpu_kick$/,
      /^$/,
    ],
  ])('%s (%s, %s)', (_what, id, event, shown, not) => {
    const found = chains(id, event);
    expect(found.length).toBeGreaterThan(0);
    for (const chain of found) {
      expect(chain).toMatch(shown);
      expect(chain).not.toMatch(not);
    }
  });

  test.each<[id: string, event: string, KernelVersion, RegExp]>([
    // Asked for by what blocks, then; by what is scheduled out, now.
    ['posted-halted', 'pi_wakeup_on', 'v5.15', /\| vcpu_run vcpu_block vmx_pre_block pi_pre_block$/],
    [
      'posted-halted',
      'pi_wakeup_on',
      'v6.12',
      /kvm_arch_vcpu_put vmx_vcpu_put vmx_vcpu_pi_put pi_enable_wakeup_handler$/,
    ],
    [
      'vtd-posted',
      'kvm_pi_irte_update',
      'v5.15',
      / kvm_arch_(irq_bypass_add_producer|update_irqfd_routing) pi_update_irte$/,
    ],
    ['irqfd-resample', 'resamplefd_signal', 'v5.15', /kvm_notify_acked_gsi irqfd_resampler_ack$/],
    ['avic-doorbell', 'avic_deliver', 'v5.15', /__apic_accept_irq svm_deliver_avic_intr$/],
    ['avic-doorbell', 'vcpu_wakeup', 'v5.15', /avic_kick_target_vcpus kvm_vcpu_wake_up$/],
    ['avic-doorbell', 'vcpu_wakeup', 'v6.12', /avic_kick_vcpu svm_complete_interrupt_delivery kvm_vcpu_wake_up$/],
    [
      'apicv-inhibited',
      'reschedule_ipi',
      'v5.15',
      /kvm_make_all_cpus_request_except kvm_kick_many_cpus smp_call_function_many$|kvm_vcpu_kick smp_send_reschedule$/,
    ],
    ['irq-window', 'reschedule_ipi', 'v6.18', /__kvm_vcpu_kick smp_send_reschedule$/],
  ])('%s: %s at %s', (id, event, version, shown) => {
    const found = chains(id, event, version);
    expect(found.length).toBeGreaterThan(0);
    for (const chain of found) expect(chain).toMatch(shown);
  });

  test.each(KERNEL_VERSIONS)('what a posted interrupt set lies in the frame that notifies, at %s', (version) => {
    const preset = presetFiles.find(({ id }) => id === 'posted-running');
    const scene = sceneOf(preset?.ops as readonly JsonOp[], preset?.start);
    const step = [...scene.steps].find(({ name }) => name === 'pi_notification');
    const frame = (step === undefined ? [] : callChain(scene, step, version)).at(-2);
    expect(frame?.name).toMatch(/^(__)?vmx_deliver_posted_interrupt$/);
    expect(frame?.event).toBe('on_set');
  });

  test('on AMD KVM injects with AMD’s function', () => {
    const [create, ...rest] = (presetFiles.find((p) => p.id === 'serial-ioapic') as Preset).ops as readonly JsonOp[];
    const scene = sceneOf([{ ...create, op: 'create', vendor: 'amd' }, ...rest]);
    const step = [...scene.steps].find(({ name }) => name === 'kvm_inj_virq');
    expect(step && callChain(scene, step, 'v6.18').at(-1)?.name).toBe('svm_inject_irq');
    const kick = [...scene.steps].find(({ name, args }) => name === 'kick' && args[0] === 2);
    const way = (version: KernelVersion): string =>
      (kick === undefined ? [] : callChain(scene, kick, version)).map(({ name }) => name).join(' ');
    for (const version of ['v6.12', 'v6.18'] as const)
      expect(way(version)).toMatch(/svm_deliver_interrupt svm_complete_interrupt_delivery kvm_vcpu_kick/);
    // Then __apic_accept_irq did it where AVIC took nothing.
    expect(way('v5.15')).toMatch(/__apic_accept_irq kvm_vcpu_kick$/);
  });
});

/** What an event says about the branch, and what its chain must or must not have then: events seen, all scenes and vendors. */
type Said = Readonly<Record<string, number>>;
interface Claim {
  readonly event: EventName;
  readonly when: (args: Said, before: EventName | null) => boolean;
  readonly has?: RegExp;
  readonly not?: RegExp;
  /** Where it is not so at every version. */
  readonly at?: readonly KernelVersion[];
  /** Where only one vendor's functions are meant. */
  readonly vendor?: 'intel' | 'amd';
}
const lapicWrite = (register: number) => (a: Said, before: EventName | null) =>
  before === null && a.register === register;
const CLAIMS: readonly Claim[] = [
  {
    event: 'kvm_apic_write',
    when: (a) => a.x2apic === 1,
    has: /kvm_x2apic_msr_write/,
    not: /apic_mmio|apic_access|set_eoi/,
  },
  { event: 'kvm_apic_write', when: (a, b) => a.x2apic === 0 && b === null, not: /x2apic|msr|misconfig/ },
  { event: 'kvm_apic_write', when: lapicWrite(0x300), has: /apic_mmio_write|x2apic_(icr|msr)_write/ },
  { event: 'kvm_apic_write', when: (a, b) => a.x2apic === 0 && b === null, has: /apic_mmio_write/, vendor: 'amd' },
  { event: 'kvm_apic_read', when: () => true, has: /kvm_x2apic_msr_read|apic_mmio_read/, not: /mmio_write|msr_write/ },
  { event: 'pic_read', when: (a) => a.port >= 0x80, not: /master/ },
  { event: 'pic_read', when: (a) => a.port < 0x80, has: /picdev_master_read/ },
  {
    event: 'kvm_apic_write',
    when: (a) => a.x2apic === 1 && a.register === 0x300,
    has: /kvm_x2apic_icr_write __kvm_x2apic_icr_write$/,
    at: ['v6.18'],
  },
  {
    event: 'kvm_apic_write',
    when: (a) => a.x2apic === 1 && a.register === 0x300,
    has: /kvm_x2apic_icr_write$/,
    at: ['v6.12'],
  },
  {
    event: 'kvm_apic_write',
    when: (a) => a.x2apic === 1 && a.register === 0x300,
    has: /kvm_x2apic_msr_write kvm_lapic_reg_write$/,
    at: ['v5.15'],
  },
  {
    event: 'avic_load',
    when: (_, b) => b === 'apicv_update',
    has: /avic_refresh_apicv_exec_ctrl (__)?avic_vcpu_load$/,
  },
  { event: 'pic_write', when: (a) => a.port < 0x80, has: /picdev_master_write|^pic_write$/, not: /slave/ },
  { event: 'pic_write', when: (a) => a.port >= 0x80, has: /picdev_slave_write|^pic_write$/, not: /master/ },
  { event: 'timer_expired', when: (a) => a.fromTimer === 1, has: /apic_timer_fn/, not: /hv_timer|start_/ },
  { event: 'timer_expired', when: (a) => a.fromTimer === 0, not: /apic_timer_fn/ },
  {
    event: 'timer_start',
    when: (a, b) => a.mode === 2 && b === null,
    has: /kvm_set_lapic_tscdeadline_msr/,
    not: /reg_write/,
  },
  { event: 'timer_start', when: (_, b) => b === 'state_restore', not: /reg_write/ },
  {
    event: 'timer_start',
    when: (_, b) => b === 'kvm_apic_write',
    has: /kvm_lapic_reg_write/,
    not: /deadline_msr|set_state/,
  },
  {
    event: 'kvm_msi_set_irq',
    when: (_, b) => b === 'irqfd_wakeup',
    has: /irqfd_wakeup kvm_arch_set_irq_inatomic/,
    not: /kvm_set_msi /,
  },
  {
    event: 'kvm_msi_set_irq',
    when: (_, b) => b === 'ioctl_signal_msi',
    has: /kvm_send_userspace_msi kvm_set_msi/,
    not: /inatomic/,
  },
  {
    event: 'kvm_msi_set_irq',
    when: (_, b) => b === 'kvm_set_irq',
    has: /kvm_set_irq kvm_set_msi/,
    not: /inatomic|userspace_msi/,
  },
  {
    event: 'kvm_apic_accept_irq',
    when: (_, b) => b === 'timer_inject',
    has: /kvm_apic_local_deliver/,
    not: /delivery_to_apic/,
  },
  {
    event: 'kvm_apic_accept_irq',
    when: (_, b) => b === 'kvm_msi_set_irq',
    has: /kvm_irq_delivery_to_apic_fast/,
    not: /delivery_to_apic /,
  },
  { event: 'ioapic_line', when: (a) => a.source === 2, has: /pit_do_work/, not: /ioctl|irqfd_inject/ },
  {
    event: 'avic_put',
    when: (_, b) => b === 'apicv_update',
    has: /avic_refresh_apicv_exec_ctrl/,
    not: /block|svm_vcpu_put/,
  },
  { event: 'avic_put', when: (_, b) => b !== 'apicv_update', has: /avic_vcpu_blocking/, not: /svm_vcpu_put|refresh/ },
  { event: 'guest_halt', when: () => true, not: /fastpath/ },
  {
    event: 'bus_lookup',
    when: (_, b) => b === null,
    has: /kvm_io_bus_(read|write) __kvm_io_bus_(read|write) kvm_io_bus_get_first_dev$/,
  },
  { event: 'pio_access', when: (a) => a.way === 0, has: /kvm_fast_pio_out/, not: /fast_pio_in|emulated/ },
  { event: 'pio_access', when: (a) => a.way === 1, has: /kvm_fast_pio_in/, not: /fast_pio_out|emulated/ },
  { event: 'pio_access', when: (a) => a.way === 2, has: /emulator_pio_out_emulated/, not: /fast_pio/ },
  { event: 'pio_access', when: (a) => a.way === 3, has: /emulator_pio_in_emulated/, not: /fast_pio/ },
  { event: 'accept_sipi', when: (a) => a.taken === 1, has: /vcpu_block kvm_apic_accept_events$/, not: /enter_guest/ },
  { event: 'accept_sipi', when: (a) => a.taken === 0, not: /vcpu_block/ },
  { event: 'pio_answered', when: (a) => a.way === 0, has: /complete_fast_pio_out$/, not: /mmio|emulated/ },
  { event: 'pio_answered', when: (a) => a.way === 1, has: /complete_fast_pio_in$/, not: /mmio|emulated/ },
  { event: 'pio_answered', when: (a) => a.way === 3, has: /complete_emulated_pio complete_emulated_io$/, not: /mmio/ },
  { event: 'gp_fault', when: () => true, has: /kvm_complete_insn_gp kvm_inject_gp$/, not: /cr_interception|handle_cr/ },
];

const X2APIC = { op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfee00d00 };
/** Branches that no scene takes. */
const ELSEWHERE: readonly (readonly [readonly JsonOp[], 'intel' | 'amd'])[] = (['intel', 'amd'] as const).flatMap(
  (vendor): (readonly [readonly JsonOp[], 'intel' | 'amd'])[] => [
    [
      [
        { op: 'create', vcpus: 2, vendor },
        X2APIC,
        { op: 'wrmsr', vcpu: 0, msr: 0x80f, value: 0x1ff },
        { op: 'wrmsr', vcpu: 0, msr: 0x830, value: 0x441fd },
        { op: 'wrmsr', vcpu: 0, msr: 0x832, value: 0x400ec },
        { op: 'advance', ns: 1000 },
        { op: 'wrmsr', vcpu: 0, msr: 0x6e0, value: 5 },
        { op: 'wrmsr', vcpu: 0, msr: 0x832, value: 0x200ec },
        { op: 'wrmsr', vcpu: 0, msr: 0x838, value: 0x100000 },
        { op: 'wrmsr', vcpu: 0, msr: 0x83e, value: 3 },
        { op: 'rdmsr', vcpu: 0, msr: 0x838 },
        { op: 'rdmsr', vcpu: 0, msr: 0x80e },
        { op: 'wrmsr', vcpu: 0, msr: 0x802, value: 1 },
      ],
      vendor,
    ],
    [
      [
        { op: 'create', vcpus: 1, vendor },
        { op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x1ff },
        { op: 'mmio_write', vcpu: 0, addr: 0xfee00300, size: 4, value: 0x400fd },
        { op: 'mmio_read', vcpu: 0, addr: 0xfee00390, size: 4 },
        { op: 'pio_read', vcpu: 0, port: 0x21 },
        { op: 'pio_read', vcpu: 0, port: 0xa1 },
      ],
      vendor,
    ],
  ],
);
const AVIC_OFF: readonly JsonOp[] = [
  { op: 'create', vcpus: 1, avic: true },
  { op: 'apicv_inhibit', reason: 1, set: 1 },
  { op: 'nop', vcpu: 0 },
  { op: 'apicv_inhibit', reason: 1, set: 0 },
  { op: 'nop', vcpu: 0 },
];

describe('what an event says is what its chain shows', () => {
  const seen = new Map<number, number>();
  const wrong = new Set<string>();
  const runs: [readonly JsonOp[], Parameters<typeof sceneOf>[1], 'intel' | 'amd'][] = [
    ...scenesOnBothVendors.map(([, ops, start, vendor]): (typeof runs)[number] => [ops, start, vendor]),
    ...ELSEWHERE.map(([ops, vendor]): (typeof runs)[number] => [ops, undefined, vendor]),
    [AVIC_OFF, undefined, 'amd'],
  ];
  for (const [ops, start, vendor] of runs) {
    const scene = sceneOf(ops, start);
    for (const step of [...scene.steps].slice(0, 300)) {
      const claims = CLAIMS.filter((c) => c.event === step.name && (c.vendor ?? vendor) === vendor);
      if (claims.length === 0) continue;
      const above = causesOf(scene, step.seq)
        .map((seq) => EVENT_NAMES[cellOf(scene, seq, COL.code)] as EventName)
        .filter((name) => !ASIDE.has(name));
      const before = above.at(-2) ?? null;
      const args = argsIn(scene, step.seq, step.name);
      const meant = claims.filter(({ when }) => when(args, before));
      for (const version of meant.length === 0 ? [] : KERNEL_VERSIONS) {
        // By their catalogued names: a function may have had another.
        const chain = callChain(scene, step, version)
          .map((link) => link.id ?? link.name)
          .join(' ');
        for (const claim of meant.filter(({ at = KERNEL_VERSIONS }) => at.includes(version))) {
          const at = CLAIMS.indexOf(claim);
          seen.set(at, (seen.get(at) ?? 0) + 1);
          const where = `${version} ${vendor} ${step.name}: ${chain}`;
          if (claim.has?.test(chain) === false) wrong.add(`${where} has no ${claim.has}`);
          if (claim.not?.test(chain) === true) wrong.add(`${where} has ${claim.not}`);
        }
      }
    }
  }
  test('in every step of every scene', () => expect([...wrong]).toEqual([]));
  test('and what the tests ask for happens', () =>
    expect(CLAIMS.map((claim, i) => [claim.event, i]).filter(([, i]) => !seen.has(i as number))).toEqual([]));
});

/** The scene on a machine of that kernel; one that is made call by call is of the default. */
const ofKernel = ([create, ...rest]: readonly JsonOp[], version: KernelVersion): readonly JsonOp[] =>
  create?.op === 'create' ? [{ ...create, kernel: version.slice(1) }, ...rest] : [create as JsonOp, ...rest];

/** Called by what is before it at v6.18, by something else then. */
const NOT_CALLED: Readonly<Partial<Record<KernelVersion, readonly EventName[]>>> = {
  // Before the vCPU blocks, not where it is scheduled out.
  'v5.15': ['pi_wakeup_on'],
  // By one function at the tag, by another in the updates.
  'v6.12': ['tpr_threshold'],
};

describe.each(KERNEL_VERSIONS)('on a machine of %s', (version) => {
  const onPaths = (vendor: 'intel' | 'amd') => new Set(chainsOf(vendor, version).flatMap((s) => s.map(({ id }) => id)));
  const known = { intel: onPaths('intel'), amd: onPaths('amd') } as const;

  // One step in four of each scene.
  test.each(scenesOnBothVendors)('%s', (id, ops, start, vendor) => {
    const scene = sceneOf(ofKernel(ops, version), start);
    if (ops[0]?.op === 'create') expect(versionOf(scene)).toBe(version);
    const wrong = new Set<string>();
    for (const step of portion([...scene.steps].slice(0, 300), 10, `${id} ${version}`)) {
      const links = callChain(scene, step, version);
      for (const [i, link] of links.entries()) {
        if (link.id === null) continue;
        if (placeAt(link.id, version) === null) wrong.add(`${step.name}: ${link.id} does not exist`);
        else if (!known[vendor].has(link.id)) wrong.add(`${step.name}: ${link.id} is on no path`);
        if (link.file?.startsWith(FOREIGN[vendor])) wrong.add(`${step.name}: ${link.id} on ${vendor}`);
        const before = links[i - 1]?.id;
        if (link.reached !== 'call' || before === null || before === undefined) continue;
        if (!EDGES.get(version)?.has(`${before} > ${link.id}`)) wrong.add(`${step.name}: ${before} > ${link.id}`);
      }
      // What the step's function is reached from: what caused it, by calls, wherever it is so at v6.18.
      if (version === 'v6.18' || isCalled(links) || NOT_CALLED[version]?.includes(step.name)) continue;
      if (isCalled(callChain(scene, step, 'v6.18'))) wrong.add(`${step.name}: not called by what caused it`);
    }
    expect([...wrong]).toEqual([]);
  });
});

/** Do calls alone lead from the event before the last to it? */
function isCalled(links: ReturnType<typeof callChain>): boolean {
  const before = links.slice(0, -1).findLastIndex(({ event }) => event !== null);
  return before >= 0 && links.slice(before + 1).every(({ reached }) => reached === 'call');
}

test('a machine’s functions are those of its kernel, or of the next one that is catalogued', () => {
  const shown = KERNELS.map((kernel) => versionOf(sceneOf([{ op: 'create', vcpus: 1, kernel }])));
  expect(shown).toEqual(['v5.15', 'v6.12', 'v6.12', 'v6.18']);
  expect(versionOf(null)).toBe('v6.18');
});

describe('whom AVIC kicks is found as the ICR says', () => {
  const ICR2 = 0xfee00310;
  const ICR = 0xfee00300;
  const wayOf = (dest: number, low: number): string => {
    const logical = [0, 1, 2].flatMap((vcpu) => [
      { op: 'mmio_write', vcpu, addr: 0xfee000f0, size: 4, value: 0x1ff },
      { op: 'mmio_write', vcpu, addr: 0xfee000d0, size: 4, value: (1 << vcpu) << 24 },
    ]);
    const scene = sceneOf([
      { op: 'create', vcpus: 3, avic: true },
      ...logical,
      { op: 'settle' },
      { op: 'guest', vcpu: 1, halt: 1 },
      { op: 'mmio_write', vcpu: 0, addr: ICR2, size: 4, value: dest * 2 ** 24 },
      { op: 'mmio_write', vcpu: 0, addr: ICR, size: 4, value: low },
    ]);
    const kicked = [...scene.steps].find(({ name }) => name === 'avic_kick');
    const links = kicked === undefined ? [] : callChain(scene, kicked, 'v6.18');
    return links.map(({ name }) => name).join(' ');
  };
  test.each([
    ['to one APIC id', 1, 0x4041, /_fast avic_kick_vcpu_by_physical_id avic_kick_vcpu$/],
    ['to a logical id', 2, 0x4841, /_fast avic_kick_vcpu_by_logical_id avic_kick_vcpu_by_physical_id avic_kick_vcpu$/],
    ['to every APIC id', 0xff, 0x4041, /avic_kick_target_vcpus avic_kick_vcpu$/],
    ['by a shorthand', 0, 0xc4041, /avic_kick_target_vcpus avic_kick_vcpu$/],
  ])('%s', (_how, dest, low, way) => expect(wayOf(dest, low)).toMatch(way));
});
