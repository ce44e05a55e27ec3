/** Scenes that the bench loads: many rows out of few ops, so that they fit a link. */
import type { JsonOp } from '../log/log.ts';

export const VCPUS = 64;
const BROADCASTS = 490;

/** About 1.27 million rows: 64 vCPUs, broadcast after broadcast, each handled to its EOI. @param broadcasts 2,660 rows each */
export function manyRows(broadcasts = BROADCASTS): { readonly ops: readonly JsonOp[]; readonly start: number } {
  const setUp: JsonOp[] = [
    { op: 'create', vcpus: VCPUS, irqchip: 'full', guest: { handlers: [{ vector: '0x70', name: 'ipi', ns: 100 }] } },
    ...Array.from(
      { length: VCPUS },
      (_, vcpu): JsonOp => ({ op: 'mmio_write', vcpu, addr: '0xfee000f0', size: 4, value: 0x1ff }),
    ),
  ];
  const ops = [...setUp];
  for (let i = 0; i < broadcasts; i++) {
    ops.push({ op: 'mmio_write', vcpu: i % VCPUS, addr: '0xfee00300', size: 4, value: 0xc4070 });
    ops.push({ op: 'settle', events: 1000 });
  }
  return { ops, start: setUp.length };
}
