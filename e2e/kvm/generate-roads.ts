/**
 * Random sequences about the roads in: memory slots, ioeventfds and coalesced zones that lie over one another, accesses of
 * every width over their edges and a page's, string I/O; and VMs put together step by step, in every order.
 */
import { Chance } from './chance.ts';
import type { Op } from './generate.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;
const WIDTHS = [1, 2, 4, 8] as const;
const PORT_WIDTHS = [1, 2, 4] as const;

/** A few places that the accesses of a sequence come back to, with their neighbours. */
function places(chance: Chance): { readonly mmio: readonly number[]; readonly ports: readonly number[] } {
  const free = 0xe0000000 + chance.below(4) * 0x1000;
  const mmio = [
    free,
    free + 8,
    free + 0xffc,
    free + 0x1000,
    0xfec00000,
    0xfec00010,
    0xfec000fc,
    0xfee00000,
    0xfee00080,
  ];
  const ports = [0x20, 0x21, 0xa0, 0xa1, 0x40, 0x43, 0x4d0, 0x4d1, 0x61, 0x100 + chance.below(64), 0x1f, 0x3f8];
  return { mmio, ports };
}

class Roads {
  readonly ops: Op[] = [];
  private readonly chance: Chance;
  private readonly vcpus: number;
  private readonly mmio: readonly number[];
  private readonly ports: readonly number[];
  private readonly bells: Op[] = [];
  private readonly zones: Op[] = [];

