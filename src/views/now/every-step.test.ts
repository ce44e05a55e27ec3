/** The panels' pure parts on the real thing: every step of every preset, run through the engine here; of them a portion each time (cli/portion.ts). */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { by, portion } from '../../cli/portion.ts';
import { type MachineView, type RegisterRef, readWord } from '../../engine/view/machine-view.ts';
import { COMPONENTS, instances } from '../../engine/view/tables.ts';
import { callChain } from '../../explain/calls.ts';
import { guestWrite } from '../../explain/guest-ops.ts';
import { addTexts, LANGS, loadLanguage, translate } from '../../i18n/index.ts';
import { lastWriter } from '../../log/last-writer.ts';
import type { JsonOp, SceneLog, Step } from '../../log/log.ts';
import { fieldsOf, rawField, setRawField } from '../../spec/define/registers.ts';
import type { EventName } from '../../spec/events/index.ts';
import { viewAt } from '../../store/view-at.ts';
import { canEdit, draftWords, wrongFields } from '../inspector/draft.ts';
import { partAddresses, reading, wordsAtAddresses } from '../shared/read-register.ts';
import { registersOf } from '../shared/register-table.ts';
import { type Change, changesOf } from './changes.ts';
import '../../explain/describe/all.ts';
import { describeStep } from '../../explain/describe/index.ts';
import '../../explain/forks/all.ts';
import { forksOf } from '../../explain/forks/index.ts';
import { allEvents } from '../../i18n/en/events/all.ts';
import { sayStep } from '../shared/say.ts';
import './now-texts.ts';
import { presetsOf, sceneOf } from '../../cli/headless-scene.ts';

addTexts('en', allEvents);

interface PresetFile {
  readonly ops: readonly JsonOp[];
  readonly start: number;
}
const presets = presetsOf(join(import.meta.dirname, '../../..')).map((file) => [file.id, file as PresetFile] as const);
const presetOf = (id: string): PresetFile => presets.find(([name]) => name === id)?.[1] as PresetFile;
const sceneOfPreset = (id: string): SceneLog => sceneOf(presetOf(id).ops, presetOf(id).start);
const viewBefore = (scene: SceneLog, step: Step): MachineView => viewAt(scene, { step: step.index, phase: 0 });
const stepOf = (scene: SceneLog, name: string, nth = 0): Step =>
  [...scene.steps].filter((s) => s.name === name)[nth] as Step;

