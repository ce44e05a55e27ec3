/** What `where` can be asked: a GSI, a vector at a vCPU, or a message. */
import { int, OpError, op, optional, readOp, record, u32, u64 } from '../../spec/define/op.ts';
import { MAX_VCPUS } from '../../spec/limits.ts';

/** Ops about a machine that change nothing on it; they are no part of its history. */
const REASON_OPS = {
  where: op('machine', {
    gsi: optional(u32('gsi')),
    vcpu: optional(int('vcpu', MAX_VCPUS - 1)),
    vector: optional(int('vector', 255)),
    msi: optional(record({ addr: u64('addr'), data: u32('data') })),
  }),
  findings: op('machine', { all: optional(int('count', 1)) }),
};

export type Ask =
  | { readonly gsi: number }
  | { readonly vcpu: number; readonly vector: number }
  | { readonly msi: { readonly addrLo: number; readonly addrHi: number; readonly data: number } };

interface Fields {
  readonly gsi?: number;
  readonly vcpu?: number;
  readonly vector?: number;
  readonly msi?: { readonly addr: bigint; readonly data: number };
}

/** Fields that would make two questions of one: a GSI or a message says by its route or address which vCPU and vector are meant. */
const ALONE = [
  ['gsi', 'vector'],
  ['gsi', 'msi'],
  ['gsi', 'vcpu'],
  ['msi', 'vector'],
  ['msi', 'vcpu'],
] as const satisfies readonly (readonly [keyof Fields, keyof Fields])[];

/** @returns null where it is none of the three. @throws OpError for a field that is wrong, or that is one too many */
export function readAsk(raw: unknown): Ask | null {
  const fields = readOp(REASON_OPS, raw) as Fields;
  const { gsi, vcpu, vector, msi } = fields;
  for (const [one, other] of ALONE)
    if (fields[one] !== undefined && fields[other] !== undefined)
      throw new OpError('op.notWith', other, { other: one });
  if (vcpu !== undefined && vector === undefined) throw new OpError('op.missing', 'vector');
  if (gsi !== undefined) return { gsi };
  if (vector !== undefined) return { vcpu: vcpu ?? 0, vector };
  if (msi === undefined) return null;
  const addrLo = Number(msi.addr & 0xffff_ffffn) | 0;
  return { msi: { addrLo, addrHi: Number(msi.addr >> 32n) | 0, data: msi.data | 0 } };
}

/** @returns whether all findings of the run are asked for. @throws OpError */
export const readFindings = (raw: unknown): boolean => (readOp(REASON_OPS, raw) as { readonly all?: number }).all === 1;