  constructor(seed: number) {
    this.chance = new Chance(seed);
    const { chance } = this;
    this.vcpus = 1 + chance.below(3);
    ({ mmio: this.mmio, ports: this.ports } = places(chance));
    const irqchip = chance.one(80) ? 'full' : 'split';
    const pit = irqchip === 'full' && chance.one(50) ? { pit: 1 } : {};
    this.ops.push({ op: 'create', vcpus: this.vcpus, irqchip, ...pit });
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++)
      if (chance.one(90)) this.ops.push({ op: 'mmio_write', vcpu, addr: '0xfee000f0', value: '0x1ff', size: 4 });
  }

  private vcpu(): number {
    return this.chance.below(this.vcpus);
  }
  private near(list: readonly number[], least: number): number {
    const { chance } = this;
    const at = chance.of(list);
    return Math.max(least, chance.one(60) ? at : at - 8 + chance.below(17));
  }
  private address(): number {
    return this.near(this.mmio, 0x100000);
  }
  /** Not the i8254's first counter: a count starts time, and what time brings is not told here. */
  private port(): number {
    const port = this.near(this.ports, 0);
    return port === 0x40 ? 0x41 : port;
  }
  private data(size: number): number {
    const { chance } = this;
    if (chance.one(70)) return chance.below(4);
    return size >= 4 ? chance.word() >>> 0 : chance.below(2 ** (size * 8));
  }

  private bell(): void {
    const { chance } = this;
    if (this.bells.length > 0 && chance.one(25)) {
      const known = chance.of(this.bells);
      this.ops.push(chance.one(60) ? { ...known, deassign: 1 } : known);
      return;
    }
    const bus = chance.one(55) ? 'mmio' : 'pio';
    const len = chance.one(92) ? chance.of([0, 1, 2, 2, 4, 4, 8]) : chance.of([3, 5, 16]);
    const addr = hex(bus === 'pio' ? this.port() : this.address());
    const datamatch = chance.one(45) ? { datamatch: hex(this.data(len === 0 ? 1 : Math.min(len, 8))) } : {};
    const bell = { op: 'ioeventfd', bus, addr, len, ...datamatch };
    this.bells.push(bell);
    this.ops.push(bell);
  }
  private poll(): void {
    if (this.bells.length === 0) return;
    const { deassign: _, ...bell } = this.chance.of(this.bells);
    this.ops.push({ ...bell, op: 'ioeventfd_poll' });
  }
  private zone(): void {
    const { chance } = this;
    if (this.zones.length > 0 && chance.one(30)) {
      const known = chance.of(this.zones);
      const size = chance.one(70) ? known.size : Number(known.size) >> 1;
      this.ops.push({ ...known, size, deassign: 1 });
      return;
    }
    const pio = chance.one(94) ? chance.below(2) : 2;
    const addr = hex(pio === 1 ? this.port() : this.address());
    // Not over the ports by which the recorder's own guest tells that it is done.
    const zone = {
      op: 'coalesced_mmio',
      pio,
      addr,
      size: chance.of(pio === 1 ? [0, 1, 2, 4, 8, 16] : [0, 1, 2, 4, 8, 16, 64, 0x1000]),
    };
    if (pio < 2) this.zones.push(zone);
    this.ops.push(zone);
  }
  /** So many stores into one zone that the ring is full. */
  private fill(): void {
    const { chance } = this;
    const zone = this.zones.filter(({ pio, size }) => pio === 0 && Number(size) >= 4);
    if (zone.length === 0) return;
    const addr = String(chance.of(zone).addr);
    const vcpu = this.vcpu();
    for (let i = 166 + chance.below(6); i > 0; i--) this.ops.push({ op: 'mmio_write', vcpu, addr, value: i, size: 1 });
  }
  private slot(): void {
    const { chance } = this;
    const base = (this.address() & ~0xfff) >>> 0;
    const gpa = Math.max(0x100000, base - chance.below(2) * 0x1000) + (chance.one(4) ? 0x800 : 0);
    const size = chance.weighted([
      [20, 0],
      [40, 0x1000],
      [25, 0x2000],
      [3, 0x1800],
      [2, 0x100000],
    ]);
    // Whether the processor or the emulator reaches a slot over the APIC page is the vendor module's.
    if (gpa + size > 0xfee00000) return;
    const readonly = chance.one(30) ? 1 : 0;
    this.ops.push({ op: 'memslot', slot: 1 + chance.below(5), gpa: hex(gpa), size: hex(size), readonly });
  }
  private store(): void {
    const size = this.chance.of(WIDTHS);
    this.ops.push({
      op: 'mmio_write',
      vcpu: this.vcpu(),
      addr: hex(this.address()),
      value: hex(this.data(size)),
      size,
    });
  }
  private load(): void {
    this.ops.push({ op: 'mmio_read', vcpu: this.vcpu(), addr: hex(this.address()), size: this.chance.of(WIDTHS) });
  }
  private out(): void {
    const size = this.chance.of(PORT_WIDTHS);
    const value = hex(this.data(size));
    this.ops.push({ op: 'pio_write', vcpu: this.vcpu(), port: hex(this.port()), value, size });
  }
  /** Not of the PIT's counters: what they have counted down to is time's. */
  private in(): void {
    const port = this.port();
    const size = this.chance.of(PORT_WIDTHS);
    if (port + size > 0x3d && port < 0x65) return;
    this.ops.push({ op: 'pio_read', vcpu: this.vcpu(), port: hex(port), size });
  }
  private string(): void {
    const { chance } = this;
    const size = chance.of(PORT_WIDTHS);
    const port = this.port();
    const dir = chance.one(50) ? 'out' : 'in';
    if (dir === 'in' && port + size > 0x3d && port < 0x65) return;
    const count = chance.one(90) ? chance.below(7) : chance.of([64, 65, 255, 256, 257, 1024, 1025]);
    const data = dir === 'out' ? { data: Array.from({ length: count }, () => this.data(size)) } : {};
    this.ops.push({ op: 'pio_string', vcpu: this.vcpu(), port: hex(port), dir, size, count, ...data });
  }

  generate(): Op[] {
    for (let left = 30 + this.chance.below(90); left > 0; left--) {
      this.chance.weighted<() => void>([
        [14, () => this.bell()],
        [8, () => this.poll()],
        [7, () => this.zone()],
        [4, () => this.ops.push({ op: 'coalesced_read' })],
        [1, () => this.fill()],
        [6, () => this.slot()],
        [26, () => this.store()],
        [10, () => this.load()],
        [14, () => this.out()],
        [6, () => this.in()],
        [6, () => this.string()],
        [3, () => this.ops.push({ op: 'irq_line', gsi: this.chance.below(24), level: this.chance.below(2) })],
        [2, () => this.ops.push({ op: 'run', vcpu: this.vcpu() })],
      ])();
    }
    for (const { deassign: _, ...bell } of this.bells) this.ops.push({ ...bell, op: 'ioeventfd_poll' });
    this.ops.push({ op: 'coalesced_read' }, { op: 'get' });
    return this.ops;
  }
}

/** A sequence about slots, buses, doorbells and ports. */
export const generateRoads = (seed: number): Op[] => new Roads(seed).generate();

