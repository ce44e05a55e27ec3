/** Every step of every scene, on both vendors: its call path is made of calls the catalogue knows, on the host's own module. */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { presetFiles, scenesOnBothVendors } from '../cli/scenes-for-tests.ts';
import type { JsonOp } from '../log/log.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { KERNEL_VERSIONS, type KernelVersion } from '../spec/kernel/functions.ts';
import { CALL_PATHS } from '../spec/kernel/paths.ts';
import { callChain } from './calls.ts';

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
/** Chains at v6.18 of the steps of this kind, each once, as the panel shows them; `|` is another context. */
function chains(id: string, name: string): string[] {
  const preset = presetFiles.find((p) => p.id === id);
  const scene = sceneOf(preset?.ops as readonly JsonOp[], preset?.start);
  const steps = [...scene.steps].filter((step) => step.name === name);
  const told = steps.map((step) =>
    callChain(scene, step, 'v6.18')
      .map((link) => (link.reached === 'later' ? `| ${link.name}` : link.name))
      .join(' '),
  );
  return [...new Set(told)];
}

describe('the branch that ran', () => {
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
    ['an inhibit calls a function', 'apicv-inhibited', 'kick', /kvm_kick_many_cpus$|__kvm_vcpu_kick$/, /^$/],
  ])('%s (%s, %s)', (_what, id, event, shown, not) => {
    const found = chains(id, event);
    expect(found.length).toBeGreaterThan(0);
    for (const chain of found) {
      expect(chain).toMatch(shown);
      expect(chain).not.toMatch(not);
    }
  });

  test('on AMD KVM injects with AMD’s function', () => {
    const [create, ...rest] = (presetFiles.find((p) => p.id === 'serial-ioapic') as Preset).ops as readonly JsonOp[];
    const scene = sceneOf([{ ...create, op: 'create', vendor: 'amd' }, ...rest]);
    const step = [...scene.steps].find(({ name }) => name === 'kvm_inj_virq');
    expect(step && callChain(scene, step, 'v6.18').at(-1)?.name).toBe('svm_inject_irq');
  });
});

describe.each(KERNEL_VERSIONS)('at %s', (version) => {
  test.each(scenesOnBothVendors)('%s', (_id, ops, start, vendor) => {
    const scene = sceneOf(ops, start);
    const wrong = new Set<string>();
    for (const step of [...scene.steps].slice(0, 300)) {
      const links = callChain(scene, step, version);
      for (const [i, link] of links.entries()) {
        if (link.id === null) continue;
        if (link.file?.startsWith(FOREIGN[vendor])) wrong.add(`${step.name}: ${link.id} on ${vendor}`);
        const before = links[i - 1]?.id;
        if (link.reached !== 'call' || before === null || before === undefined) continue;
        if (!EDGES.get(version)?.has(`${before} > ${link.id}`)) wrong.add(`${step.name}: ${before} > ${link.id}`);
      }
    }
    expect([...wrong]).toEqual([]);
  });
});
