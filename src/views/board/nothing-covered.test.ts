/**
 * Nothing that comes and goes covers what is read, over every scene and form of the stage, at rest and on the way: what a step asks,
 * what rises and what is said under a token that waits. Boxes are estimated as the layer itself does, on the safe side.
 */
import { describe, expect, test } from 'vitest';
import { dom, open } from '../../cli/figure-scene.ts';
import { portion } from '../../cli/portion.ts';
import { ARRIVE } from '../../scene/advance.ts';
import { asksOf } from '../../scene/asks.ts';
import type { Box } from '../../scene/layout.ts';
import { APART_MS, ASK_MS, scoreOf } from '../../scene/score.ts';
import { BUG_IDS, PRESET_IDS } from '../../scenes/files.ts';
import { openStill, type Still } from '../figure/still.tsx';
import { wrap } from '../figure/wrap.ts';
import { RISE_MS, shownAt } from './lifts.ts';
import { textSize, textWidth } from './text-fit.ts';

/** Room of the stage on pages of 1600 x 1000 and 1280 x 800, in frames of 700 x 500 and 480 x 360, and at 360 px. */
const FRAMES = [
  [1205, 640, false],
  [960, 480, false],
  [700, 370, true],
  [480, 280, true],
  [344, 640, false],
] as const;

interface Seen extends Box {
  readonly what: string;
  readonly kind: 'token' | 'cause' | 'ask' | 'lift';
  readonly journey: string;
  readonly state: string;
  readonly words: boolean;
}

const shifted = (element: HTMLElement): readonly [number, number] | null => {
  const at = /translate\((-?[\d.]+)px, (-?[\d.]+)px\)/.exec(element.style.transform);
  return at === null ? null : [Number(at[1]), Number(at[2])];
};

function seenOn(pills: HTMLElement, scale: number): Seen[] {
  const seen: Seen[] = [];
  for (const token of pills.querySelectorAll<HTMLElement>('[data-token]')) {
    const at = shifted(token);
    if (at === null || token.style.opacity === '0' || token.style.visibility === 'hidden') continue;
    const w = Number.parseFloat(token.style.width);
    const [journey, state, what, shape] = ['journey', 'state', 'token', 'shape'].map(
      (name) => token.getAttribute(`data-${name}`) ?? '',
    );
    const words = !token.classList.contains('bd-closed') && token.querySelector('.bd-text')?.textContent !== '';
    const up = shape === 'edge' && words ? 8 : 0;
    seen.push({ kind: 'token', what: `${journey} ${what}`, journey, state, words, x: at[0], y: at[1] - up, w, h: 20 });
    const cause = token.querySelector('.bd-cause');
    if (cause === null || token.classList.contains('bd-closed') || token.classList.contains('bd-mute')) continue;
    const size = textSize(11, scale);
    const room = Number.parseFloat(token.style.getPropertyValue('--room'));
    const lines = (
      token.classList.contains('bd-brief') ? ['.bd-cause-what'] : ['.bd-cause-what', '.bd-cause-since']
    ).flatMap((part, i) =>
      wrap(cause.querySelector(part)?.textContent ?? '', room - 10, size, i === 0 ? 'bold' : 'sans'),
    );
    const h = lines.length * 14 + 7;
    const x = at[0] + w / 2 + Number.parseFloat(token.style.getPropertyValue('--aside')) - room / 2;
    const y = token.classList.contains('bd-lifted') ? at[1] - up - 4 - h : at[1] + 24;
    seen.push({ kind: 'cause', what: `cause of ${journey} ${what}`, journey, state, words: true, x, y, w: room, h });
  }
  for (const tag of pills.querySelectorAll<HTMLElement>('.bd-ask, .bd-lift')) {
    const at = shifted(tag);
    if (at === null || !(Number(tag.style.opacity) > 0.2)) continue;
    const what = tag.textContent ?? '';
    const w = textWidth(what, textSize(11, scale), 'mono') + 14;
    const kind = tag.classList.contains('bd-ask') ? 'ask' : 'lift';
    seen.push({ kind, what, journey: '', state: '', words: true, x: at[0] - w / 2, y: at[1] - 9, w, h: 18 });
  }
  return seen;
}

/** Titles of cards, as boxes. */
function titlesOf(root: Element): { readonly what: string; readonly box: Box }[] {
  return [...root.querySelectorAll('.bd-title')].map((title) => {
    const what =
      [...title.childNodes]
        .filter((n) => n.nodeType === 3)
        .map((n) => n.textContent)
        .join('') ||
      title.textContent ||
      '';
    const [x, y] = [Number(title.getAttribute('x')), Number(title.getAttribute('y'))];
    return { what, box: { x, y: y - 10, w: textWidth(what, 13, 'bold') * 0.95, h: 12 } };
  });
}

const over = (a: Box, b: Box, slack = 1): boolean =>
  a.x + a.w > b.x + slack && b.x + b.w > a.x + slack && a.y + a.h > b.y + slack && b.y + b.h > a.y + slack;

/** Instants of a step: while it is asked, when all that decided has risen, and at rest. */
interface Phases {
  readonly risen: number;
  /** When the token leaves: until then it is asked where it stands. */
  readonly leaves: number;
  readonly all: readonly number[];
}

function phasesOf({ stage }: Still, step: number): Phases {
  const { ask, fly, asks, lifts } = scoreOf(stage, step);
  const at = (ms: number): number => (ms / (ask + fly)) * ARRIVE;
  const risen = lifts.length === 0 ? -1 : at(ask + RISE_MS + APART_MS * (lifts.length - 1));
  return {
    risen,
    leaves: at(ask),
    all: [...asks.map((_, i) => at((i + 0.6) * ASK_MS)), ...(risen < 0 ? [] : [risen]), 1],
  };
}

