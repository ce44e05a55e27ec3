/** The run loop, the model host, VT-d, PV EOI and AVIC: what happens, in which order, by its events. */
import { describe, expect, test } from 'vitest';
import { EVENT_NAMES } from '../../spec/events/index.ts';
import { dropRows, ROW } from '../core/log.ts';
import { createSession } from '../machine/session.ts';
import { readWord, vcpuView } from '../view/machine-view.ts';

type Json = Record<string, unknown>;

/** A machine with a model guest, its local APICs on, the 8259 masked, and settled. */
function bench(config: Json, handlers: Json[] = [{ vector: 0x41, name: 'disk', ns: 2000 }]) {
  const session = createSession();
  const guest = { idle: config.idle ?? 'run', handlers };
  const { idle: _, ...rest } = config;
  session.answer({ op: 'create', vcpus: 2, irqchip: 'full', devices: [], guest, ...rest });
  session.answer({ op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff });
  for (const vcpu of [0, 1]) apic(vcpu, 0xf0, 0x1ff);
  act({ op: 'advance', ns: 1000 });
  function act(...ops: Json[]): string[] {
    const m = session.machine;
    if (m === null) throw new Error('no machine');
    dropRows(m.log);
    for (const op of ops) expect(session.answer(op)).not.toHaveProperty('error');
    const names: string[] = [];
    for (let at = 0; at < m.log.used; at += ROW) names.push(EVENT_NAMES[m.log.rows[at]] ?? '');
    return names.filter((name) => name !== '');
  }
  function apic(vcpu: number, offset: number, value: number): void {
    session.answer({ op: 'mmio_write', vcpu, addr: 0xfee00000 + offset, size: 4, value });
  }
  return {
    session,
    act,
    apic,
    word: (kind: 'vcpu' | 'vmcs' | 'piDesc' | 'pcpu' | 'device', index: number, name: string, sub = 0) =>
      readWord(session.machine as never, kind, index, name, sub),
    vcpu: (n: number) => vcpuView(session.machine as never, n),
  };
}
const msi = (dest: number, vector = 0x41): Json => ({ op: 'msi', addr: 0xfee00000 + dest * 0x1000, data: vector });
const settle = { op: 'settle' };
const inOrder = (names: string[], ...want: string[]): void => {
  let at = 0;
  for (const name of want) {
    const found = names.indexOf(name, at);
    expect(found, `${name} after ${names.slice(0, at).join(' ')}`).toBeGreaterThanOrEqual(0);
    at = found + 1;
  }
};

describe('kick', () => {
  test('a vCPU in guest mode gets an IPI and exits', () => {
    const b = bench({ apicv: false });
    inOrder(b.act(msi(1), settle), 'irr_set', 'kick', 'reschedule_ipi', 'kvm_exit', 'vcpu_enter_guest', 'kvm_inj_virq');
    expect(b.vcpu(1).kicks).toBe(1);
    expect(b.word('pcpu', 1, 'lastVector')).toBe(0xfd);
  });

  test('a sleeper is woken without an IPI', () => {
    const b = bench({ apicv: false, idle: 'halt' });
    const names = b.act(msi(1), settle);
    inOrder(names, 'kick', 'vcpu_wakeup', 'guest_wake', 'vcpu_load', 'vcpu_enter_guest', 'kvm_inj_virq');
    expect(names).not.toContain('reschedule_ipi');
  });

  test('one that runs nowhere sees it at its next entry', () => {
    const b = bench({ apicv: false, pcpus: 1 });
    b.act({ op: 'schedule', vcpu: 0, pcpu: 0 });
    const names = b.act(msi(1), { op: 'advance', ns: 10 });
    expect(names).not.toContain('reschedule_ipi');
    expect(names).not.toContain('vcpu_wakeup');
    inOrder(b.act({ op: 'schedule', vcpu: 1, pcpu: 0 }, settle), 'vcpu_put', 'vcpu_load', 'kvm_inj_virq');
  });
});

