/**
 * Statements that once stood wrong on the page, a test each: what the step says, the functions on its path, and the ways not taken,
 * on the scenes where they were found.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { presetFiles } from '../cli/scenes-for-tests.ts';
import { readWord } from '../engine/view/machine-view.ts';
import { allEvents } from '../i18n/en/events/all.ts';
import { forks as forkTexts } from '../i18n/en/forks.ts';
import { panels } from '../i18n/en/panels.ts';
import { registers } from '../i18n/en/registers.ts';
import { words } from '../i18n/en/words.ts';
import { addTexts, translate } from '../i18n/index.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { argsOf, type EventName } from '../spec/events/index.ts';
import { KICK } from '../spec/names.ts';
import { viewAt } from '../store/view-at.ts';
import { sayStep } from '../views/shared/say.ts';
import { callChain } from './calls.ts';
import { cameFrom } from './context.ts';
import './describe/all.ts';
import { describeStep } from './describe/index.ts';
import './forks/all.ts';
import { forksOf } from './forks/index.ts';

for (const area of [allEvents, words, forkTexts, panels, registers]) addTexts('en', area);

const runs = new Map<string, SceneLog>();
function run(id: string): SceneLog {
  const known = runs.get(id);
  if (known !== undefined) return known;
  const file = presetFiles.find((preset) => preset.id === id);
  if (file === undefined) throw new Error(`no scene ${id}`);
  const scene = sceneOf(file.ops, file.start);
  runs.set(id, scene);
  return scene;
}

type Args = Readonly<Record<string, number>>;
const argsOfStep = (step: Step): Args => argsOf(step.name, step.args) as unknown as Args;
const stepsOf = (id: string, name: EventName, fits: (step: Step) => boolean = () => true): Step[] => {
  const found = [...run(id).steps].filter((step) => step.name === name && fits(step));
  expect(found.length, `${id} has no such ${name}`).toBeGreaterThan(0);
  return found;
};
function said(id: string, step: Step): string {
  const scene = run(id);
  const { title, sentence, why } = sayStep(
    'en',
    describeStep(scene, step, viewAt(scene, { step: step.index, phase: 0 })),
  );
  return [title, sentence, ...why].join(' ');
}
const path = (id: string, step: Step): string =>
  callChain(run(id), step, 'v6.18')
    .map(({ name }) => name)
    .join(' ');
const triesAt = (id: string, step: Step): string[] =>
  forksOf(run(id), step, viewAt(run(id), { step: step.index, phase: 0 })).map(({ key }) => key);
const wholeText = (id: string): string => [...run(id).steps].map((step) => said(id, step)).join('\n');
const root = (...file: string[]): string => readFileSync(join(import.meta.dirname, '../..', ...file), 'utf8');

describe('kicks', () => {
  test.each(['intx-shared', 'level-early-eoi', 'irqfd-resample', 'ipi-shorthands'])(
    '%s: a vCPU that kicks itself from its own EOI or ICR write is sent no IPI',
    (id) => {
      const own = stepsOf(id, 'kick', (step) => argsOfStep(step).outcome === KICK.self);
      for (const step of own) {
        expect(said(id, step)).toContain('KVM sends no IPI');
        const next = run(id).steps.get(step.index + 1);
        expect(next?.name).not.toBe('reschedule_ipi');
      }
    },
  );

  test('an inhibit calls a function on the CPUs in the guest, and waits: 0xfb to one, 0xfc to several, never 0xfd', () => {
    for (const step of stepsOf('apicv-inhibited', 'kick', (s) =>
      cameFrom({ run: run('apicv-inhibited'), step: s }, 'apicv_inhibit'),
    )) {
      if (argsOfStep(step).outcome === KICK.nothing) continue;
      expect(said('apicv-inhibited', step)).toMatch(/call a function, and waits for them/);
      expect(path('apicv-inhibited', step)).not.toContain('__kvm_vcpu_kick');
    }
    const called = (s: Step): boolean => cameFrom({ run: run('apicv-inhibited'), step: s }, 'apicv_inhibit');
    const vectors = stepsOf('apicv-inhibited', 'reschedule_ipi', called).map((step) => argsOfStep(step).vector);
    expect(new Set(vectors)).toEqual(new Set([0xfc]));
  });

  test('the one CPU that is in the guest is called by 0xfb', () => {
    const scene = sceneOf([
      { op: 'create', vcpus: 1, apicv: true, guest: { handlers: [], idle: 'run' } },
      { op: 'advance', ns: 10 },
      { op: 'apicv_inhibit', reason: 1, set: 1 },
    ]);
    const called = [...scene.steps]
      .filter(({ name }) => name === 'reschedule_ipi')
      .map((step) => argsOfStep(step).vector);
    const kicks = [...scene.steps].filter(({ name }) => name === 'kick').map((step) => argsOfStep(step).outcome);
    expect([called, kicks]).toEqual([[0xfb], [KICK.callOne]]);
  });

  test('the request of an inhibit wakes no sleeper, and no try says so', () => {
    const tries = stepsOf('apicv-inhibited', 'kick', (s) =>
      cameFrom({ run: run('apicv-inhibited'), step: s }, 'apicv_inhibit'),
    ).flatMap((step) => triesAt('apicv-inhibited', step));
    expect(tries).toContain('fork.haltedAll');
    expect(tries).not.toContain('fork.halted');
    expect(translate('en', 'fork.haltedAll.then')).toMatch(/sleeps on/);
  });

  test('a vCPU that waits for SIPI sleeps, and is woken', () => {
    const [step] = stepsOf('ap-startup', 'kick', (s) => cameFrom({ run: run('ap-startup'), step: s }, 'sipi_pending'));
    expect(argsOfStep(step as Step).outcome).toBe(KICK.woken);
    expect(said('ap-startup', step as Step)).toMatch(/sleeps, so KVM wakes it/);
  });
});

describe('the path that ran', () => {
  test('INIT and SIPI are kicked for, not delivered', () => {
    for (const step of stepsOf('ap-startup', 'kick')) expect(path('ap-startup', step)).not.toMatch(/deliver_interrupt/);
  });

  test('an IPI that the processor posts has no function of KVM; the fast path is told only where the map answered', () => {
    for (const step of stepsOf('ipi-virtualized', 'ipi_virtualization')) {
      expect(path('ipi-virtualized', step)).not.toMatch(/kvm_|vmx_|vt_/);
    }
    for (const step of stepsOf('ipi-shorthands', 'kvm_apic_accept_irq')) {
      const walks = triesOfMap(step);
      expect(path('ipi-shorthands', step).includes('kvm_irq_delivery_to_apic_fast')).toBe(walks);
    }
  });

  test('AVIC has AMD’s functions, and its processor none', () => {
    for (const step of run('avic-doorbell').steps) expect(path('avic-doorbell', step)).not.toMatch(/\b(?:vmx|vt)_/);
    const byProcessor = stepsOf('avic-doorbell', 'avic_doorbell', (step) => argsOfStep(step).by === 1);
    for (const step of byProcessor) expect(path('avic-doorbell', step)).not.toContain('avic_ring_doorbell');
  });

  test('an OCW2 EOI is no reset of the 8259', () => {
    for (const step of stepsOf('pit-extint', 'pic_eoi'))
      expect(path('pit-extint', step)).not.toContain('kvm_pic_reset');
  });

  test('an EOI by MOV is told by one road in all its steps: set EOI, and skip', () => {
    for (const name of ['kvm_apic_write', 'kvm_eoi'] as const) {
      const own = stepsOf('serial-ioapic', name, (step) => name === 'kvm_eoi' || argsOfStep(step).register === 0xb0);
      for (const step of own) {
        expect(path('serial-ioapic', step)).toMatch(/handle_apic_access kvm_lapic_set_eoi kvm_lapic_reg_write/);
        expect(path('serial-ioapic', step)).not.toMatch(/apic_mmio_write|x86_emulate/);
      }
    }
  });

  test('a timer expires one way: its hrtimer fires, the vCPU’s thread comes by; a deadline is armed by WRMSR', () => {
    for (const step of stepsOf('lapic-timer', 'timer_expired')) {
      expect(path('lapic-timer', step)).toBe('apic_timer_fn apic_timer_expired');
    }
    for (const step of stepsOf('lapic-timer', 'timer_inject')) {
      expect(path('lapic-timer', step)).toMatch(
        /^apic_timer_fn apic_timer_expired vcpu_run kvm_inject_pending_timer_irqs/,
      );
    }
    for (const step of stepsOf('lapic-timer', 'timer_start')) {
      const byMsr = argsOfStep(step).mode === 2;
      const shown = path('lapic-timer', step);
      expect(shown.includes('kvm_set_lapic_tscdeadline_msr')).toBe(byMsr);
      expect(/apic_mmio_write|kvm_lapic_reg_write/.test(shown)).toBe(!byMsr);
      expect(shown).not.toContain('hv_timer');
    }
  });
});

/** Did the map answer? The message that led to this one says by which path. */
function triesOfMap(step: Step): boolean {
  const before = [...run('ipi-shorthands').steps]
    .slice(0, step.index)
    .findLast(({ name }) => name === 'kvm_irq_delivery_to_apic');
  return before !== undefined && argsOfStep(before).path === 1;
}