/** Numbers at the edges of what KVM allows. */
const ROUTES = [0, 1, 2, 23, 24, 25, 47, 48, 255, 4095, 4096, 4097, 0xffffffff];
/** KVM_MAX_VCPU_IDS itself is the kernel's configuration. */
const IDS = [0, 1, 2, 3, 5, 7, 254, 255, 256, 1023, 1_000_000, 0xffffffff];

/** A VM step by step: ioctls of the set-up in any order, what comes of them, and interrupts in what was made. */
export function generateSetup(seed: number): Op[] {
  const chance = new Chance(seed);
  const ops: Op[] = [{ op: 'create_vm' }];
  const push = (op: Op): number => ops.push(op);
  const id = (): number => (chance.one(75) ? chance.below(5) : chance.of(IDS));
  const gsi = (): number => (chance.one(85) ? chance.below(26) : chance.of([47, 100, 4095]));
  const route = (): Op => {
    const pin = chance.below(chance.one(90) ? 24 : 30);
    if (chance.one(40))
      return {
        gsi: gsi(),
        msi_addr: '0xfee00000',
        msi_data: hex(0x40 + chance.below(64) + chance.below(2) * 0xc000),
      } as unknown as Op;
    return {
      gsi: gsi(),
      chip: chance.of(['pic0', 'pic1', 'ioapic']),
      pin: chance.one(50) ? pin & 7 : pin,
    } as unknown as Op;
  };
  // Guest instructions are for vCPUs with a local APIC: the chips came first, and vCPU 0 with an id that no limit refuses.
  let chips = false;
  let vcpus = 0;
  const makeVcpu = (): number => {
    const asked = vcpus === 0 ? chance.below(5) : id();
    vcpus++;
    return push({ op: 'create_vcpu', id: asked });
  };
  const makeChips = (op: Op): number => {
    chips ||= vcpus === 0 && Number(op.routes ?? 0) <= 4096;
    return push(op);
  };
  const guest = (op: Op): number => (chips && vcpus > 0 ? push({ ...op, vcpu: 0 }) : 0);
  const steps: readonly (readonly [number, () => number])[] = [
    [7, () => makeChips({ op: 'create_irqchip' })],
    [6, () => makeChips({ op: 'enable_cap', cap: 'split_irqchip', routes: chance.one(60) ? 24 : chance.of(ROUTES) })],
    [3, () => push({ op: 'enable_cap', cap: 'x2apic_api', flags: chance.below(4) })],
    [
      2,
      () =>
        push({
          op: 'enable_cap',
          cap: 'max_vcpu_id',
          id: vcpus === 0 ? chance.of([5, 8, 1024, 1_048_576, 0xffffffff]) : id(),
        }),
    ],
    [10, makeVcpu],
    [5, () => push({ op: 'create_pit', flags: chance.below(2) })],
    [4, () => push({ op: 'set_boot_cpu_id', id: id() })],
    [4, () => push({ op: 'get' })],
    [6, () => push({ op: 'irq_line', gsi: gsi(), level: chance.below(2) })],
    [
      3,
      () => push({ op: 'msi', addr: hex(0xfee00000 + chance.below(4) * 0x1000), data: hex(0x40 + chance.below(64)) }),
    ],
    [4, () => push({ op: 'routing', entries: Array.from({ length: chance.below(4) }, route) })],
    [4, () => guest({ op: 'mmio_write', addr: '0xfee000f0', value: '0x1ff', size: 4 })],
    [4, () => guest({ op: 'run' })],
    [3, () => guest({ op: 'eoi' })],
    [3, () => guest({ op: 'pio_write', port: hex(chance.of([0x20, 0x21, 0xa1, 0x42])), value: chance.below(256) })],
    [2, () => guest({ op: 'pio_read', port: hex(chance.of([0x21, 0xa1, 0x4d0])) })],
    [
      3,
      () =>
        guest({
          op: 'mmio_write',
          addr: chance.of(['0xfec00000', '0xfec00010']),
          value: hex(0x10 + chance.below(48)),
          size: 4,
        }),
    ],
    [3, () => push({ op: 'irqfd', gsi: gsi(), resample: chance.below(2) })],
    [3, () => push({ op: 'ioeventfd', bus: 'pio', addr: hex(chance.of([0x20, 0x21, 0x40, 0x61])), len: 1 })],
    [1, () => push({ op: 'coalesced_mmio', addr: '0xfec00000', size: chance.of([16, 256, 512]) })],
  ];
  for (let left = 10 + chance.below(30); left > 0; left--) chance.weighted(steps)();
  push({ op: 'get' });
  return ops;
}
