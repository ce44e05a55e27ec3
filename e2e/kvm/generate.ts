/**
 * Random op sequences: same profile and seed, same sequence, everywhere.
 *
 * Left out here, because real KVM answers them differently from run to run, or not at all on some hosts: a running local
 * APIC timer (TMICT other than 0; generate-state.ts has it), INIT and SIPI (generate-reset.ts), SMI, HLT. Also a second irqfd
 * on a GSI that has a resampling one, which no op could tell apart from the first.
 */

import { Chance, type Weighted } from './chance.ts';
import { generatePvEoi, generateResets } from './generate-reset.ts';
import { generateRoads, generateSetup } from './generate-roads.ts';
import { generatePit, generateTimer, withRestores } from './generate-state.ts';
import { chooseShape, type Profile } from './shape.ts';

export interface Op {
  readonly op: string;
  readonly [field: string]: unknown;
}

interface Route {
  readonly gsi: number;
  readonly chip?: 'pic0' | 'pic1' | 'ioapic';
  readonly pin?: number;
  readonly msi_addr?: string;
  readonly msi_data?: string;
}

const LAPIC = 0xfee00000;
const IOAPIC = 0xfec00000;
const EN = 0x800;
const EXTD = 0x400;
const BSP = 0x100;

/** Registers that exist; the strange accesses also go between them. */
const LAPIC_OFFSETS = [
  0x20, 0x30, 0x80, 0x90, 0xa0, 0xb0, 0xd0, 0xe0, 0xf0, 0x280, 0x300, 0x310, 0x320, 0x330, 0x340, 0x350, 0x360, 0x370,
  0x380, 0x390, 0x3e0,
];
const LVT_OFFSETS = [0x2f0, 0x320, 0x330, 0x340, 0x350, 0x360, 0x370];
const PIC_PORTS = [0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1];
const NO_INIT_NO_SMI = [0, 1, 3, 4, 7];

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const u32 = (value: number): number => value >>> 0;

/** Keeps a delivery mode field (bits 10:8) away from SMI, INIT and SIPI. */
function withoutReset(value: number): number {
  const mode = (value >>> 8) & 7;
  return NO_INIT_NO_SMI.includes(mode) ? value : u32(value & ~0x700);
}

class Generator {
  readonly ops: Op[] = [];
  private readonly chance: Chance;
  private readonly profile: Profile;
  private readonly split: boolean;
  private readonly vcpus: number;
  private readonly ids: readonly number[];
  /** APIC_BASE as the guest last wrote it with success, so that most accesses use the right interface. */
  private readonly base: number[];
  private readonly vectors: readonly number[];
  private readonly gsis: readonly number[];
  private readonly irqfds = new Map<number, boolean>();
  private readonly getPercent: number;
  private readonly eoiPercent: number;

  constructor(profile: Profile, seed: number) {
    this.chance = new Chance(seed);
    const shape = chooseShape(profile, this.chance);
    this.profile = profile;
    this.split = shape.create.irqchip === 'split';
    this.vcpus = shape.create.vcpus;
    this.ids = shape.create.ids ?? Array.from({ length: this.vcpus }, (_, i) => i);
    const bsp = Number(shape.create.bsp ?? 0);
    this.base = Array.from({ length: this.vcpus }, (_, i) => u32(LAPIC | EN | (this.ids[i] === bsp ? BSP : 0)));
    this.vectors = shape.vectors;
    this.gsis = shape.gsis;
    this.getPercent = shape.getPercent;
    this.eoiPercent = shape.eoiPercent;
    this.ops.push(shape.create);
  }

  // ---- choices

  private cpu(): number {
    return this.chance.below(this.vcpus);
  }

  private vector(): number {
    return this.chance.weighted([
      [30, this.chance.of(this.vectors)],
      [4, this.chance.below(256)],
      [1, this.chance.below(16)],
    ]);
  }

  private gsi(): number {
    return this.chance.weighted([
      [30, this.chance.of(this.gsis)],
      [5, this.chance.below(24)],
      [2, 24 + this.chance.below(48)],
      [1, this.chance.of([24, 255, 1023, 4095, 4096, 100000])],
    ]);
  }

  private mode(): number {
    const table: Record<string, Weighted<number>> = {
      'lowest-priority': [
        [3, 0],
        [10, 1],
        [1, 4],
      ],
      default: [
        [20, 0],
        [5, 1],
        [2, 4],
        [1, 3],
        [1, 7],
      ],
    };
    return this.chance.weighted(table[this.profile] ?? table.default ?? []);
  }

