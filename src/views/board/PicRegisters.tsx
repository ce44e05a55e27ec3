/** What the 8259 pair has in its registers, pin by pin. */
import { picView } from '../../engine/view/machine-view.ts';
import { PIC } from '../../engine/view/tables.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import { type CardProps, colourStyle } from './board-types.ts';
import { Stop, Title } from './Card.tsx';
import { nameX, textSize, textWidth } from './text-fit.ts';

const REGISTERS = ['irr', 'imr', 'isr'] as const;

export function PicRegisters({ stage, view, seq, lit, selected, select, t }: CardProps) {
  const card = stage.layout.pic;
  if (card === null) return null;
  const { x, size, rows, pinY } = card.cells;
  const chips = [picView(view, 0), picView(view, 1)] as const;
  const litPin = lit?.place.at === 'picPin' ? lit.place.pin : -1;
  const output = chips[0].output;
  const { scale } = stage.layout;
  const text = textSize(11, scale);
  // Every pin, every other or every fourth is named, as far as names do not touch.
  const named = [1, 2, 4].find((by) => by * (size + 2) > textWidth('12', text, 'mono') + 2) ?? 8;
  const outputLit = lit?.fields.has('pic.output') ?? false;
  return (
    <>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={t('stage.pic')}
          name={t('stage.pic')}
          selection={{ kind: 'pic', index: 0 }}
          selected={selected}
          select={select}
          aside={
            <g className={outputLit ? 'bd-field bd-on' : 'bd-field'}>
              <text className="bd-mono bd-dim" x={card.x + card.w - 26} y={card.y + 19} textAnchor="end">
                INTR
              </text>
              <circle
                className={output ? 'bd-lamp bd-on' : 'bd-lamp'}
                cx={card.x + card.w - 16}
                cy={card.y + 15}
                r={4.5}
              />
            </g>
          }
        />
        {x.map((px, pin) => (
          <text
            key={px}
            className={pin === litPin ? 'bd-tiny bd-on' : 'bd-tiny'}
            x={px + size / 2}
            y={pinY}
            textAnchor="middle"
          >
            {pin % named === 0 ? pin : ''}
          </text>
        ))}
      </g>
      {REGISTERS.map((name) => {
        const bits = (pin: number): boolean => (((chips[pin >> 3]?.[name] ?? 0) >> (pin & 7)) & 1) === 1;
        const pins = x.map((_, pin) => pin).filter(bits);
        const y = rows[name];
        return (
          <Stop
            key={name}
            box={{ x: card.x, y: y - 2, w: card.w, h: size + 4 }}
            name={t('stage.pic.register.aria', {
              name: name.toUpperCase(),
              pins: pins.length ? pins : t('stage.none'),
            })}
            selection={{ kind: 'pic', index: 0, register: name }}
            selected={selected}
            select={select}
          >
            <text className="bd-label" x={nameX(name, card.x, x[0] ?? card.x, scale)} y={y + size / 2 + text * 0.36}>
              {name.toUpperCase()}
            </text>
            {x.map((px, pin) => {
              const set = bits(pin);
              const address = view.wordMap.pic + (pin >> 3) * PIC.size + PIC.at[name];
              const colour = set && name !== 'imr' ? colourOf(ownerOf(stage.scene, address, pin & 7, seq)) : 0;
              const decided = pin === litPin && (lit?.fields.has(`pic.${name}`) ?? false);
              const kind = !set ? 'bd-cell' : name === 'imr' ? 'bd-cell bd-masked' : 'bd-cell bd-on';
              return (
                <g key={px} style={colourStyle(decided ? (lit?.colour ?? 0) : colour)}>
                  <rect
                    className={decided ? `${kind} bd-decided` : kind}
                    x={px}
                    y={y}
                    width={size}
                    height={size}
                    rx={2}
                  />
                  {name === 'irr' && ((chips[pin >> 3]?.elcr ?? 0) >> (pin & 7)) & 1 ? (
                    <path className="bd-elcr" d={`M${px + 1} ${y + size + 1.5}h${size - 2}`} />
                  ) : null}
                </g>
              );
            })}
          </Stop>
        );
      })}
    </>
  );
}