/** What a text must not have: a parameter nobody filled in, or a number that is none. */
const UNFINISHED = /\{\w+\}|undefined|NaN|null|\[object/;

describe(`every step has its words (${by(4)})`, () => {
  test.each(presets)('%s', async (id, file) => {
    await loadLanguage('zh-CN');
    const scene = sceneOf(file.ops, file.start);
    expect(scene.steps.length).toBeGreaterThan(3);
    const bad: string[] = [];
    for (const step of portion([...scene.steps].slice(0, 400), 6, `words ${id}`)) {
      const view = viewBefore(scene, step);
      for (const lang of LANGS) {
        const { title, sentence, why } = sayStep(lang, describeStep(scene, step, view));
        for (const text of [title, sentence, ...why]) {
          if (text === '' || UNFINISHED.test(text)) bad.push(`${lang} ${step.index} ${step.name}: ${text}`);
        }
      }
      for (const { component, what, before: from, after } of changesOf('en', scene, step, view)) {
        if (UNFINISHED.test(`${component} ${what} ${from} ${after}`) || from === after)
          bad.push(`${step.name}: ${what} ${from} ${after}`);
      }
    }
    expect(bad).toEqual([]);
  });

  test('a serial byte through the IOAPIC, as a person reads it', () => {
    const scene = sceneOfPreset('serial-ioapic');
    const step = stepOf(scene, 'ioapic_service');
    const { sentence, why } = sayStep('en', describeStep(scene, step, viewBefore(scene, step)));
    expect(sentence).toBe('RTE 4 turns the pin into a message: vector 0x34, Fixed, physical destination 1.');
    expect(why).toEqual(['RTE 4: mask 0, edge, Fixed, physical destination 1, vector 0x34, remote IRR 0.']);
    const irr = stepOf(scene, 'irr_set');
    const changes = changesOf('en', scene, irr, viewBefore(scene, irr));
    expect(changes[0]).toMatchObject({
      component: 'LAPIC 1',
      what: 'IRR[0x34]',
      before: '0',
      after: '1',
      vector: 0x34,
    });
  });

  test('remote IRR is told by its field', () => {
    const scene = sceneOfPreset('intx-shared');
    const told = [...scene.steps].flatMap((step) =>
      changesOf('en', scene, step, viewBefore(scene, step)).map(
        (c) => `${c.component} ${c.what} ${c.before} ${c.after}`,
      ),
    );
    expect(told).toContain('IOAPIC RTE 11 · remoteIrr 0 1');
    expect(told).toContain('IOAPIC RTE 11 · remoteIrr 1 0');
  });
});

/** What a try is to show, and not only that it differs. */
const LEADS_TO: Readonly<Record<string, readonly EventName[]>> = {
  'fork.haltedPosted': ['vcpu_block', 'pi_no_notification', 'vcpu_wakeup', 'pir_synced', 'vid_deliver'],
  'fork.haltedByNv': ['vcpu_block', 'pi_wakeup_handler', 'vcpu_wakeup', 'vid_deliver'],
  'fork.haltedAvic': ['vcpu_wakeup', 'avic_load', 'avic_evaluate'],
  'fork.haltedAvicIpi': ['avic_incomplete_ipi', 'avic_kick', 'vcpu_wakeup'],
  'fork.preemptedPosted': ['vcpu_put', 'pi_no_notification', 'pi_load', 'pir_synced'],
  'fork.preemptedBySn': ['vcpu_put', 'pi_put', 'pi_load', 'pir_synced'],
  'fork.preemptedKick': ['vcpu_put', 'kick', 'vcpu_load'],
  'fork.running': ['kvm_entry', 'pi_notification', 'pi_processing'],
  'fork.scheduled': ['vtd_notify', 'pi_processing'],
  'fork.inhibited': ['apicv_inhibit', 'apicv_update', 'irr_set', 'reschedule_ipi', 'kvm_inj_virq', 'kvm_eoi'],
  'fork.inhibitedInject': ['apicv_update', 'kvm_inj_virq', 'kvm_eoi'],
  'fork.inhibitedExit': ['apicv_update', 'apic_access_exit'],
  'fork.inhibitedPosted': ['apicv_update', 'pir_synced', 'kvm_inj_virq'],
  'fork.allowed': ['apicv_update', 'vid_deliver'],
  'fork.apicv': ['vid_deliver', 'eoi_virtualization'],
  'fork.tprVirtual': ['tpr_virtualization'],
  'fork.levelEoi': ['rte_write', 'eoi_exitmap', 'eoi_induced'],
  'fork.ipiv': ['ipi_virtualization'],
  'fork.noIpiv': ['apic_write_exit', 'kvm_apic_ipi'],
  'fork.ipiShorthand': ['kvm_apic_ipi'],
  'fork.oneDest': ['kvm_pi_irte_update', 'vtd_post'],
  'fork.nmiMessage': ['vtd_remap', 'inject_nmi'],
  'fork.remapped': ['vtd_remap', 'kvm_inj_virq'],
  'fork.urgent': ['vtd_notify'],
  'fork.raceNmi': ['cancel_injection', 'inject_nmi'],
  'fork.raceFault': ['complete_interrupts'],
  'fork.wokenAvic': ['avic_doorbell'],
  'fork.intel': ['pi_notification', 'vid_deliver'],
};

describe(`every way not taken can be tried, and goes another way (${by(3)})`, () => {
  test.each(presets)(
    '%s',
    async (id, file) => {
      await loadLanguage('zh-CN');
      const scene = sceneOf(file.ops, file.start);
      const ways = new Map<string, { step: Step; fork: ReturnType<typeof forksOf>[number] }>();
      for (const step of [...scene.steps].slice(0, 400))
        for (const fork of forksOf(scene, step, viewBefore(scene, step))) {
          const key = `${fork.key} ${step.name}`;
          if (!ways.has(key)) ways.set(key, { step, fork });
        }
      const same: string[] = [];
      for (const { step, fork } of portion(ways.values(), 5, `ways ${id}`)) {
        for (const text of [fork.key, `${fork.key}.then` as typeof fork.key]) {
          for (const lang of LANGS) {
            const said = translate(lang, text, fork.params);
            if (said === text || UNFINISHED.test(said)) same.push(`${lang} ${text}: ${said}`);
          }
        }
        const create = { ...file.ops[0], ...fork.create };
        const kept = [create, ...file.ops.slice(1, step.command)];
        const rest = file.ops.slice(fork.replaces ? step.command + 1 : step.command);
        const tried = sceneOf([...kept, ...fork.ops, ...rest], step.command);
        const there = sceneOf(file.ops, step.command);
        const names = (s: SceneLog): string => [...s.steps].map((x) => `${x.name}@${x.where}`).join(' ');
        const led = LEADS_TO[fork.key];
        if (led !== undefined && !led.every((name) => [...tried.steps].some((x) => x.name === name)))
          same.push(`${step.name} ${fork.key}: not ${led.join(', ')}`);
        if (names(there) === names(tried)) same.push(`${step.name}: ${fork.key}`);
        const refused = ({ result }: SceneLog['commands'][number]): boolean =>
          'error' in result || result.gp === true || 'errno' in result;
        // What the scene itself has refused is its point.
        const asTold = new Set([...there.commands].filter(refused).map(({ op }) => JSON.stringify(op)));
        for (const command of tried.commands) {
          const { op } = command;
          if (refused(command) && !asTold.has(JSON.stringify(op)))
            same.push(`${step.name} ${fork.key}: ${String(op.op)} refused`);
        }
      }
      expect(same).toEqual([]);
    },
    60_000,
  );
});

describe('call path', () => {
  test('from the ioctl to the local APIC, by version', () => {
    const scene = sceneOfPreset('serial-ioapic');
    const step = stepOf(scene, 'irr_set');
    const names = (version: 'v5.15' | 'v6.12' | 'v6.18'): string =>
      callChain(scene, step, version)
        .map((l) => l.name)
        .slice(2)
        .join(' > ');
    expect(names('v6.18')).toBe(
      'kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > kvm_ioapic_set_irq > ioapic_set_irq > ioapic_service > ' +
        'kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq > ' +
        'vt_deliver_interrupt > vmx_deliver_interrupt > kvm_lapic_set_irr',
    );
    expect(names('v5.15')).toContain('kvm_set_irq > kvm_set_ioapic_irq > kvm_ioapic_set_irq');
    expect(names('v5.15')).toContain('__apic_accept_irq > kvm_lapic_set_irr');
  });
  test.each(presets)(`every step of %s ends in itself, at each version (${by(4)})`, (id, file) => {
    const scene = sceneOf(file.ops, file.start);
    for (const step of portion([...scene.steps].slice(0, 150), 6, `chains ${id}`)) {
      for (const version of ['v5.15', 'v6.12', 'v6.18'] as const) {
        const links = callChain(scene, step, version);
        expect(links.at(-1)?.event, `${step.name} at ${version}`).toBe(step.name);
        expect(links[0]?.reached).toBe('start');
      }
    }
  });
});

describe('inspector', () => {
  /** Writes of these do more than store: ICR sends, APIC_BASE and SVR change what the others may hold. */
  const ACTS = new Set(['icr', 'baseLo', 'svr', 'id', 'version', 'ioregsel']);

  test('a field a guest may write takes the value the guest writes; the others keep theirs', () => {
    const file = presetOf('serial-ioapic');
    const scene = sceneOf(file.ops, file.start);
    const view = viewAt(scene, { step: scene.steps.length - 1, phase: 1 });
    const wrong: string[] = [];
    let tried = 0;
    for (const kind of COMPONENTS) {
      for (let index = 0; index < Math.min(2, instances(kind, view.wordMap.vcpus)); index++) {
        for (const register of registersOf(kind)) {
          const ref: RegisterRef = { kind, index, register, sub: register.startsWith('redir') ? 4 : 0 };
          const how = reading(view, ref);
          if (how.as !== 'bits' || how.parts[0] !== register || ACTS.has(register)) continue;
          const addresses = partAddresses(view, ref, how.parts);
          const words = wordsAtAddresses(view.w, addresses);
          if (guestWrite(view, ref, words) === null) continue;
          for (const [name, field] of fieldsOf(how.layout)) {
            if (!canEdit(field)) continue;
            const next = [...words];
            setRawField(next, field, rawField(words, field) ^ 1);
            const ops = guestWrite(view, ref, next) ?? [];
            const after = sceneOf([...file.ops, ...ops]);
            const got = wordsAtAddresses(viewAt(after, { step: after.steps.length - 1, phase: 1 }).w, addresses);
            tried++;
            if (rawField(got, field) !== rawField(next, field)) wrong.push(`${kind} ${index} ${register}.${name}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(60);
  });

  test('finds who wrote last, and nobody before the scene', () => {
    const scene = sceneOfPreset('serial-ioapic');
    const irr = stepOf(scene, 'irr_set');
    const [change] = changesOf('en', scene, irr, viewBefore(scene, irr));
    const { kind, index, register, sub } = (change as Change).ref;
    const address = partAddresses(viewBefore(scene, irr), { kind, index, register, sub }, [register]);
    expect(lastWriter(scene, address, irr.end)?.name).toBe('irr_set');
    expect(lastWriter(scene, address, irr.seq)).toBeUndefined();
    expect(readWord(viewBefore(scene, irr), 'lapic', 1, 'irr', 1)).toBe(0);
  });

  test('a draft keeps what was typed and says which field is wrong', () => {
    const scene = sceneOfPreset('serial-ioapic');
    const how = reading(viewBefore(scene, scene.steps.get(0) as Step), {
      kind: 'ioapic',
      index: 0,
      register: 'redirLo',
      sub: 4,
    });
    if (how.as !== 'bits') throw new Error('an RTE has bits');
    expect(wrongFields(how.layout, { vector: '0x100', dest: '3', mask: '1' })).toEqual(['vector']);
    expect(wrongFields(how.layout, { vector: '52', dest: '-1', trigMode: 'x', nosuch: '1' })).toEqual([
      'dest',
      'trigMode',
      'nosuch',
    ]);
    expect(draftWords(how.layout, [0x10000, 0], { vector: '0x34', mask: '0', dest: '1' })).toEqual([0x34, 0x100_0000]);
  });
});
