import { describe, expect, test } from 'vitest';
import { KERNEL_CALLBACKS, opById, opImplementedBy } from './callbacks.ts';
import {
  fnById,
  isKernelFn,
  KERNEL_FUNCTIONS,
  KERNEL_VERSIONS,
  type KernelFn,
  placeAt,
  sourceUrl,
} from './functions.ts';
import { CALLBACK_MEMBERS, parseSteps } from './path-types.ts';
import { CALL_PATHS, callPathRecords, pathById, pathsThrough } from './paths.ts';

const chains = CALL_PATHS.flatMap((path) =>
  KERNEL_VERSIONS.flatMap((version) => {
    const chain = path.at[version];
    return chain === null ? [] : [{ path, version, chain }];
  }),
);

describe('functions', () => {
  test('every row has a place at one version at least', () => {
    const nowhere = KERNEL_FUNCTIONS.filter(({ at, updates }) =>
      [...Object.values(at), ...Object.values(updates)].every((place) => place === null),
    );
    expect(nowhere).toEqual([]);
  });

  test('the id is the name at v6.18, where the function still exists', () => {
    const renamed = KERNEL_FUNCTIONS.filter(({ id, at }) => at['v6.18'] !== null && at['v6.18'].fn !== id);
    expect(renamed).toEqual([]);
  });

  test('files are full paths from the root of the tree', () => {
    for (const { at, updates } of KERNEL_FUNCTIONS)
      for (const place of [...Object.values(at), ...Object.values(updates)])
        if (place !== null)
          expect(place.file).toMatch(/^(?:arch\/x86|virt\/(?:kvm|lib)|include|drivers|fs|kernel)\/[\w./-]+\.[ch]$/);
  });

  test('no two rows claim the same name and file at one version', () => {
    for (const version of KERNEL_VERSIONS) {
      const seen = KERNEL_FUNCTIONS.flatMap(({ at }) =>
        at[version] === null ? [] : [`${at[version].file}:${at[version].fn}`],
      );
      expect(seen.filter((name, index) => seen.indexOf(name) !== index)).toEqual([]);
    }
  });

  test('a name that moved keeps one id', () => {
    expect(placeAt('kvm_msi_to_lapic_irq', 'v5.15')).toEqual({
      fn: 'kvm_set_msi_irq',
      file: 'arch/x86/kvm/irq_comm.c',
    });
    expect(placeAt('kvm_msi_to_lapic_irq', 'v6.18')).toEqual({
      fn: 'kvm_msi_to_lapic_irq',
      file: 'arch/x86/kvm/irq.c',
    });
    expect(placeAt('kvm_set_ioapic_irq', 'v6.18')).toBeNull();
    expect(fnById('kvm_set_cr8').updates['v6.12']).toEqual({ fn: 'kvm_set_cr8', file: 'arch/x86/kvm/regs.c' });
  });

  test('an unknown name is not an id', () => {
    expect(isKernelFn('kvm_set_irq')).toBe(true);
    expect(isKernelFn('kvm_set_irqs')).toBe(false);
    // @ts-expect-error a name that is not in the table does not compile
    const wrong: KernelFn = 'kvm_set_irqs';
    expect(() => fnById(wrong)).toThrow('kvm_set_irqs');
  });

  test('links lead to a public cross-reference at the tag', () => {
    expect(sourceUrl('v6.18', 'arch/x86/kvm/lapic.c')).toBe(
      'https://elixir.bootlin.com/linux/v6.18/source/arch/x86/kvm/lapic.c',
    );
    expect(sourceUrl('v5.15', 'arch/x86/kvm/lapic.c', 'apic_set_eoi')).toBe(
      'https://elixir.bootlin.com/linux/v5.15/C/ident/apic_set_eoi',
    );
  });
});