describe('what goes in', () => {
  test('an interrupt that must wait for IF asks for a window', () => {
    const b = bench({ apicv: false });
    b.act({ op: 'guest', vcpu: 1, rflagsIf: 0 });
    inOrder(b.act(msi(1), { op: 'advance', ns: 10 }), 'inject_held', 'irq_window_request', 'kvm_entry');
    expect(b.word('vmcs', 1, 'primaryControls') & 4).toBe(4);
    inOrder(b.act({ op: 'guest', vcpu: 1, rflagsIf: 1 }, settle), 'irq_window_open', 'kvm_inj_virq', 'event_delivery');
    expect(b.word('vmcs', 1, 'primaryControls') & 4).toBe(0);
  });

  test('a cancelled injection keeps the vector in service and injects it first next time', () => {
    const b = bench({ apicv: false });
    b.act({ op: 'race', vcpu: 1, with: 'kick' });
    const names = b.act(msi(1), settle);
    inOrder(names, 'apic_ack', 'kvm_inj_virq', 'exit_request', 'cancel_injection', 'kvm_inj_virq', 'event_delivery');
    expect(names.filter((name) => name === 'apic_ack')).toHaveLength(1);
  });

  test('an exit in the middle of a delivery injects again', () => {
    const b = bench({ apicv: false });
    b.act({ op: 'race', vcpu: 1, with: 'fault' });
    inOrder(b.act(msi(1), settle), 'kvm_entry', 'kvm_exit', 'complete_interrupts', 'kvm_inj_virq', 'event_delivery');
    expect(b.vcpu(1).injecting).toBe(-1);
  });

  test('TPR may fall without an exit down to the threshold', () => {
    const b = bench({ apicv: false });
    b.apic(1, 0x80, 0x80);
    b.act(msi(1), { op: 'advance', ns: 10 });
    expect(b.word('vmcs', 1, 'tprThreshold')).toBe(4);
    const write = (value: number): string[] =>
      b.act({ op: 'mmio_write', vcpu: 1, addr: 0xfee00080, size: 4, value }, settle);
    expect(write(0x50)).not.toContain('kvm_exit');
    inOrder(write(0x30), 'kvm_exit', 'tpr_below_threshold', 'kvm_inj_virq');
  });
});

describe('APICv', () => {
  test('a posted interrupt to a running vCPU costs no exit on it, its EOI neither', () => {
    const b = bench({ apicv: true, postedInterrupts: true });
    const before = b.vcpu(1).exits;
    inOrder(
      b.act(msi(1), settle),
      'pir_set',
      'on_set',
      'pi_notification',
      'pi_processing',
      'vid_deliver',
      'eoi_virtualization',
    );
    expect(b.vcpu(1).exits).toBe(before);
  });

  test('a notification that reaches the host does nothing but be counted', () => {
    const b = bench({ apicv: true, postedInterrupts: true, pcpus: 1 });
    const irte = { posted: true, pda_vcpu: 0, vector: 0x41, urgent: false };
    b.act({ op: 'schedule', vcpu: 0, pcpu: null });
    b.act({ op: 'schedule', vcpu: 0, pcpu: 0 });
    expect(b.act({ op: 'vtd_msi', irte })).toContain('pi_ipi_ignored');
    inOrder(b.act(settle), 'pir_synced', 'vid_deliver');
  });

  test('a device wakes a sleeper by the wakeup vector', () => {
    const b = bench({ apicv: true, postedInterrupts: true, idle: 'halt' });
    expect(b.word('piDesc', 1, 'nv')).toBe(0xf1);
    const irte = { posted: true, pda_vcpu: 1, vector: 0x41, urgent: false };
    const names = b.act({ op: 'vtd_msi', irte }, settle);
    inOrder(names, 'vtd_notify', 'pi_wakeup_handler', 'vcpu_wakeup', 'pi_load', 'pir_synced', 'vid_deliver');
    expect(b.word('pcpu', 1, 'lastVector')).toBe(0xf1);
  });

  test('a moved APIC base inhibits the whole VM', () => {
    const b = bench({ apicv: true, postedInterrupts: true });
    b.act({ op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfed00900 });
    inOrder(b.act({ op: 'advance', ns: 10 }), 'apicv_update', 'apicv_update');
    inOrder(b.act(msi(1), settle), 'irr_set', 'reschedule_ipi', 'kvm_inj_virq');
  });
});

