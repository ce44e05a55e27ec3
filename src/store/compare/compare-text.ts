/**
 * A comparison as the text of an address:
 *
 *   #c=<preset>[&with=<switch>][&t=<step>,<step>[&g=<set>]]     a preset, and the same with one switch the other way
 *   #c=<preset>,<preset>[&t=…]                        two presets
 *   #c=&s=k1.…&w=k1.…[&t=…]                          two scenes of one's own: two runs of a tree
 *   #c=&s=k1.…[&with=<switch>][&t=…]                  a scene of one's own, and the same with one switch the other way
 */
import { isSwitch, type Switch } from './switches.ts';

export interface Comparison {
  /** The left scene as a link's text without its step. */
  readonly left: string;
  /** What stands on the right: another preset, a switch, or (null) the first switch that fits. */
  readonly against: { readonly preset: string } | { readonly turn: Switch } | { readonly state: string } | null;
  /** Step each side stands at, -1 before the first. */
  readonly steps: readonly [number, number];
  /** Step set that they count in (log/step-sets.ts). */
  readonly set: number;
}

const STEPS = /^(-1|\d{1,7}),(-1|\d{1,7})$/;

/** Reads the text after the #. What is wrong in it is left out. */
export function readComparison(text: string): Comparison {
  const fields = new URLSearchParams(text);
  const [first = '', second] = (fields.get('c') ?? '').split(',', 2);
  const own = fields.get('s');
  const turn = fields.get('with');
  const state = fields.get('w');
  const t = STEPS.exec(fields.get('t') ?? '');
  const g = fields.get('g');
  return {
    left: first === '' && own !== null ? `s=${encodeURIComponent(own)}` : `p=${encodeURIComponent(first)}`,
    against:
      state !== null
        ? { state: `s=${encodeURIComponent(state)}` }
        : second !== undefined
          ? { preset: second }
          : isSwitch(turn)
            ? { turn }
            : null,
    steps: t === null ? [-1, -1] : [Number(t[1]), Number(t[2])],
    set: g !== null && /^[1-9]\d{0,2}$/.test(g) ? Number(g) : 1,
  };
}

export function comparisonText({ left, against, steps, set }: Comparison): string {
  const scene = left.startsWith('p=') ? `c=${left.slice(2)}` : `c=&${left}`;
  const other =
    against === null
      ? ''
      : 'preset' in against
        ? `,${against.preset}`
        : 'state' in against
          ? `&w=${against.state.slice(2)}`
          : `&with=${against.turn}`;
  // The second preset stands beside the first, before everything else.
  const both = against !== null && 'preset' in against && !left.startsWith('p=') ? scene : `${scene}${other}`;
  return steps[0] < 0 && steps[1] < 0 ? both : `${both}&t=${steps.join()}${set === 1 ? '' : `&g=${set}`}`;
}
