/**
 * Random sequences about vCPUs that are reset and started (INIT, SIPI, whose the BSP is), and about PV EOI's byte in guest memory.
 *
 * An INIT never reaches the vCPU whose instruction sends it: the recorder's guest has no code at the reset vector. It goes by
 * KVM_SIGNAL_MSI, a routed message, or another vCPU's ICR, and is taken at the target's next KVM_RUN or KVM_GET_MP_STATE.
 */
import { Chance } from './chance.ts';
import type { Op } from './generate.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const u32 = (value: number): number => value >>> 0;
const LAPIC = 0xfee00000;
const ID_POOL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 33, 100, 200, 254, 256, 300, 1000];
const FIXED = 0;
const NMI = 4;
const INIT = 5;
const SIPI = 6;

class Resets {
  readonly ops: Op[] = [];
  private readonly chance: Chance;
  private readonly ids: number[] = [];
  private readonly split: boolean;
  private readonly x2apic: boolean[];
  private readonly getPercent: number;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    const { chance } = this;
    const vcpus = 1 + chance.below(4);
    const plain = chance.one(45);
    while (this.ids.length < vcpus) {
      const id = plain ? this.ids.length : chance.of(ID_POOL);
      if (!this.ids.includes(id)) this.ids.push(id);
    }
    this.split = chance.one(20);
    this.getPercent = chance.of([10, 35, 100]);
    this.x2apic = this.ids.map(() => false);
    const bsp = chance.one(40) ? { bsp: chance.one(80) ? chance.of(this.ids) : chance.below(9) } : {};
    const api = chance.one(40) ? { x2apicApi: chance.below(4) } : {};
    this.ops.push({ op: 'create', vcpus, irqchip: this.split ? 'split' : 'full', ids: this.ids, ...bsp, ...api });
    for (let vcpu = 0; vcpu < vcpus; vcpu++) {
      if (chance.one(85)) this.apic(vcpu, 0xf0, 0x1ff);
      if (chance.one(35)) this.mode(vcpu);
    }
  }

  private vcpu(): number {
    return this.chance.below(this.ids.length);
  }
  private push(op: Op): void {
    this.ops.push(op);
    if (this.chance.one(this.getPercent)) this.ops.push({ op: 'get' });
  }
  private apic(vcpu: number, offset: number, value: number): void {
    if (this.x2apic[vcpu]) this.push({ op: 'wrmsr', vcpu, msr: hex(0x800 + (offset >> 4)), value: hex(value) });
    else this.push({ op: 'mmio_write', vcpu, addr: hex(LAPIC + offset), value: hex(value), size: 4 });
  }

  /** xAPIC, x2APIC, off; by the guest or by the host, with and without the BSP's bit. */
  private mode(vcpu: number): void {
    const { chance } = this;
    const state = chance.of([0x800, 0xc00, 0xc00, 0]);
    const value = hex(u32(LAPIC | state | (chance.one(40) ? 0x100 : 0)));
    const byHost = chance.one(50);
    if (byHost) this.push({ op: 'set_msr', vcpu, msr: '0x1b', value });
    else this.push({ op: 'wrmsr', vcpu, msr: '0x1b', value });
    // From x2APIC straight to xAPIC, or from off to x2APIC, only the host may go.
    const refused = !byHost && ((state === 0x800 && this.x2apic[vcpu]) || (state === 0xc00 && !this.x2apic[vcpu]));
    if (!refused) this.x2apic[vcpu] = state === 0xc00;
  }

  private data(mode: number): number {
    const { chance } = this;
    const vector = mode === SIPI ? chance.of([0, 1, 0x9a, 0xff]) : 0x30 + chance.below(0xc0);
    const trigger = mode === INIT ? chance.of([0, 0x4000, 0xc000, 0xc000, 0x8000]) : chance.of([0, 0x4000]);
    return vector | (mode << 8) | trigger;
  }
  private deliveryMode(): number {
    return this.chance.weighted([
      [10, FIXED],
      [1, 1],
      [2, NMI],
      [6, INIT],
      [7, SIPI],
    ]);
  }
  private address(): bigint {
    const { chance } = this;
    const id = chance.one(80) ? chance.of(this.ids) : chance.of([0xff, 9, 0x1ff]);
    const low = u32(LAPIC | ((id & 0xff) << 12) | (chance.one(15) ? 4 : 0));
    return (BigInt(u32(id & ~0xff)) << 32n) | BigInt(low);
  }
  private message(): void {
    this.push({ op: 'msi', addr: hex(this.address()), data: hex(this.data(this.deliveryMode())) });
  }
  private route(): void {
    const gsi = 24 + this.chance.below(4);
    const entry = { gsi, msi_addr: hex(this.address()), msi_data: hex(this.data(this.deliveryMode())) };
    this.push({ op: 'routing', entries: [entry] });
    this.push({ op: 'irq_line', gsi, level: 1 });
  }
  /** To one other vCPU by its id; what it has become may refuse it. */
  private icr(vcpu: number): void {
    const { chance } = this;
    const others = this.ids.filter((_, i) => i !== vcpu);
    if (others.length === 0) return;
    const id = chance.of(others);
    const low = u32(this.data(this.deliveryMode()) & ~(0x700 * Number(chance.one(10))));
    const value = hex((BigInt(id) << 32n) | BigInt(low));
    if (this.x2apic[vcpu]) this.push({ op: 'wrmsr', vcpu, msr: '0x830', value });
    else if (id < 255) {
      this.apic(vcpu, 0x310, u32(id << 24));
      this.apic(vcpu, 0x300, low);
    }
  }
  private part(): void {
    const { chance } = this;
    const what = chance.of(['mp', 'mp', 'events', 'lapic', 'msrs']);
    const vcpu = this.vcpu();
    this.push({ op: 'save', what, vcpu, as: 'a' });
    for (let left = chance.below(3); left > 0; left--) this.message();
    // Of its own: another's mode and ids would be its.
    this.push({ op: 'restore', what, vcpu, from: 'a' });
    if (what === 'events') this.push({ op: 'run', vcpu });
  }

  generate(): Op[] {
    const { chance } = this;
    for (let left = 25 + chance.below(60); left > 0; left--) {
      const vcpu = this.vcpu();
      chance.weighted<() => void>([
        [16, () => this.message()],
        [5, () => this.route()],
        [8, () => this.icr(vcpu)],
        [5, () => this.mode(vcpu)],
        [4, () => this.apic(vcpu, 0xf0, chance.one(80) ? 0x1ff : 0xff)],
        [2, () => this.apic(vcpu, 0x350, chance.of([0x700, 0x10700, 0x31]))],
        [2, () => this.apic(vcpu, 0x80, chance.below(16) << 4)],
        [2, () => this.x2apic[vcpu] || this.apic(vcpu, 0xd0, u32(chance.below(256) << 24))],
        [10, () => this.push({ op: 'run', vcpu })],
        [4, () => this.push({ op: 'eoi', vcpu })],
        [2, () => this.push({ op: 'nmi', vcpu })],
        [2, () => this.push({ op: 'iret', vcpu })],
        [3, () => this.push({ op: 'nop', vcpu })],
        [5, () => this.ops.push({ op: 'cpu', vcpu })],
        [4, () => this.part()],
        [this.split ? 0 : 3, () => this.push({ op: 'irq_line', gsi: chance.below(4), level: chance.below(2) })],
        [2, () => this.push({ op: 'get_msr', vcpu, msr: chance.of(['0x1b', '0x803', '0x802', '0x80d', '0x830']) })],
        [4, () => this.ops.push({ op: 'get' })],
      ])();
    }
    this.ops.push({ op: 'get' });
    return this.ops;
  }
}