  /** An 8-bit destination: an id, a logical mask, a broadcast, or anything. */
  private dest8(): number {
    return this.chance.weighted([
      [14, this.chance.of(this.ids) & 0xff],
      [6, 1 << this.chance.below(8)],
      [3, this.chance.below(16)],
      [3, (this.chance.below(16) << 4) | (1 << this.chance.below(4))],
      [3, 0xff],
      [1, 0xf0 | this.chance.below(16)],
      [2, this.chance.below(256)],
    ]);
  }

  private dest32(): number {
    const id = this.chance.of(this.ids);
    return this.chance.weighted([
      [12, id],
      [8, u32(((id >>> 4) << 16) | (1 << (id & 15)))],
      [4, u32((this.chance.below(3) << 16) | this.chance.below(0x10000))],
      [3, 0xffffffff],
      [2, 0xff],
      [3, this.dest8()],
      [1, 0xffff],
      [1, this.chance.word()],
    ]);
  }

  private percentLogical(): number {
    if (this.profile === 'logical-dest') return 85;
    if (this.profile === 'lowest-priority') return 75;
    return 35;
  }

  private isX2apic(cpu: number): boolean {
    return ((this.base[cpu] ?? 0) & (EN | EXTD)) === (EN | EXTD);
  }

  // ---- single ops

  private push(op: Op): void {
    this.ops.push(op);
    if (this.chance.one(this.getPercent)) this.ops.push({ op: 'get' });
  }

  private mmioWrite(cpu: number, addr: number, value: number | bigint, size = 4): void {
    this.push({ op: 'mmio_write', vcpu: cpu, addr: hex(addr), value: hex(value), size });
  }

  private mmioRead(cpu: number, addr: number, size = 4): void {
    this.push({ op: 'mmio_read', vcpu: cpu, addr: hex(addr), size });
  }

  private pioWrite(port: number, value: number): void {
    this.push({
      op: 'pio_write',
      vcpu: this.chance.one(80) ? 0 : this.cpu(),
      port: hex(port),
      value: hex(value & 0xff),
    });
  }

  private wrmsr(cpu: number, msr: number, value: number | bigint): void {
    this.push({ op: 'wrmsr', vcpu: cpu, msr: hex(msr), value: hex(value) });
  }

  /** A local APIC register written the way the vCPU's mode asks for, seldom the other way. */
  private lapicWrite(cpu: number, offset: number, value: number): void {
    if (this.isX2apic(cpu) !== this.chance.one(4)) this.wrmsr(cpu, 0x800 + (offset >> 4), value);
    else this.mmioWrite(cpu, this.lapicPage(cpu) + offset, value);
  }

  private lapicPage(cpu: number): number {
    const page = u32((this.base[cpu] ?? LAPIC) & ~0xfff);
    return this.chance.one(96) ? page : LAPIC;
  }

  private svr(cpu: number, on: boolean): void {
    const low = this.chance.weighted([
      [6, 0xff],
      [3, this.vector()],
      [1, this.chance.of([0x0f, 0xef, 0x00])],
    ]);
    const suppress = this.chance.one(this.split ? 30 : 3) ? 0x1000 : 0;
    const junk = this.chance.one(4) ? 0xfffff200 : 0;
    this.lapicWrite(cpu, 0xf0, u32(low | (on ? 0x100 : 0) | suppress | (this.isX2apic(cpu) ? junk & 0x200 : junk)));
  }

  private tpr(cpu: number): void {
    const value = this.chance.weighted([
      [6, this.chance.below(16) << 4],
      [3, this.chance.of(this.vectors) & 0xf0],
      [3, 0],
      [3, this.chance.below(256)],
    ]);
    if (this.chance.one(25)) this.push({ op: 'set_cr8', vcpu: cpu, value: this.chance.one(4) ? 16 : value >> 4 });
    else this.lapicWrite(cpu, 0x80, this.chance.one(4) ? u32(value | 0xabcd00) : value);
  }

  private logicalId(cpu: number): void {
    const flat = this.chance.one(60);
    const ldr = this.chance.weighted([
      [10, flat ? 1 << (cpu & 7) : ((cpu >> 2) << 4) | (1 << (cpu & 3))],
      [3, this.dest8()],
      [1, 0],
    ]);
    if (this.chance.one(80)) {
      const dfr = this.chance.weighted([
        [10, flat ? 0xffffffff : 0x0fffffff],
        [1, u32(this.chance.below(16) << 28)],
        [1, 0x1234567],
      ]);
      this.lapicWrite(cpu, 0xe0, dfr);
    }
    this.lapicWrite(cpu, 0xd0, u32(ldr << 24));
  }

