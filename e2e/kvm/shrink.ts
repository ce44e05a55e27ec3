/** Delta debugging: the shortest sequence found that still differs. */
import type { Op } from './generate.ts';

type Fails = (ops: readonly Op[]) => Promise<boolean>;

/** Removes ops, in ever smaller runs, as long as `fails` holds; the `create` in front stays. */
async function dropOps(ops: readonly Op[], fails: Fails): Promise<readonly Op[]> {
  let kept = ops;
  for (let size = Math.ceil((kept.length - 1) / 2); size >= 1; ) {
    let dropped = false;
    for (let end = kept.length; end > 1; end -= size) {
      const start = Math.max(1, end - size);
      const tried = [...kept.slice(0, start), ...kept.slice(end)];
      if (await fails(tried)) {
        kept = tried;
        dropped = true;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!dropped) break;
  }
  return kept;
}

/** Smaller versions of one op: fewer routing entries, fewer vCPUs (down to `used`), no ids. */
function simpler(op: Op, used: number): Op[] {
  if (op.op === 'routing' && Array.isArray(op.entries)) {
    const entries: unknown[] = op.entries;
    return entries.map((_, i) => ({ ...op, entries: entries.filter((_, j) => j !== i) }));
  }
  if (op.op !== 'create') return [];
  const { ids, x2apicApi, ...plain } = op;
  const vcpus = Number(op.vcpus);
  const tries: Op[] = [];
  if (vcpus > used) tries.push({ ...op, vcpus: vcpus - 1, ...(Array.isArray(ids) ? { ids: ids.slice(0, -1) } : {}) });
  if (ids !== undefined) tries.push({ ...plain, ...(x2apicApi === undefined ? {} : { x2apicApi }) });
  if (x2apicApi !== undefined) tries.push({ ...plain, ...(ids === undefined ? {} : { ids }) });
  return tries;
}

async function simplifyOps(ops: readonly Op[], fails: Fails): Promise<readonly Op[]> {
  let kept = ops;
  const used = Math.max(...ops.map((op) => Number(op.vcpu ?? 0))) + 1;
  for (let at = 0; at < kept.length; at++) {
    for (let again = true; again; ) {
      again = false;
      for (const op of simpler(kept[at] as Op, used)) {
        const tried = kept.with(at, op);
        if (!(await fails(tried))) continue;
        kept = tried;
        again = true;
        break;
      }
    }
  }
  return kept;
}

export async function shrink(ops: readonly Op[], fails: Fails): Promise<readonly Op[]> {
  return dropOps(await simplifyOps(await dropOps(ops, fails), fails), fails);
}