/** INIT, SIPI and the BSP amid interrupts, modes and restores. */
export const generateResets = (seed: number): Op[] => new Resets(seed).generate();

const BYTE = 0x200000;

/**
 * PV EOI turned on, off and moved amid interrupts and their EOIs, its memory there or not. The guest writes each EOI all the same:
 * when the byte is set and taken back hangs on entries that only the run loops have, and is theirs to tell.
 */
export function generatePvEoi(seed: number): Op[] {
  const chance = new Chance(seed);
  const vcpus = 1 + chance.below(2);
  const split = chance.one(25);
  const ops: Op[] = [{ op: 'create', vcpus, irqchip: split ? 'split' : 'full' }];
  const slot = (size: number, readonly = 0): number =>
    ops.push({ op: 'memslot', slot: 1, gpa: hex(BYTE), size: hex(size), readonly });
  slot(0x2000);
  const x2apic = chance.one(25);
  const place = (vcpu: number): number => BYTE + vcpu * 0x100;
  const turn = (vcpu: number): number => {
    const at = chance.one(85) ? place(vcpu) : chance.of([BYTE + 2, BYTE + 0xffd, 0x8000000, BYTE + 0x2000]);
    const value = chance.one(75) ? at | 1 : chance.of([0, at, at | 2, at | 3]);
    return ops.push({ op: chance.one(70) ? 'wrmsr' : 'set_msr', vcpu, msr: '0x4b564d04', value: hex(value) });
  };
  const rte = (pin: number): number =>
    ops.push(
      { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', value: hex(0x10 + 2 * pin), size: 4 },
      {
        op: 'mmio_write',
        vcpu: 0,
        addr: '0xfec00010',
        value: hex((0x31 + 0x10 * chance.below(8)) | (chance.one(60) ? 0x8000 : 0)),
        size: 4,
      },
    );
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    if (x2apic) ops.push({ op: 'wrmsr', vcpu, msr: '0x1b', value: hex(u32(0xfee00c00 | (vcpu === 0 ? 0x100 : 0))) });
    ops.push(
      x2apic
        ? { op: 'wrmsr', vcpu, msr: '0x80f', value: '0x1ff' }
        : { op: 'mmio_write', vcpu, addr: '0xfee000f0', value: '0x1ff', size: 4 },
    );
    turn(vcpu);
  }
  if (!split) ops.push({ op: 'pio_write', vcpu: 0, port: '0x21', value: 0xff });
  for (let left = 40 + chance.below(60); left > 0; left--) {
    const vcpu = chance.below(vcpus);
    chance.weighted<() => number>([
      [
        12,
        () =>
          ops.push({
            op: 'msi',
            addr: hex(u32(LAPIC | (vcpu << 12))),
            data: hex((0x30 + chance.below(64)) | (chance.one(15) ? 0xc000 : 0)),
          }),
      ],
      [16, () => ops.push({ op: 'run', vcpu })],
      [14, () => ops.push({ op: 'eoi', vcpu })],
      [3, () => ops.push({ op: 'nop', vcpu })],
      [6, () => ops.push({ op: 'get' })],
      [6, () => turn(vcpu)],
      [2, () => slot(0)],
      [2, () => slot(0x2000, chance.below(2))],
      [2, () => ops.push({ op: 'get_msr', vcpu, msr: '0x4b564d04' })],
      [2, () => ops.push({ op: 'rdmsr', vcpu, msr: '0x4b564d04' })],
      [split ? 0 : 3, () => rte(chance.below(4))],
      [split ? 0 : 5, () => ops.push({ op: 'irq_line', gsi: chance.below(4), level: chance.below(2) })],
      [
        2,
        () => ops.push({ op: 'save', what: 'lapic', vcpu, as: 'p' }, { op: 'restore', what: 'lapic', vcpu, from: 'p' }),
      ],
      [1, () => ops.push({ op: 'nmi', vcpu }, { op: 'run', vcpu }, { op: 'iret', vcpu })],
    ])();
  }
  ops.push({ op: 'get' });
  return ops;
}