describe('a device assigned through VFIO', () => {
  const disk = { id: 'disk', kind: 'nvme', gsi: 24, msix: 1 };
  const program = (addr: number, data: number): Json[] =>
    Object.entries({ addr_lo: addr, data, control: 0, capability: 0x8000 }).map(([field, value]) => ({
      op: 'msix',
      id: 'disk',
      entry: 0,
      field,
      value,
    }));
  const work = { op: 'device', id: 'disk', event: 'work' };
  const config = { apicv: true, postedInterrupts: true, devices: [disk] };

  test('one destination is posted: the entry holds the vector and the descriptor', () => {
    const b = bench(config);
    expect(b.act(...program(0xfee01000, 0x41))).toContain('kvm_pi_irte_update');
    expect(b.word('device', 0, 'irte') & 0x8001).toBe(0x8001);
    expect((b.word('device', 0, 'irte') >> 16) & 0xff).toBe(0x41);
    const names = b.act(work, settle);
    inOrder(names, 'vtd_post', 'vtd_notify', 'pi_processing', 'vid_deliver');
    expect(names).not.toContain('irqfd_wakeup');
  });

  test.each([
    ['an NMI', 0xfee01000, 0x441],
    ['a broadcast', 0xfeeff000, 0x41],
  ])('%s stays remapped and goes through the host', (_, addr, data) => {
    const b = bench(config);
    expect(b.act(...program(addr, data))).toContain('irte_remapped');
    inOrder(b.act(work), 'vtd_remap', 'irqfd_wakeup', 'kvm_msi_set_irq');
  });

  test('without APICv nothing is posted', () => {
    const b = bench({ ...config, apicv: false });
    expect(b.act(...program(0xfee01000, 0x41))).toContain('irte_remapped');
  });
});

describe('PV EOI', () => {
  const enable = { op: 'wrmsr', vcpu: 1, msr: 0x4b564d04, value: 0x1001 };

  test('the guest clears a bit, and KVM finds out at the next exit', () => {
    const b = bench({ apicv: false });
    b.act(enable, { op: 'advance', ns: 10 });
    const names = b.act(msi(1), settle);
    inOrder(names, 'kvm_inj_virq', 'pv_eoi_arm', 'kvm_entry', 'pv_eoi_guest');
    expect(names).not.toContain('kvm_eoi');
    inOrder(b.act(msi(1)), 'kvm_exit', 'kvm_pv_eoi', 'kvm_eoi');
  });

  test('the byte is in guest memory, and without that memory none is armed', () => {
    const b = bench({ apicv: false });
    const slot = { op: 'memslot', slot: 1, gpa: 0x200000, readonly: 0 };
    b.act({ ...slot, size: 0x1000 }, { ...enable, value: 0x200001 }, { op: 'advance', ns: 10 });
    inOrder(b.act(msi(1), settle), 'pv_eoi_arm', 'pv_eoi_guest');
    expect(b.session.answer({ op: 'mmio_read', vcpu: 1, addr: 0x200000, size: 1 })).toEqual({ value: '0x0' });
    b.act({ ...slot, size: 0 });
    expect(b.act(msi(1), settle)).not.toContain('pv_eoi_arm');
  });

  test('INIT switches it off', () => {
    const b = bench({ apicv: false });
    b.act(enable, { op: 'advance', ns: 10 });
    b.apic(0, 0x310, 1 << 24);
    for (const low of [0x4500, 0x4610])
      b.act({ op: 'mmio_write', vcpu: 0, addr: 0xfee00300, size: 4, value: low }, settle);
    b.apic(1, 0xf0, 0x1ff);
    expect(b.act(msi(1), settle)).not.toContain('pv_eoi_arm');
  });

  test('never arms with APICv', () => {
    const b = bench({ apicv: true });
    b.act(enable, { op: 'advance', ns: 10 });
    expect(b.act(msi(1), settle)).not.toContain('pv_eoi_arm');
  });
});

describe('AVIC', () => {
  test('a running vCPU is told by the doorbell and takes it without an exit', () => {
    const b = bench({ avic: true });
    const before = b.vcpu(1).exits;
    inOrder(b.act(msi(1), settle), 'irr_set', 'avic_doorbell', 'avic_evaluate', 'eoi_virtualization');
    expect(b.vcpu(1).exits).toBe(before);
  });

  test('an IPI to one that does not run exits, and KVM wakes it', () => {
    const b = bench({ avic: true });
    b.act({ op: 'guest', vcpu: 1, halt: 1 });
    b.apic(0, 0x310, 1 << 24);
    const ipi = { op: 'mmio_write', vcpu: 0, addr: 0xfee00300, size: 4, value: 0x41 };
    inOrder(b.act(ipi, settle), 'avic_ipi', 'avic_incomplete_ipi', 'avic_kick', 'avic_load', 'avic_evaluate');
  });
});
