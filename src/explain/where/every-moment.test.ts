/**
 * Every scene at every op: whatever was raised so far is asked for, by GSI, message and vector, and each way out that is offered is
 * taken and ends in the handler. Of the ops one in six is looked at (cli/portion.ts). Asked again after it, what held the interrupt holds it no more. Real bugs, with and without, are among them.
 */
import { describe, expect, test } from 'vitest';
import { portion } from '../../cli/portion.ts';
import { everyPreset } from '../../cli/scenes-for-tests.ts';
import { historyFrom } from '../../worker/history.ts';
import { type Ask, readAsk } from './ask.ts';
import { eventsFrom, lastEvent } from './facts.ts';
import { whereIs } from './where.ts';

const TAKES = ['handler_enter', 'apic_ack', 'extint_ack', 'vid_deliver', 'avic_evaluate', 'inject_nmi'] as const;
/** Ops of a scene that are looked at from its end. */
const MOST = 30;

/** What holds an interrupt, since when, and on which road: a pin may be stuck anew after it was let go, or another road may hold. */
const heldOf = ({ held, since, chain }: Readonly<Record<string, unknown>>): unknown => ({
  held,
  since,
  road: (chain as readonly { at: string }[]).map(({ at }) => at),
});

describe('what is offered is tried', () => {
  test.each(everyPreset.map(({ id, ops, start }) => [id, ops, start] as const))('%s', (id, ops, start) => {
    const whole = historyFrom(ops);
    expect(whole).not.toBeNull();
    if (whole === null) return;
    const first = Math.max(start, whole.ops.length - MOST);
    const moments = Array.from({ length: whole.ops.length - first + 1 }, (_, i) => first + i);
    for (const done of portion(moments, 6, id, 2)) {
      const here = whole.at(done);
      const asks = new Map<string, Ask>();
      for (const { name, args, index } of eventsFrom(here.now().journal, 0)) {
        if (name === 'kvm_set_irq' && args.level === 1) asks.set(`gsi ${args.gsi}`, { gsi: args.gsi as number });
        if (name === 'irr_set' || name === 'pir_set')
          asks.set(`${index} ${args.vector}`, { vcpu: index, vector: args.vector as number });
      }
      for (const op of whole.ops.slice(0, done)) {
        if (op.op !== 'msi') continue;
        const ask = readAsk({ op: 'where', msi: { addr: op.addr, data: op.data } });
        if (ask !== null) asks.set(`msi ${op.addr} ${op.data}`, ask);
      }
      for (const ask of asks.values()) {
        const answer = whereIs(here, ask);
        const about = JSON.stringify({ done, ask, answer });
        if (answer.held === null) continue;
        const release = answer.release as Parameters<typeof here.branch>[0] | undefined;
        if (release === undefined || release.length === 0) continue;
        const { end } = here.now();
        const after = here.branch(release);
        const took = lastEvent(after, TAKES, ({ args }) => args.taken !== 0, end);
        expect(took, about).not.toBeNull();
        const later = historyFrom([...whole.ops.slice(0, done), ...release]);
        expect(later, about).not.toBeNull();
        if (later !== null) expect(heldOf(whereIs(later, ask)), about).not.toEqual(heldOf(answer));
      }
    }
  });
});