describe('call paths', () => {
  test('ids are unique', () => {
    const ids = callPathRecords().map(({ path, version }) => `${path} ${version}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(CALL_PATHS.map(({ title }) => title)).size).toBe(CALL_PATHS.length);
  });

  test('every path exists at one version at least, and no chain is empty', () => {
    for (const path of CALL_PATHS) expect(Object.values(path.at).some((chain) => chain !== null)).toBe(true);
    for (const { chain } of chains) expect(chain.steps.length).toBeGreaterThan(0);
  });

  test('every step is the function of its id at that version', () => {
    for (const { version, chain } of chains)
      for (const { id, fn, file } of chain.steps) expect({ fn, file }).toEqual(placeAt(id, version));
  });

  test('no step uses a function that a tag or its updates do not have', () => {
    const split = chains.flatMap(({ path, version, chain }) =>
      chain.steps.filter(({ id }) => fnById(id).updates[version] === null).map(({ id }) => `${path.id}: ${id}`),
    );
    expect(split).toEqual([]);
  });

  test('every step but the first is called by the one before it, by name or through a known member', () => {
    for (const { chain } of chains)
      chain.steps.forEach((step, index) => {
        expect(step.caller).toBe(index === 0 ? null : index - 1);
        expect(step.link === null).toBe(index === 0);
        if (step.link?.kind === 'ops') expect(step.link.struct).toBe(CALLBACK_MEMBERS[step.link.member]);
      });
  });

  test('a chain with an unknown function or member does not read', () => {
    expect(parseSteps('kvm_set_irq > set: kvm_set_msi')).toEqual([
      { id: 'kvm_set_irq', member: null },
      { id: 'kvm_set_msi', member: 'set' },
    ]);
    expect(() => parseSteps('kvm_set_irq > kvm_set_irqs')).toThrow('kvm_set_irqs');
    expect(() => parseSteps('kvm_set_irq > sat: kvm_set_msi')).toThrow('sat');
  });

  test('no function calls itself', () => {
    for (const { chain } of chains) {
      const ids = chain.steps.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('no two paths are the same at every version', () => {
    const seen = new Map<string, string>();
    for (const path of CALL_PATHS) {
      const key = JSON.stringify(KERNEL_VERSIONS.map((version) => path.at[version]));
      expect(seen.get(key), path.id).toBeUndefined();
      seen.set(key, path.id);
    }
  });

  test('a start comes from a function of that version', () => {
    for (const { version, chain } of chains)
      if (chain.start !== null) expect(placeAt(chain.start.from, version)).not.toBeNull();
  });

  test('no member of a structure is listed that no path uses', () => {
    const used = new Set<string>(
      chains.flatMap(({ chain }) => chain.steps.map(({ link }) => (link?.kind === 'ops' ? link.member : ''))),
    );
    expect(Object.keys(CALLBACK_MEMBERS).filter((member) => !used.has(member))).toEqual([]);
  });

  test('the way of a line is the one the kernel takes', () => {
    const names = (id: Parameters<typeof pathById>[0], version: (typeof KERNEL_VERSIONS)[number]) =>
      pathById(id).at[version]?.steps.map(({ fn }) => fn);
    expect(names('irq_line_ioapic_edge', 'v6.18')).toEqual([
      'kvm_vm_ioctl',
      'kvm_vm_ioctl_irq_line',
      'kvm_set_irq',
      'kvm_ioapic_set_irq',
      'ioapic_set_irq',
      'ioapic_service',
      'kvm_irq_delivery_to_apic',
      'kvm_irq_delivery_to_apic_fast',
      'kvm_apic_set_irq',
      '__apic_accept_irq',
      'vt_deliver_interrupt',
      'vmx_deliver_interrupt',
      'kvm_lapic_set_irr',
    ]);
    expect(names('irqfd_slow', 'v5.15')?.slice(0, 4)).toEqual([
      'irqfd_inject',
      'kvm_set_irq',
      'kvm_set_ioapic_irq',
      'kvm_ioapic_set_irq',
    ]);
    expect(names('halt_fast', 'v5.15')).toBeUndefined();
  });

  test('the paths through a function say where it stands', () => {
    const through = pathsThrough('ioapic_service', 'v6.18');
    expect(through.map(({ path }) => path.id)).toContain('eoi_redelivery');
    for (const { path, index } of through) expect(path.at['v6.18']?.steps[index]?.id).toBe('ioapic_service');
    expect(pathsThrough('vmx_pre_block', 'v6.18')).toEqual([]);
  });
});

describe('operations', () => {
  test('there are thirty, each with a role and a moment', () => {
    expect(KERNEL_CALLBACKS).toHaveLength(30);
    for (const { facts } of KERNEL_CALLBACKS) {
      expect(facts.role).toHaveLength(1);
      expect(facts.when.length).toBeGreaterThan(0);
      expect(facts.reads.length + facts.writes.length).toBeGreaterThan(0);
    }
  });

  test('implementations, wrappers and callers exist at their version', () => {
    for (const op of KERNEL_CALLBACKS)
      for (const version of KERNEL_VERSIONS) {
        const form = op.at[version];
        if (form?.kind !== 'call') continue;
        expect(placeAt(form.implementation, version), `${op.id} at ${version}`).not.toBeNull();
        if (form.wrapper !== undefined) expect(placeAt(form.wrapper, version)).not.toBeNull();
        expect(form.callers.length).toBeGreaterThan(0);
      }
  });

  test('fact keys are unique', () => {
    const keys = KERNEL_CALLBACKS.flatMap(({ facts }) =>
      Object.values(facts).flatMap((list) => list.map(({ key }) => key)),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('names follow the versions', () => {
    expect(KERNEL_VERSIONS.map((version) => opById('set_irq').at[version]?.member)).toEqual([
      'set_irq',
      'inject_irq',
      'inject_irq',
    ]);
    expect(opById('hwapic_irr_update').at['v6.18']).toBeNull();
    expect(opById('check_apicv_inhibit_reasons').at['v6.12']).toEqual({
      kind: 'data',
      member: 'required_apicv_inhibits',
    });
  });

  test('a function lights its operation up', () => {
    expect(opImplementedBy('vmx_deliver_interrupt', 'v6.18')?.id).toBe('deliver_posted_interrupt');
    expect(opImplementedBy('vt_sync_pir_to_irr', 'v6.18')?.id).toBe('sync_pir_to_irr');
    expect(opImplementedBy('vt_sync_pir_to_irr', 'v6.12')).toBeNull();
    expect(opImplementedBy('kvm_set_irq', 'v6.18')).toBeNull();
  });
});
