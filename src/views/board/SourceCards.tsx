/** Sources: the devices, the PIT, and user space with its ioctls. */

import { memo } from 'react';
import { visible } from '../../base/visible.ts';
import { deviceView } from '../../engine/view/machine-view.ts';
import { DEVICE } from '../../engine/view/tables.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import type { CardBox } from '../../scene/layout.ts';
import type { SourceItem } from '../../scene/stage-model.ts';
import { messagesOf } from '../../spec/messages.ts';
import type { Selection } from '../../store/types.ts';
import type { Translate } from '../shared/use-t.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop } from './Card.tsx';
import { cut, textSize, textWidth } from './text-fit.ts';

interface Props extends CardProps {
  readonly source: SourceItem;
}

const selectionOf = (source: SourceItem): Selection =>
  source.slot >= 0
    ? { kind: 'device', index: source.slot }
    : source.kind === 'pit'
      ? { kind: 'pit', index: 0 }
      : { kind: 'vm', index: 0 };

function nameOf({ stage, t }: CardProps, source: SourceItem): string {
  const devices = stage.scene.config.devices ?? [];
  const spec = devices[source.slot];
  if (spec === undefined) return t(source.kind === 'pit' ? 'stage.device.pit' : 'stage.device.ioctl');
  const name = t(`stage.device.${spec.kind}`);
  return devices.some((other) => other !== spec && other.kind === spec.kind) ? `${name} · ${visible(spec.id)}` : name;
}

function gsiText(source: SourceItem): string {
  const [first] = source.gsis;
  if (first === undefined) return source.ioctls?.[0] ?? 'ioctl';
  return source.gsis.length > 1 ? `GSI ${first}–${first + source.gsis.length - 1}` : `GSI ${first}`;
}

/** A line as a scope would show it. */
function LineMark({ x, y, high }: { x: number; y: number; high: boolean }) {
  return (
    <path
      className={high ? 'bd-line bd-on' : 'bd-line'}
      d={high ? `M${x} ${y + 8}h6v-8h16` : `M${x} ${y + 8}h22`}
      fill="none"
    />
  );
}

const levelName = (high: boolean, t: Translate): string => t(high ? 'stage.level.high' : 'stage.level.low');

function SourceCardView(props: Props) {
  const { stage, source, view, seq, lit, selected, select, t } = props;
  const card = stage.layout.sources.get(source.id) as CardBox;
  const spec = stage.scene.config.devices?.[source.slot];
  const msix = spec !== undefined && messagesOf(spec) > 0;
  const high = source.slot >= 0 && deviceView(view, source.slot).line;
  const flat = card.h < 40;
  const name = nameOf(props, source);
  const what = gsiText(source);
  // Of two of a kind the machine's own name says which.
  const room = card.w - 18 - (flat ? 110 : 0);
  const [ioctl, mono] = [textSize(11, stage.layout.scale), textSize(11.5, stage.layout.scale)];
  const right = card.x + card.w - 11;
  // The names of ioctls are long.
  const second = flat ? undefined : source.ioctls?.[1];
  const small = source.ioctls !== undefined && textWidth(second ?? what, mono, 'mono') > card.w - 22;
  const hasLine = source.slot >= 0 && !msix;
  const on = lit?.fields.has('source.line') ?? false;
  const line = view.wordMap.device + Math.max(0, source.slot) * DEVICE.size + DEVICE.at.line;
  const raisedBy = high ? colourOf(ownerOf(stage.scene, line, 0, seq)) : 0;
  return (
    <Frame card={card} name={name}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Stop
          box={card}
          inset={0}
          name={t(hasLine ? 'stage.source.aria' : 'stage.source.name', { name, what, level: levelName(high, t) })}
          selection={selectionOf(source)}
          selected={selected}
          select={select}
          first
        >
          <text
            className="bd-title"
            x={card.x + 11}
            y={flat ? card.y + 21.5 : card.y + card.h / 2 - (second === undefined ? 4 : 12)}
          >
            {cut(textWidth(name, 13, 'bold') <= room ? name : visible(spec?.id ?? name), room, 13, 'bold')}
          </text>
          <text
            className={lit ? 'bd-mono bd-on' : 'bd-mono bd-dim'}
            x={flat ? right - (hasLine ? 30 : 0) : card.x + 11}
            y={flat ? card.y + 21.5 : card.y + card.h / 2 + (second === undefined ? 13 : 5)}
            textAnchor={flat ? 'end' : 'start'}
          >
            {small ? (
              <tspan className="bd-ioctl">{cut(what.replace('KVM_', ''), card.w - 18, ioctl, 'mono')}</tspan>
            ) : (
              cut(what, card.w - 22 - (hasLine ? 28 : 0), mono, 'mono')
            )}
          </text>
          {second !== undefined && (
            <text className="bd-mono bd-dim" x={card.x + 11} y={card.y + card.h / 2 + 19}>
              <tspan className="bd-ioctl">
                {cut(small ? second.replace('KVM_', '') : second, card.w - 18, ioctl, 'mono')}
              </tspan>
            </text>
          )}
          {hasLine && (
            <g className={on ? 'bd-field bd-on' : 'bd-field'} style={colourStyle(lit?.colour ?? raisedBy)}>
              <LineMark x={right - 22} y={flat ? card.y + 12 : card.y + card.h / 2 + 4} high={high} />
            </g>
          )}
        </Stop>
      </g>
    </Frame>
  );
}

/** A source. */
export const SourceCard = memo(
  SourceCardView,
  (a, b) =>
    a.source === b.source &&
    sameCard((p) => {
      const at = p.view.wordMap.device + Math.max(0, (p as Props).source.slot) * DEVICE.size;
      return [[at, at + DEVICE.size]];
    })(a, b),
);
