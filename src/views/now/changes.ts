/** Which bits a step changed, from its write rows, told by register and field. */

import { hex } from '../../base/numbers.ts';
import type { MachineView, RegisterRef } from '../../engine/view/machine-view.ts';
import { COL, nameWord, WRITE } from '../../engine/view/tables.ts';
import type { Lang } from '../../i18n/index.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { pageOf, placeOf } from '../../log/rows.ts';
import { fieldsOf, fieldText, rawField } from '../../spec/define/registers.ts';
import { componentName } from '../shared/component-name.ts';
import { numberText, partIndex, reading } from '../shared/read-register.ts';
import { registerName } from '../shared/register-name.ts';
import { isQuiet } from '../shared/register-table.ts';

export interface Change {
  readonly ref: RegisterRef;
  /** "IOAPIC" */
  readonly component: string;
  /** "RTE 11 · remoteIrr", "IRR[0x34]" */
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** The vector whose bit changed, if that is what it is. */
  readonly vector?: number;
  readonly quiet: boolean;
}

interface Write {
  readonly address: number;
  readonly before: number;
  after: number;
}

/** Net writes of a step, one an address, in the order they were first made. */
function writesOf(scene: SceneLog, step: Step): Write[] {
  const found = new Map<number, Write>();
  for (let seq = step.seq; seq < step.end; seq++) {
    const rows = pageOf(scene, seq);
    const at = placeOf(seq);
    if (rows[at] !== WRITE) continue;
    const address = rows[at + COL.a];
    const after = rows[at + COL.c];
    const known = found.get(address);
    if (known === undefined) found.set(address, { address, before: rows[at + COL.b], after });
    else known.after = after;
  }
  return [...found.values()].filter((w) => w.before !== w.after);
}

function changesOfWrite(view: MachineView, write: Write): Omit<Change, 'component' | 'quiet'>[] {
  const ref: RegisterRef = nameWord(view.wordMap, write.address);
  const how = reading(view, ref);
  const name = registerName(ref, view.config);
  if (how.as === 'vectors') {
    const out: Omit<Change, 'component' | 'quiet'>[] = [];
    for (let changed = write.before ^ write.after; changed !== 0; changed &= changed - 1) {
      const bit = 31 - Math.clz32(changed & -changed);
      const vector = ref.sub * 32 + bit;
      const after = (write.after >>> bit) & 1;
      out.push({ ref, what: `${name}[${hex(vector)}]`, before: String(1 - after), after: String(after), vector });
    }
    return out;
  }
  if (how.as === 'bits') {
    const word = partIndex(ref, how.parts);
    const before: number[] = [];
    const after: number[] = [];
    before[word] = write.before >>> 0;
    after[word] = write.after >>> 0;
    return fieldsOf(how.layout)
      .filter(([, f]) => f.at >> 5 === word && rawField(before, f) !== rawField(after, f))
      .map(([field, f]) => ({
        ref,
        what: `${name} · ${field}`,
        before: fieldText(f, rawField(before, f)),
        after: fieldText(f, rawField(after, f)),
      }));
  }
  if (how.as === 'high') return [];
  return [
    {
      ref,
      what: name,
      before: numberText(write.before, how.shape, how.labels),
      after: numberText(write.after, how.shape, how.labels),
    },
  ];
}

/** The bits a step changed; what a reader came for before the book-keeping. */
export function changesOf(lang: Lang, scene: SceneLog, step: Step, view: MachineView): Change[] {
  const all = writesOf(scene, step).flatMap((write) =>
    changesOfWrite(view, write).map((change) => ({
      ...change,
      component: componentName(lang, scene.config, change.ref.kind, change.ref.index),
      quiet: isQuiet(change.ref.kind, change.ref.register),
    })),
  );
  return [...all.filter((c) => !c.quiet), ...all.filter((c) => c.quiet)];
}