describe('words of the machine at hand', () => {
  test('AVIC’s EOI is told without the words of VMX, on a backing page', () => {
    const text = wholeText('avic-doorbell');
    expect(text).not.toMatch(/VISR|\bSVI\b|EOI.exit bitmap|virtual-APIC page/i);
    expect(text).toContain('backing page');
  });

  test('the 8259’s request that waits has no vector yet', () => {
    const text = wholeText('pit-extint');
    expect(text).not.toMatch(/0xffffffff|vector -1/);
    expect(text).toMatch(/the 8259’s request waits\. KVM has not read its vector yet/);
  });

  test('a tick that ends is counted as it was, and said to be', () => {
    for (const step of stepsOf('pit-extint', 'pit_ack')) {
      const counted = readWord(viewAt(run('pit-extint'), { step: step.index, phase: 0 }), 'pit', 0, 'pending');
      expect(said('pit-extint', step)).toContain(`Ticks counted: ${counted}. KVM drops this one`);
    }
  });

  test('a device with an MSI capability has no MSI-X table, and its message its whole address', () => {
    const id = 'msi-plain';
    const plain = (step: Step): boolean => run(id).config.devices?.[step.where & 0xffff]?.msi !== undefined;
    for (const name of ['msix_write', 'msix_pending', 'device_event'] as const) {
      for (const step of stepsOf(id, name, plain)) expect(said(id, step)).not.toMatch(/MSI-X|entry/i);
    }
    expect(wholeText(id)).toContain('maps GSI 24 to address 0x100fee00000, data 0x60');
    for (const step of stepsOf(id, 'kvm_msi_set_irq', (one) => (argsOfStep(one).dest ?? 0) > 0xff))
      expect(said(id, step)).toMatch(/Address 0x100fee00000: destination 0x100 in bits 63:40 and 19:12/);
  });

  test('lowest priority chooses among as many as match, in both steps that say it', () => {
    for (const step of stepsOf('logical-lowest', 'lowest_prio')) {
      const count = /^(?:Lowest priority picks one vCPU) (\d+) vCPUs match/.exec(said('logical-lowest', step))?.[1];
      const found = [...run('logical-lowest').steps]
        .slice(0, step.index)
        .findLast(({ name }) => name === 'kvm_irq_delivery_to_apic') as Step;
      expect(said('logical-lowest', found)).toContain(`matches ${count} LAPICs; LowPrio picks one.`);
    }
  });

  test('INIT carries no vector, SIPI and Fixed do; one route is one', () => {
    const sent = stepsOf('ap-startup', 'kvm_apic_ipi').map((step) => said('ap-startup', step));
    expect(sent.filter((text) => text.includes('ICR: INIT, to')).length).toBe(2);
    expect(wholeText('ap-startup')).not.toMatch(/vector 0x0[ ,]+\(?INIT/);
    expect(sent.some((text) => text.includes('vector 0x8, SIPI'))).toBe(true);
    expect(wholeText('split-level')).toContain('GSI 11 has 1 route.');
    expect(wholeText('split-level')).not.toMatch(/has 1 route\. KVM serves them/);
  });

  test('KVM_NMI is called on a vCPU outside KVM_RUN, and it is', () => {
    for (const step of stepsOf('nmi-window', 'ioctl_nmi')) {
      expect(readWord(viewAt(run('nmi-window'), { step: step.index, phase: 0 }), 'vcpu', 0, 'mode')).not.toBe(1);
      expect(said('nmi-window', step)).toContain('outside KVM_RUN');
      expect(run('nmi-window').steps.get(step.index - 1)?.name ?? 'kvm_exit').toBe('kvm_exit');
    }
  });

  test('a cancelled injection: the handler runs after the next entry, in the guest; an EPT violation has its qualification', () => {
    const id = 'cancelled-injection';
    for (const step of stepsOf(id, 'handler_enter')) {
      const entry = [...run(id).steps]
        .slice(0, step.index)
        .findLast(({ name }) => name === 'kvm_entry' || name === 'kvm_exit');
      expect(entry?.name).toBe('kvm_entry');
      expect(readWord(viewAt(run(id), { step: step.index, phase: 1 }), 'vcpu', 0, 'mode')).toBe(1);
    }
    for (const step of stepsOf(id, 'cancel_injection'))
      expect(path(id, step)).toMatch(/vt_cancel_injection vmx_cancel_injection$/);
    const [violation] = stepsOf(id, 'kvm_exit', (step) => argsOfStep(step).reason === 48);
    expect(said(id, violation as Step)).toContain('Exit qualification: 0x181');
    for (const step of stepsOf(id, 'kvm_exit')) expect(said(id, step)).not.toContain('0x0.');
  });

  test('a device that VFIO assigned has its line unmasked in the kernel', () => {
    const signalled = stepsOf('irqfd-resample', 'resamplefd_signal').map((step) => said('irqfd-resample', step));
    for (const text of signalled) expect(text).toContain('VFIO');
  });

  test('inhibit reasons say what they are', () => {
    expect(translate('en', 'reg.APICV_INHIBITS.absent')).toMatch(/^User space has not yet enabled/);
    expect(translate('en', 'reg.APICV_INHIBITS.hyperv')).toBe('A Hyper-V guest uses AutoEOI.');
  });
});

describe('tries and scenes', () => {
  test('a line that had gone low gives a new message, which merges where the vector still waits', () => {
    expect(translate('en', 'fork.lineLow.then')).toMatch(/new message; it merges if the vector still waits in IRR/);
  });

  test('the TPR threshold: an exit where TPR goes below the waiting class, and none above', () => {
    const { about } = JSON.parse(root('src/scenes/tpr-threshold/en.json')) as { about: string };
    expect(about).toContain('exits only when TPR goes below that class');
    const id = 'tpr-threshold';
    const threshold = argsOfStep(
      stepsOf(id, 'tpr_threshold', (step) => (argsOfStep(step).threshold as number) > 0)[0] as Step,
    ).threshold as number;
    const exits = stepsOf(id, 'tpr_below_threshold').map((step) => step.command);
    for (const { op, index } of run(id).commands.map((command, i) => ({ op: command.op, index: i }))) {
      if (Number(op.addr) !== 0xfee00080 || index < 1) continue;
      const later = run(id).commands[index]?.seq ?? 0;
      if (later < (stepsOf(id, 'tpr_threshold')[0] as Step).seq) continue;
      expect(exits.includes(index), `TPR ${op.value}`).toBe(Number(op.value) >> 4 < threshold);
    }
  });

  test('Help says what is modelled of VMX, VT-d and AVIC, as the README does', () => {
    const help = Object.entries(panels)
      .filter(([key]) => key.startsWith('help.modelled'))
      .map(([, text]) => text)
      .join(' ');
    for (const word of ['APICv', 'posted interrupts', 'VT-d', 'AVIC']) {
      expect(help, word).toContain(word);
      expect(root('README.md'), word).toContain(word);
    }
  });
});

describe('with the irqchip off', () => {
  test('the 8259 is the VMM’s: no step of it says that KVM acknowledges', () => {
    const steps = stepsOf('irqchip-off', 'pic_inta');
    for (const step of steps) expect(said('irqchip-off', step)).toContain('The VMM acknowledges pin 4 of its own 8259');
    const all = [...run('irqchip-off').steps].filter(({ name }) => name.startsWith('pic_'));
    for (const step of all) expect(said('irqchip-off', step), step.name).not.toMatch(/\bKVM [a-z]/);
    for (const step of stepsOf('pit-extint', 'pic_inta'))
      expect(said('pit-extint', step)).toContain('KVM acknowledges');
  });
});