  private lvt(cpu: number): void {
    const offset = this.chance.one(45) ? 0x350 : this.chance.of(LVT_OFFSETS);
    const value = this.chance.weighted([
      [5, 0x700],
      [4, 0x10700],
      [3, this.vector()],
      [2, 0x400],
      [2, 0x10000 | this.vector()],
      [3, this.chance.word()],
    ]);
    this.lapicWrite(cpu, offset, value);
  }

  private icr(cpu: number): void {
    const shorthand = this.chance.weighted([
      [10, 0],
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
    const low =
      this.vector() |
      (this.mode() << 8) |
      (this.chance.one(this.percentLogical()) ? 0x800 : 0) |
      (this.chance.one(4) ? 0x1000 : 0) |
      (this.chance.one(75) ? 0x4000 : 0) |
      (this.chance.one(18) ? 0x8000 : 0) |
      (shorthand << 18) |
      (this.chance.one(3) ? this.chance.of([0x2000, 0x10000, 0x20000, 0x100000, 0x80000000]) : 0);
    if (this.isX2apic(cpu) && this.chance.one(96)) {
      if (this.chance.one(15)) this.wrmsr(cpu, 0x83f, this.chance.one(15) ? low & 0xfff : this.vector());
      else this.wrmsr(cpu, 0x830, (BigInt(this.dest32()) << 32n) | BigInt(u32(low)));
      return;
    }
    const page = this.lapicPage(cpu);
    if (shorthand === 0 || this.chance.one(20)) {
      this.mmioWrite(cpu, page + 0x310, u32((this.dest8() << 24) | (this.chance.one(4) ? 0xabcdef : 0)));
    }
    this.mmioWrite(cpu, page + 0x300, u32(low));
  }

  /** Any register of the page, at any alignment and size, with values that start no timer and reset nothing. */
  private strangeLapicWrite(cpu: number): void {
    const offset = this.strangeOffset();
    let value = withoutReset(this.chance.word());
    if ((offset & 0xff0) === 0x380 || (offset & 0xff0) === 0x830) value = 0;
    const size = this.chance.one(60) ? 4 : this.chance.of([1, 2, 8]);
    this.mmioWrite(
      cpu,
      this.lapicPage(cpu) + offset,
      size === 1 ? value & 0xff : size === 2 ? value & 0xffff : value,
      size,
    );
  }

  private strangeOffset(): number {
    return this.chance.weighted([
      [6, this.chance.of(LAPIC_OFFSETS)],
      [3, this.chance.below(0x40) << 4],
      [3, this.chance.of(LAPIC_OFFSETS) + this.chance.below(16)],
      [2, 0x100 + this.chance.below(0x180)],
      [1, this.chance.below(0xff8)],
    ]);
  }

  private lapicRead(cpu: number): void {
    const size = this.chance.one(75) ? 4 : this.chance.of([1, 2, 8]);
    this.mmioRead(cpu, this.lapicPage(cpu) + this.strangeOffset(), size);
  }

  private apicBase(cpu: number): void {
    const bsp = (this.base[cpu] ?? 0) & BSP;
    const page = this.chance.weighted([
      [20, u32((this.base[cpu] ?? 0) & ~0xfff)],
      [5, LAPIC],
      [1, this.chance.of([0xfef00000, 0xfee01000, 0xfec00000, 0xfe000000])],
    ]);
    const on = this.isX2apic(cpu);
    const state = this.chance.weighted([
      [on ? 2 : 10, EN | EXTD],
      [4, 0],
      [5, EN],
      [1, EXTD],
      [on ? 4 : 1, EN | EXTD],
    ]);
    const value = u32(page | state | (this.chance.one(95) ? bsp : this.chance.of([0, BSP])));
    const odd = this.chance.one(3) ? this.chance.of([0x1, 0x200, 0x80]) : 0;
    this.wrmsr(cpu, 0x1b, u32(value | odd));
    const was = (this.base[cpu] ?? 0) & (EN | EXTD);
    const allowed =
      odd === 0 && state !== EXTD && !(was === (EN | EXTD) && state === EN) && !(was === 0 && state === (EN | EXTD));
    if (allowed) this.base[cpu] = value;
  }

  private msr(cpu: number): void {
    const msr = this.chance.weighted([
      [8, 0x800 + (this.chance.of(LAPIC_OFFSETS) >> 4)],
      [4, 0x800 + this.chance.below(0x40)],
      [1, 0x800 + this.chance.below(0x100)],
      [1, 0x83f],
      [1, 0x1b],
    ]);
    if (msr === 0x1b || this.chance.one(55)) {
      this.push({ op: 'rdmsr', vcpu: cpu, msr: hex(msr) });
      return;
    }
    const value = msr === 0x838 ? 0 : withoutReset(this.chance.one(50) ? this.vector() : this.chance.word());
    const high = this.chance.one(8) ? BigInt(this.chance.one(50) ? 1 : this.chance.word()) : 0n;
    this.wrmsr(cpu, msr, (high << 32n) | BigInt(value));
  }

  /** What KVM_SET_MSRS and KVM_GET_MSRS reach, in any mode: registers of the page have their effects there too. */
  private hostMsr(cpu: number): void {
    const { chance } = this;
    const msr = chance.weighted([
      [10, 0x1b],
      [6, 0x800 + (chance.of(LAPIC_OFFSETS) >> 4)],
      [3, 0x800 + chance.below(0x100)],
      [2, 0x80b],
      [2, 0x83f],
      [1, 0x3b],
      [2, 0x6e0],
      [1, 0x4b564d04],
    ]);
    if (chance.one(30)) {
      this.push({ op: 'get_msr', vcpu: cpu, msr: hex(msr) });
      return;
    }
    let value = BigInt(withoutReset(chance.one(50) ? this.vector() : chance.word()));
    if (msr === 0x838 || msr === 0x6e0 || msr === 0x4b564d04) value = 0n;
    else if (msr === 0x1b) {
      const state = chance.of([0, EN, EN, EN | EXTD, EN | EXTD, EXTD]);
      const page = chance.one(90) ? LAPIC : chance.of([0xfef00000, 0xfec00000]);
      const odd = chance.one(6) ? chance.of([0x1, 0x200, 0x80]) : 0;
      const high = chance.one(4) ? 1n << BigInt(chance.of([36, 52, 63])) : 0n;
      value = high | BigInt(u32(page | state | (chance.one(30) ? BSP : 0) | odd));
      // Beyond 4 GiB the recorder's guest has no page: what has no effect is all the same to it.
      if (odd === 0 && high === 0n && state !== EXTD) this.base[cpu] = Number(value);
      else if (high === 1n << 36n) value &= 0xffffffffn | (1n << 63n);
    } else if (chance.one(15)) value |= BigInt(chance.word()) << 32n;
    this.push({ op: 'set_msr', vcpu: cpu, msr: hex(msr), value: hex(value) });
  }

  /** An event stays injected, as where a vCPU is stopped before its entry; only the state is touched until it is taken. */
  private keep(cpu: number): void {
    const { chance } = this;
    const name = `k${cpu}`;
    this.push({ op: 'run', vcpu: cpu, keep: 1 });
    this.push({ op: 'save', what: 'events', vcpu: cpu, as: name });
    for (let left = chance.below(3); left > 0; left--) this.line();
    if (chance.one(40)) this.msi();
    if (chance.one(30)) this.push({ op: 'run', vcpu: cpu, keep: 1 });
    this.push({ op: 'run', vcpu: cpu });
    if (!chance.one(40)) return;
    if (chance.one(50)) this.endOfInterrupt(cpu);
    this.push({ op: 'restore', what: 'events', vcpu: cpu, from: name });
    this.push({ op: 'get' });
    this.push({ op: 'run', vcpu: cpu });
  }

  // ---- IOAPIC

  private select(register: number): number {
    const cpu = this.cpu();
    this.mmioWrite(cpu, IOAPIC, register);
    return this.chance.one(85) ? cpu : this.cpu();
  }

  private rteLow(): number {
    const level = this.profile === 'ioapic-level' ? 85 : this.profile === 'ioapic-edge' ? 5 : 40;
    return (
      this.vector() |
      (this.mode() << 8) |
      (this.chance.one(this.percentLogical()) ? 0x800 : 0) |
      (this.chance.one(5) ? 0x1000 : 0) |
      (this.chance.one(10) ? 0x2000 : 0) |
      (this.chance.one(5) ? 0x4000 : 0) |
      (this.chance.one(level) ? 0x8000 : 0) |
      (this.chance.one(14) ? 0x10000 : 0) |
      (this.chance.one(3) ? this.chance.below(0x8000) << 17 : 0)
    );
  }

  private pin(): number {
    return this.chance.one(85) ? this.chance.of(this.gsis) % 24 : this.chance.below(24);
  }

  private rte(both: boolean): void {
    const register = 0x10 + 2 * this.pin();
    const halves: (0 | 1)[] = both ? (this.chance.one(70) ? [1, 0] : [0, 1]) : [this.chance.one(70) ? 0 : 1];
    for (const half of halves) {
      const cpu = this.select(register + half);
      this.mmioWrite(cpu, IOAPIC + 0x10, u32(half === 0 ? this.rteLow() : this.dest8() << 24));
    }
  }

  private strangeIoapic(): void {
    const register = this.chance.weighted([
      [6, this.chance.below(3)],
      [6, 0x10 + 2 * this.pin() + this.chance.below(2)],
      [2, 0x40 + this.chance.below(4)],
      [2, this.chance.below(256)],
    ]);
    const cpu = this.select(register);
    const offset = this.chance.weighted([
      [12, 0x10],
      [3, 0x00],
      [2, this.chance.of([0x01, 0x04, 0x08, 0x0f, 0x11, 0x14, 0x18, 0x20, 0x40, 0xf0, 0xfc])],
      [1, this.chance.of([0x100, 0x1000])],
    ]);
    const size = this.chance.one(70) ? 4 : this.chance.of([1, 2, 8]);
    if (this.chance.one(60)) this.mmioRead(cpu, IOAPIC + offset, size);
    else {
      const value = withoutReset(this.chance.one(50) ? this.rteLow() : this.chance.word());
      const mask = size === 1 ? 0xff : size === 2 ? 0xffff : 0xffffffff;
      this.mmioWrite(cpu, IOAPIC + offset, u32(value & mask), size);
    }
  }

  // ---- PIC

  private picInit(chip: 0 | 1): void {
    const command = chip === 0 ? 0x20 : 0xa0;
    const icw1 = 0x10 | (this.chance.one(85) ? 1 : 0) | (this.chance.one(12) ? 2 : 0) | (this.chance.one(15) ? 8 : 0);
    this.pioWrite(command, icw1);
    if (this.chance.one(4)) return;
    this.pioWrite(command + 1, this.chance.one(80) ? (chip === 0 ? 0x20 : 0x28) : this.chance.below(256));
    if (!(icw1 & 2) || this.chance.one(50)) this.pioWrite(command + 1, chip === 0 ? 4 : 2);
    if (icw1 & 1 && this.chance.one(96)) {
      const icw4 =
        1 | (this.chance.one(25) ? 2 : 0) | (this.chance.one(15) ? 0x10 : 0) | (this.chance.one(5) ? 0x0c : 0);
      this.pioWrite(command + 1, icw4);
    }
  }

  private picMask(): void {
    const value = this.chance.weighted([
      [5, 0x00],
      [3, 0xff],
      [6, this.chance.below(256)],
      [3, u32(~(1 << this.chance.below(8))) & 0xff],
    ]);
    this.pioWrite(this.chance.one(60) ? 0x21 : 0xa1, value);
  }

  private picCommand(): void {
    const port = this.chance.one(55) ? 0x20 : 0xa0;
    const level = this.chance.below(8);
    const value = this.chance.weighted([
      [10, 0x20],
      [6, 0x60 | level],
      [3, 0xa0],
      [3, 0xe0 | level],
      [3, 0xc0 | level],
      [2, 0x80],
      [2, 0x00],
      [1, 0x40],
      [3, 0x0a],
      [3, 0x0b],
      [2, 0x0c],
      [2, 0x68],
      [2, 0x48],
      [1, 0x6b],
      [2, this.chance.below(256) & ~0x10],
    ]);
    this.pioWrite(port, value);
  }

  private elcr(): void {
    this.pioWrite(this.chance.one(50) ? 0x4d0 : 0x4d1, this.chance.one(30) ? 0 : this.chance.below(256));
  }

  private pioRead(): void {
    const port = this.chance.one(95) ? this.chance.of(PIC_PORTS) : this.chance.of([0x22, 0x40, 0x60, 0xa2, 0x4d2]);
    if (this.chance.one(20)) this.pioWrite(port & ~1, 0x0c);
    this.push({ op: 'pio_read', vcpu: this.chance.one(80) ? 0 : this.cpu(), port: hex(port) });
  }

  // ---- devices and user space

  private line(): void {
    const gsi = this.gsi();
    const shape = this.chance.weighted([
      [6, [1]],
      [5, [0]],
      [5, [1, 0]],
      [2, [0, 1]],
      [2, [1, 1]],
      [1, [1, 0, 1]],
    ] as const);
    for (const level of shape) this.push({ op: 'irq_line', gsi, level });
  }

  private msiParts(): { addr: bigint; data: number } {
    const low =
      this.chance.weighted([
        [30, 0xfee00000],
        [1, 0x12300000],
      ]) |
      (this.dest8() << 12) |
      (this.chance.one(30) ? 8 : 0) |
      (this.chance.one(this.percentLogical()) ? 4 : 0) |
      (this.chance.one(4) ? this.chance.below(0x1000) & 0xff3 : 0);
    const id = this.chance.of(this.ids);
    const high = this.chance.weighted([
      [20, id > 255 ? u32(id & ~0xff) : 0],
      [3, 0],
      [1, 0xffffff00],
      [1, u32(this.chance.word() & ~0xff)],
      [1, this.chance.word()],
      [1, this.chance.below(256)],
    ]);
    const trigger = this.chance.weighted([
      [10, 0x0000],
      [6, 0x4000],
      [this.split ? 12 : 4, 0xc000],
      [this.split ? 6 : 3, 0x8000],
    ]);
    const junk = this.chance.one(4) ? u32(this.chance.word() & 0xffff3800) : 0;
    return {
      addr: (BigInt(high) << 32n) | BigInt(u32(low)),
      data: u32(this.vector() | (this.mode() << 8) | trigger | junk),
    };
  }

  private msi(): void {
    const { addr, data } = this.msiParts();
    this.push({ op: 'msi', addr: hex(addr), data: hex(data) });
  }

  private route(gsi: number): Route {
    const { addr, data } = this.msiParts();
    const message: Route = { gsi, msi_addr: hex(addr), msi_data: hex(data) };
    if (this.split) return this.chance.one(99) ? message : { gsi, chip: 'ioapic', pin: 3 };
    return this.chance.weighted([
      [10, { gsi, chip: 'ioapic', pin: gsi < 24 ? gsi : this.chance.below(24) }],
      [5, { gsi, chip: 'ioapic', pin: this.chance.one(98) ? this.chance.below(24) : 24 }],
      [5, gsi < 8 ? { gsi, chip: 'pic0', pin: gsi } : { gsi, chip: 'pic1', pin: gsi & 7 }],
      [3, { gsi, chip: this.chance.of(['pic0', 'pic1']), pin: this.chance.one(98) ? this.chance.below(8) : 8 }],
      [8, message],
    ] as const);
  }

  private routing(): void {
    const entries: Route[] = [];
    if (this.chance.one(this.split ? 0 : 30)) {
      // Near what user space installs: both chips below 16, IOAPIC above, GSI 0 on pin 2.
      for (let gsi = 0; gsi < 24; gsi++) {
        if (gsi < 8) entries.push({ gsi, chip: 'pic0', pin: gsi });
        else if (gsi < 16) entries.push({ gsi, chip: 'pic1', pin: gsi - 8 });
        if (gsi !== 2) entries.push({ gsi, chip: 'ioapic', pin: gsi === 0 ? 2 : gsi });
      }
      if (this.chance.one(50)) entries.push(this.route(24 + this.chance.below(40)));
    } else {
      const taken = new Map<number, string[]>();
      for (let left = this.chance.below(16); left > 0; left--) {
        const gsi = this.chance.one(99) ? this.gsi() % 4096 : 4096;
        const entry = this.route(gsi);
        const kind = entry.chip ?? 'msi';
        const before = taken.get(gsi) ?? [];
        const clash = before.length > 0 && (kind === 'msi' || before.includes('msi') || before.includes(kind));
        // Most tables are valid; a clash now and then shows the error.
        if (clash && this.chance.one(97)) continue;
        taken.set(gsi, [...before, kind]);
        entries.push(entry);
      }
    }
    this.push({ op: 'routing', entries });
  }

  private irqfd(): void {
    const known = [...this.irqfds.keys()];
    const choice = this.chance.weighted([
      [known.length === 0 ? 10 : 4, 'assign'],
      [known.length === 0 ? 1 : 9, 'signal'],
      [known.length === 0 ? 1 : 4, 'poll'],
      [known.length === 0 ? 1 : 2, 'deassign'],
    ] as const);
    const gsi = known.length > 0 && choice !== 'assign' && this.chance.one(95) ? this.chance.of(known) : this.gsi();
    if (choice === 'assign') {
      if (this.irqfds.get(gsi)) return;
      const resample = this.chance.one(this.split ? 8 : 55);
      this.push({ op: 'irqfd', gsi, resample: resample ? 1 : 0 });
      if (!(this.split && resample)) this.irqfds.set(gsi, resample);
      if (this.chance.one(70)) this.push({ op: 'irqfd_signal', gsi });
    } else if (choice === 'signal') {
      this.push({ op: 'irqfd_signal', gsi });
    } else if (choice === 'poll') {
      this.push({ op: 'irqfd_resample_poll', gsi });
    } else if (this.irqfds.has(gsi)) {
      this.push({ op: 'irqfd_deassign', gsi, resample: this.irqfds.get(gsi) ? 1 : 0 });
      this.irqfds.delete(gsi);
    }
  }

  // ---- vCPUs

  private take(): void {
    const cpu = this.cpu();
    this.push({ op: 'run', vcpu: cpu });
    if (this.chance.one(this.eoiPercent)) this.endOfInterrupt(cpu);
  }

  /** Every vCPU takes what it has, in nested order, and ends some of it. */
  private drain(): void {
    for (let cpu = 0; cpu < this.vcpus; cpu++) {
      const depth = 1 + this.chance.below(3);
      for (let i = 0; i < depth; i++) this.push({ op: 'run', vcpu: cpu });
      for (let i = 0; i < depth; i++) if (this.chance.one(this.eoiPercent)) this.endOfInterrupt(cpu);
    }
  }

  private endOfInterrupt(cpu: number): void {
    if (this.profile === 'pic' && this.chance.one(75)) {
      if (this.chance.one(50)) this.pioWrite(0xa0, 0x20);
      this.pioWrite(0x20, 0x20);
    } else {
      this.push({ op: 'eoi', vcpu: cpu });
    }
  }

  // ---- a sequence

  private setUp(): void {
    const { chance, profile } = this;
    if (!this.split) {
      if (profile === 'pic' || chance.one(12)) {
        if (chance.one(92)) this.picInit(0);
        if (chance.one(92)) this.picInit(1);
        if (chance.one(70)) this.picMask();
        if (chance.one(40)) this.elcr();
      } else if (chance.one(75)) {
        this.pioWrite(0x21, 0xff);
        this.pioWrite(0xa1, 0xff);
      } else if (chance.one(60)) {
        this.lapicWrite(0, 0x350, 0x10700);
      }
    }
    const enable = profile === 'pic' ? 15 : 93;
    const logical = profile === 'logical-dest' || profile === 'lowest-priority' ? 85 : profile === 'pic' ? 0 : 25;
    const x2apic = profile === 'x2apic' ? 80 : profile === 'split' || profile === 'mixed' ? 25 : 2;
    const allX2apic = chance.one(x2apic);
    const flat = chance.one(60);
    for (let cpu = 0; cpu < this.vcpus; cpu++) {
      if (chance.one(allX2apic ? 90 : x2apic / 4)) {
        const value = u32((this.base[cpu] ?? 0) | EXTD);
        this.wrmsr(cpu, 0x1b, value);
        this.base[cpu] = value;
      }
      if (chance.one(enable)) this.svr(cpu, true);
      if (!this.isX2apic(cpu) && chance.one(logical)) {
        if (chance.one(80)) this.lapicWrite(cpu, 0xe0, flat ? 0xffffffff : 0x0fffffff);
        const id = flat ? 1 << (cpu & 7) : ((cpu >> 2) << 4) | (1 << (cpu & 3));
        this.lapicWrite(cpu, 0xd0, u32((chance.one(92) ? id : this.dest8()) << 24));
      }
      if (profile === 'lapic-priority' && chance.one(40)) this.tpr(cpu);
    }
    const usesIoapic = !this.split && !['ipi', 'msi', 'pic', 'lapic-priority'].includes(profile);
    if (usesIoapic) for (const _ of this.gsis) if (chance.one(85)) this.rte(true);
    if ((this.split && chance.one(85)) || (profile === 'routing-changes' && chance.one(40))) this.routing();
  }

  /** How often each action comes, by profile. */
  private actions(): Weighted<() => void> {
    const w = (...profiles: Profile[]) => (profiles.includes(this.profile) ? 1 : 0);
    const anyCpu = (action: (cpu: number) => void) => () => action.call(this, this.cpu());
    const full = this.split ? 0 : 1;
    const mixed = w('mixed');
    const ioapic =
      w('ioapic-edge', 'ioapic-level', 'logical-dest', 'lowest-priority', 'routing-changes', 'mixed', 'host') * full;
    const pic = w('pic') * full;
    const ipi = w('ipi');
    const priority = w('lapic-priority');
    return [
      [60, () => this.take()],
      [8 + Math.floor(this.eoiPercent / 6), anyCpu(this.endOfInterrupt)],
      [5, () => this.drain()],
      [pic * 60 + ioapic * 50 + this.gsiWeight(), () => this.line()],
      [
        w('msi') * 60 + w('logical-dest', 'lowest-priority', 'x2apic', 'split') * 20 + priority * 25 + 4,
        () => this.msi(),
      ],
      [
        ipi * 70 + w('x2apic') * 40 + w('logical-dest', 'lowest-priority', 'mixed', 'split') * 12 + priority * 20 + 3,
        anyCpu(this.icr),
      ],
      [priority * 30 + mixed * 8 + w('lowest-priority') * 8 + 4, anyCpu(this.tpr)],
      [priority * 5 + mixed * 4 + 3, anyCpu((cpu) => this.svr(cpu, this.chance.one(75)))],
      [w('logical-dest', 'lowest-priority') * 10 + mixed * 4 + 1, anyCpu(this.logicalId)],
      [priority * 6 + mixed * 6 + pic * 3 + 2, anyCpu(this.lvt)],
      [priority * 8 + mixed * 5 + 2, anyCpu(this.strangeLapicWrite)],
      [priority * 15 + mixed * 6 + 4, anyCpu(this.lapicRead)],
      [w('x2apic') * 10 + mixed * 5 + w('split') * 2 + 1, anyCpu(this.apicBase)],
      [w('x2apic') * 30 + mixed * 6 + w('split') * 3 + 1, anyCpu(this.msr)],
      [ioapic * 22 + full, () => this.rte(this.chance.one(50))],
      [ioapic * 4 + full, () => this.strangeIoapic()],
      [pic * 4 + mixed, () => full && this.picInit(this.chance.one(50) ? 0 : 1)],
      [pic * 10 + mixed * 2 + full, () => this.picMask()],
      [pic * 40 + mixed * 5 + full, () => this.picCommand()],
      [pic * 6 + mixed * 2, () => this.elcr()],
      [pic * 15 + mixed * 3 + 1, () => this.pioRead()],
      [w('routing-changes') * 12 + w('split') * 6 + mixed * 3, () => this.routing()],
      [w('routing-changes') * 20 + w('split', 'ioapic-level') * 12 + pic * 8 + mixed * 8 + 1, () => this.irqfd()],
      [ipi * 3 + 3, anyCpu((cpu) => this.push({ op: 'nmi', vcpu: cpu }))],
      [ipi * 4 + 3, anyCpu((cpu) => this.push({ op: 'iret', vcpu: cpu }))],
      [
        this.split ? 10 : 1,
        anyCpu((cpu) =>
          this.push({
            op: 'extint',
            vcpu: cpu,
            vector: this.chance.one(95) ? this.vector() : this.chance.of([256, 0xffffffff]),
          }),
        ),
      ],
      [w('host') * 45 + mixed * 2, anyCpu(this.hostMsr)],
      [w('host') * 15 + mixed * 2 + w('split'), anyCpu(this.keep)],
      [2, anyCpu((cpu) => this.push({ op: 'nop', vcpu: cpu }))],
    ];
  }

  private gsiWeight(): number {
    if (this.split) return 35;
    return this.profile === 'x2apic' || this.profile === 'msi' ? 8 : 2;
  }

  generate(): Op[] {
    this.setUp();
    const actions = this.actions();
    for (let left = 20 + this.chance.below(90); left > 0; left--) this.chance.weighted(actions)();
    this.ops.push({ op: 'get' });
    return this.ops;
  }
}

/** What is saved and restored midway: anything, or one kind of machine. */
function restored(seed: number): Profile {
  const kinds = ['mixed', 'mixed', 'mixed', 'split', 'x2apic', 'pic', 'ioapic-level', 'host'] as const;
  return kinds[(seed >>> 3) % kinds.length] as Profile;
}

/** @param tsc what a guest's clock starts at, where the host gives it its own (a paravirtual module); else 0 */
export function generate(profile: Profile, seed: number, tsc = 0n): Op[] {
  if (profile === 'roads') return generateRoads(seed);
  if (profile === 'setup') return generateSetup(seed);
  if (profile === 'timer') return generateTimer(seed, tsc);
  if (profile === 'pit') return generatePit(seed);
  if (profile === 'reset') return generateResets(seed);
  if (profile === 'pv-eoi') return generatePvEoi(seed);
  if (profile === 'restore') return withRestores(new Generator(restored(seed), seed).generate(), seed);
  return new Generator(profile, seed).generate();
}

/** Seed of the sequence at `index` of a run with `seed`. */
export function sequenceSeed(seed: number, index: number): number {
  return u32(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35));
}
