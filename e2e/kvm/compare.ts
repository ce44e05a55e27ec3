/** Where two runs of the same ops first disagree. */
import type { Op } from './generate.ts';
import type { Result } from './recorder.ts';

export interface Difference {
  /** Index of the op. */
  readonly at: number;
  /** Place within the result, such as `lapic[1].irr`. */
  readonly path: string;
  readonly real: unknown;
  readonly model: unknown;
}

const READABLE = new Set([
  0x20, 0x30, 0x80, 0x90, 0xa0, 0xd0, 0xe0, 0xf0, 0x280, 0x300, 0x310, 0x320, 0x330, 0x340, 0x350, 0x360, 0x370, 0x380,
  0x390, 0x3e0,
]);
const LAPIC = 0xfee00000n;
const IOAPIC = 0xfec00000n;
const EXTD = 0x400n;
const RECORDERS_CODE = '0x18';

/**
 * A read that KVM takes and does not answer leaves the value to chance: of the local APIC's reserved registers, and of the
 * IOAPIC in a part of an access over a page's edge that is none of 1, 2, 4 and 8 bytes.
 */
function isRefusedRead(op: Op, apicBase: bigint): boolean {
  if (op.op !== 'mmio_read') return false;
  const addr = BigInt(op.addr as string | number);
  const over = addr + BigInt(Number(op.size ?? 4)) - IOAPIC;
  if (addr < IOAPIC && [3n, 5n, 6n, 7n].includes(over)) return true;
  if (apicBase & EXTD) return false;
  const page = (apicBase & ~0xfffn) >> 12n;
  // Over the page's edge from below: the part that is the APIC's reads its first register, which is reserved.
  if (addr >> 12n !== page) return (addr + BigInt(Number(op.size ?? 4) - 1)) >> 12n === page;
  const offset = Number(addr & 0xfffn);
  if ((offset & 15) + Number(op.size ?? 4) > 4) return true;
  const register = offset & 0xff0;
  return !READABLE.has(register) && !(register >= 0x100 && register < 0x280);
}

/**
 * KVM takes a read of the i8254's control word and writes no byte (i8254.c pit_ioport_read): what is in the buffer is left,
 * AL as it was where IN is fast (kvm_fast_pio_in), else what the emulator last read ahead. With no PIT the port is user space's.
 */
function isControlWordRead(op: Op): boolean {
  const reads = op.op === 'pio_read' || (op.op === 'pio_string' && op.dir === 'in');
  return reads && Number(op.port) === 0x43 && Number(op.size ?? 1) === 1;
}

/** The first place where two JSON values differ. */
export function firstDifference(real: unknown, model: unknown, path = ''): Omit<Difference, 'at'> | null {
  if (Object.is(real, model)) return null;
  const bothObjects = typeof real === 'object' && typeof model === 'object' && real !== null && model !== null;
  if (!bothObjects || Array.isArray(real) !== Array.isArray(model)) return { path, real, model };
  if (Array.isArray(real) && Array.isArray(model)) {
    const scalars = [...real, ...model].every((item) => typeof item !== 'object' || item === null);
    if (scalars && (real.length !== model.length || real.some((item, i) => item !== model[i]))) {
      return { path, real, model };
    }
    for (let i = 0; i < Math.max(real.length, model.length); i++) {
      const found = firstDifference(real[i], model[i], `${path}[${i}]`);
      if (found) return found;
    }
    return null;
  }
  const a = real as Record<string, unknown>;
  const b = model as Record<string, unknown>;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

/** APIC_BASE of each vCPU as the kernel's own answers tell it: what a read meets hangs on it. */
class ApicBases {
  private bases: bigint[] = [];
  private readonly saved = new Map<string, bigint>();

  of(vcpu: number): bigint {
    return this.bases[vcpu] ?? LAPIC;
  }
  note(op: Op, out: Result): void {
    const vcpu = Number(op.vcpu ?? 0);
    if (op.op === 'create' || op.op === 'create_vm') this.bases = [];
    else if (
      Number(op.msr) === 0x1b &&
      ((op.op === 'wrmsr' && out.ok === true) || (op.op === 'set_msr' && out.rc === 1))
    )
      this.bases[vcpu] = BigInt(op.value as string);
    else if (op.op === 'save' && typeof out.apic_base === 'string')
      this.saved.set(String(op.as), BigInt(out.apic_base));
    else if (op.op === 'restore' && op.what === 'msrs' && Number(out.rc) > 0)
      this.bases[vcpu] = this.saved.get(String(op.from)) ?? LAPIC;
  }
}

export function compare(ops: readonly Op[], real: readonly Result[], model: readonly Result[]): Difference | null {
  const bases = new ApicBases();
  for (const [at, op] of ops.entries()) {
    const out = real[at] ?? {};
    bases.note(op, out);
    const refused = isRefusedRead(op, bases.of(Number(op.vcpu ?? 0)));
    const controlWord = isControlWordRead(op);
    const hide = (result: Result | undefined) => {
      // What happened meanwhile is the model's own to tell.
      if (op.op === 'advance') return { ok: result?.ok };
      // It has run the recorder's own code since its reset.
      if (op.op === 'cpu' && out.cs === RECORDERS_CODE) return {};
      if (refused && result && 'value' in result) return { ...result, value: 0 };
      if (controlWord && result && !('exit' in result || 'exits' in result)) return { ...result, value: 0, data: 0 };
      return result;
    };
    const found = firstDifference(hide(out), hide(model[at]));
    if (found) return { at, ...found };
  }
  return null;
}
