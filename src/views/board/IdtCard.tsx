/** The guest's IDT. */

import { memo } from 'react';
import { hex } from '../../base/hex.ts';
import { vcpuView } from '../../engine/view/machine-view.ts';
import { VCPU } from '../../engine/view/tables.ts';
import type { CardBox } from '../../scene/layout.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop } from './Card.tsx';
import { cut, textSize, textWidth } from './text-fit.ts';

/** A row that has room for a second line of its name. */
const TWO_LINES = 30;

/** A handler's name, in as many lines as its row has: a second one begins after a mark between two words, if it fits then. */
export function linesOf(
  name: string,
  { w, h }: { readonly w: number; readonly h: number },
  scale: number,
): readonly string[] {
  const [room, size] = [w - 36, textSize(11.5, scale)];
  const fits = (text: string): boolean => textWidth(text, size, 'mono') <= room;
  if (h < TWO_LINES || fits(name)) return [cut(name, room, size, 'mono')];
  const chars = [...name];
  let most = chars.length;
  while (most > 1 && !fits(chars.slice(0, most).join(''))) most--;
  const mark = chars.slice(0, most).findLastIndex((c) => /[^\p{L}\p{N}]/u.test(c)) + 1;
  const first = mark > 0 && fits(chars.slice(mark).join('')) ? mark : most;
  return [chars.slice(0, first).join(''), cut(chars.slice(first).join(''), room, size, 'mono')];
}

function IdtCardView({ stage, view, lit, selected, select, t }: CardProps) {
  const card = stage.layout.idt as CardBox;
  const stacks = Array.from({ length: stage.model.vcpus }, (_, i) => vcpuView(view, i).handlers);
  const runningOn = (vector: number): number => stacks.findIndex((stack) => stack.includes(vector));
  const now = lit?.fields.has('idt') ? (lit.args.vector ?? -1) & 0xff : -1;
  return (
    <Frame card={card} name={t('stage.idt')}>
      <text className="bd-title" x={card.x + 11} y={card.y + 19}>
        {t('stage.idt')}
      </text>
      {stage.model.handlers.map(({ vector, name }, i) => {
        const row = stage.layout.idtRows.get(vector);
        if (row === undefined) return null;
        return (
          <g key={vector} style={colourStyle(vector === now ? (lit?.colour ?? 0) : 0)}>
            <Stop
              box={row}
              inset={0}
              name={t('stage.idt.aria', { vector: hex(vector), name })}
              selection={{
                kind: 'vcpu',
                index: Math.max(0, runningOn(vector)),
                register: 'stackVector',
                sub: 0,
                vector,
              }}
              selected={selected}
              select={select}
              first={i === 0}
            >
              <text className={vector === now ? 'bd-mono bd-on' : 'bd-mono'} x={row.x + 1} y={row.y + 14}>
                {hex(vector)}
              </text>
              {linesOf(name, row, stage.layout.scale).map((line, n) => (
                <text
                  key={n === 0 ? 'first' : 'second'}
                  className={
                    vector === now ? 'bd-mono bd-on' : runningOn(vector) >= 0 ? 'bd-mono bd-strong' : 'bd-mono bd-dim'
                  }
                  x={row.x + 36}
                  y={row.y + 14 + n * 13}
                >
                  {line}
                </text>
              ))}
            </Stop>
          </g>
        );
      })}
    </Frame>
  );
}

/** The guest's interrupt descriptor table, as far as the model guest fills it. */
export const IdtCard = memo(
  IdtCardView,
  sameCard((p) => [[p.view.wordMap.vcpu, p.view.wordMap.vcpu + p.view.wordMap.vcpus * VCPU.size]]),
);