function faultsAt(still: Still, step: number): string[] {
  const { stage, pills, root } = still;
  const faults: string[] = [];
  const titles = titlesOf(root);
  const name = stage.scene.steps.nameOf(step);
  const asked = shownAt(
    root,
    stage,
    step,
    [...asksOf(stage, step)].map(({ field }) => field),
  );
  const { risen, leaves, all } = phasesOf(still, step);
  for (const phase of all) {
    still.draw({ step, phase });
    const seen = seenOn(pills, stage.layout.scale);
    const wrong = (what: string): number => faults.push(`${name} at ${phase.toFixed(2)}: ${what}`);
    for (const one of seen) {
      const tag = one.kind === 'ask' || one.kind === 'lift';
      if (tag && (one.x < -1 || one.x + one.w > stage.layout.w + 1 || one.y < -3))
        wrong(`"${one.what}" out of the stage`);
      // On their way up fields pass a title; where they have risen to they do not lie on one.
      if (one.kind === 'ask' || (one.kind === 'lift' && phase === risen))
        for (const { what, box } of titles) if (over(one, box)) wrong(`"${one.what}" on the title "${what}"`);
      if (one.kind === 'ask')
        for (const box of asked) if (over(one, box)) wrong(`"${one.what}" on the field that answers`);
      if (one.kind === 'cause')
        for (const card of stage.layout.cards) if (over(one, card, 2)) wrong(`"${one.what}" on ${card.id}`);
      for (const other of seen) {
        const flies = ({ state }: Seen): boolean => state === 'moving' && phase >= leaves;
        const apart = other === one || !other.words || flies(other) || flies(one);
        // Beside a column an interrupt that forks is one token at its row.
        const same = one.what === other.what && one.x === other.x && one.y === other.y && stage.layout.form === 'tall';
        if (same || apart || one.kind === 'lift' || other.kind === 'lift' || !over(one, other, 2)) continue;
        if (other.kind !== 'ask') wrong(`"${one.what}" on "${other.what}"`);
      }
    }
  }
  return faults;
}

/** Steps of a long scene that are looked at in each room, of both of which a portion is drawn; the next room looks at those between them. */
const SAMPLE = 20;

describe('nothing covers what is read', () => {
  test.each([...PRESET_IDS, ...BUG_IDS])('%s', async (id) => {
    const faults = new Set<string>();
    const { moment } = await open(`p=${id}`, 'en');
    const last = moment.scene.steps.length - 1;
    // The narrowest rooms find what the others do; a bug's scene is looked at there alone.
    const rooms = BUG_IDS.includes(id) ? FRAMES.slice(-2) : FRAMES;
    for (const [nth, [width, height, embed]] of portion([...rooms.entries()], 2, `rooms of ${id}`, 1)) {
      const still = await openStill(dom, { ...moment, step: last }, { width, height, embed });
      const by = Math.max(1, Math.ceil(last / SAMPLE));
      const steps = Array.from({ length: last + 1 }, (_, step) => step).filter((step) => step % by === nth % by);
      for (const step of portion(steps, 10, `${id} ${width}`, 2))
        for (const fault of faultsAt(still, step)) faults.add(`${width} px, step ${step}: ${fault}`);
    }
    expect([...faults]).toEqual([]);
  });
});

test.each(['intx-shared', 'level-early-eoi', 'split-level'])(
  'beside a column a token that waits for another is named in both languages: %s',
  async (id) => {
    const named = async (lang: 'en' | 'zh-CN'): Promise<string[]> => {
      const { moment } = await open(`p=${id}`, lang);
      const last = moment.scene.steps.length - 1;
      const still = await openStill(dom, { ...moment, step: last }, { width: 344, height: 640, embed: false });
      return Array.from({ length: last + 1 }, (_, step) => {
        still.draw({ step, phase: 1 });
        return [...namesOf(still.pills).keys()].map((token) => `${step}: ${token}`);
      }).flat();
    };
    expect(await named('zh-CN')).toEqual(await named('en'));
  },
);

/** Names by token, of those that do not fly; a number alone is a copy. */
const namesOf = (pills: HTMLElement): ReadonlyMap<string, string> =>
  new Map(
    [...pills.querySelectorAll<HTMLElement>('[data-token]')]
      .filter(
        (token) => token.getAttribute('data-state') !== 'moving' && token.querySelector('.bd-text')?.textContent !== '',
      )
      .map((token) => {
        const [journey, label, card] = ['journey', 'token', 'card'].map((name) => token.getAttribute(`data-${name}`));
        return [`${journey} ${label} ${card}`, token.querySelector('.bd-text')?.textContent ?? ''];
      }),
  );

test.each(['serial-ioapic', 'logical-lowest', 'priority-nesting'])(
  'a token at rest keeps its name while others move: %s',
  async (id) => {
    const { moment } = await open(`p=${id}`, 'en');
    const last = moment.scene.steps.length - 1;
    const still = await openStill(dom, { ...moment, step: last }, { width: 960, height: 480, embed: false });
    let kept = 0;
    for (let step = 0; step < Math.min(last, 60); step++) {
      still.draw({ step, phase: 1 });
      const before = namesOf(still.pills);
      still.draw({ step: step + 1, phase: 0.1 });
      for (const [token, name] of namesOf(still.pills)) {
        const was = before.get(token);
        if (was === undefined) continue;
        expect(name, `${token} in step ${step + 1}`).toBe(was);
        kept++;
      }
    }
    expect(kept).toBeGreaterThan(0);
  },
);
