/** What `where` can be asked: a GSI, a vector at a vCPU, or a message. */
import { int, op, optional, readOp, record, u32, u64 } from '../../spec/define/op.ts';
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

/** @returns null where it is none of the three. @throws OpError for a field that is wrong */
export function readAsk(raw: unknown): Ask | null {
  const { gsi, vcpu, vector, msi } = readOp(REASON_OPS, raw) as Fields;
  if (gsi !== undefined) return { gsi };
  if (vector !== undefined) return { vcpu: vcpu ?? 0, vector };
  if (msi === undefined) return null;
  const addrLo = Number(msi.addr & 0xffff_ffffn) | 0;
  return { msi: { addrLo, addrHi: Number(msi.addr >> 32n) | 0, data: msi.data | 0 } };
}

/** @returns whether all findings of the run are asked for. @throws OpError */
export const readFindings = (raw: unknown): boolean => (readOp(REASON_OPS, raw) as { readonly all?: number }).all === 1;
