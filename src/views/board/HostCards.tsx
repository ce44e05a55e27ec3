/** What belongs to the host: its physical CPUs, and the IOMMU with its interrupt remapping table. */
import { hex } from '../../base/hex.ts';
import { visible } from '../../base/visible.ts';
import '../kit/panel-texts.ts';
import { type CSSProperties, memo } from 'react';
import { irteOf } from '../../engine/view/irte.ts';
import { readWord, vcpuView } from '../../engine/view/machine-view.ts';
import { DEVICE, PCPU, PI_DESC, VCPU } from '../../engine/view/tables.ts';
import type { CardBox } from '../../scene/layout.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop } from './Card.tsx';
import { cut, textSize, textWidth } from './text-fit.ts';

interface PcpuProps extends CardProps {
  readonly pcpu: number;
}

/** vCPUs by what they are to a physical CPU. */
function guestsOf({ view, pcpu, stage }: PcpuProps): { readonly runs: number; readonly waits: readonly number[] } {
  const all = Array.from({ length: stage.model.vcpus }, (_, i) => i);
  const waits = all.filter((i) => readWord(view, 'piDesc', i, 'onWakeupList') === 1 && vcpuView(view, i).pcpu === pcpu);
  if (stage.model.host !== 'avic') return { runs: readWord(view, 'pcpu', pcpu, 'running') | 0, waits };
  const runs = all.findIndex(
    (i) => readWord(view, 'vcpu', i, 'avicRunning') === 1 && readWord(view, 'vcpu', i, 'avicHost') === pcpu,
  );
  return { runs, waits };
}

/** Where the drawing is smaller than its units, the name is as much bigger in them. */
const sized = (size: number): CSSProperties => ({ '--f12': `${size.toFixed(2)}px` }) as CSSProperties;

function PcpuCardView(props: PcpuProps) {
  const { stage, view, pcpu, lit, changed, selected, select, t } = props;
  const card = stage.layout.pcpus.get(pcpu) as CardBox;
  const { runs, waits } = guestsOf(props);
  const vector = readWord(view, 'pcpu', pcpu, 'lastVector');
  const ipis = readWord(view, 'pcpu', pcpu, 'ipis');
  const at = view.wordMap.pcpu + pcpu * PCPU.size;
  const wrote = (word: number): boolean => changed?.words.has(at + word) ?? false;
  const guest = runs < 0 ? t('stage.pcpu.idle') : `vCPU ${runs}`;
  const flat = card.h < 34;
  const middle = card.y + (flat ? card.h / 2 + 4.5 : 17.5);
  const avic = stage.model.host === 'avic';
  const taken = avic || vector === 0 ? '' : `vec ${hex(vector)}`;
  const [name, small, mono] = [12, 11, 11.5].map((size) => textSize(size, stage.layout.scale)) as [
    number,
    number,
    number,
  ];
  const shown =
    26 + textWidth(`pCPU ${pcpu}`, name, 'bold') + textWidth(guest, small) + textWidth(taken, mono, 'mono') <= card.w;
  const right = card.x + card.w - 10;
  const list = waits.length > 0 ? `${t('stage.pcpu.wakeup')} ${waits.map((i) => `vCPU ${i}`).join(', ')}` : '';
  const count = t('stage.pcpu.ipis', { n: ipis });
  const room = card.w - 24 - textWidth(taken, mono, 'mono') - 6;
  const told = [list === '' ? count : `${list} · ${count}`, list].find((text) => textWidth(text, small) <= room);
  return (
    <Frame card={card} name={`pCPU ${pcpu}`} className={runs < 0 ? 'bd-pcpu bd-asleep' : 'bd-pcpu'}>
      <g style={colourStyle(lit?.colour ?? changed?.colour ?? 0)}>
        <Stop
          box={card}
          inset={0}
          name={t('stage.pcpu.aria', { pcpu, guest, vector: taken || '–', n: ipis })}
          selection={{ kind: 'pcpu', index: pcpu }}
          selected={selected}
          select={select}
          first
        >
          <text className="bd-title bd-smaller" style={sized(name)} x={card.x + 10} y={middle}>
            pCPU {pcpu}
            <tspan
              className={wrote(PCPU.at.running) ? 'bd-note bd-on' : runs < 0 ? 'bd-note' : 'bd-note bd-runs'}
              dx={6}
            >
              {guest}
            </tspan>
          </text>
          {flat ? (
            shown && (
              <text
                className={wrote(PCPU.at.ipis) ? 'bd-mono bd-on' : 'bd-mono bd-dim'}
                x={right}
                y={middle}
                textAnchor="end"
              >
                {taken}
              </text>
            )
          ) : (
            <>
              <text
                className={wrote(PCPU.at.ipis) ? 'bd-mono bd-on' : 'bd-mono bd-dim'}
                x={card.x + 10}
                y={card.y + 35}
              >
                {taken}
              </text>
              <text className="bd-key" x={right} y={card.y + 35} textAnchor="end">
                {told ?? ''}
              </text>
            </>
          )}
        </Stop>
      </g>
    </Frame>
  );
}

/** A physical CPU of the model host. */
export const PcpuCard = memo(
  PcpuCardView,
  (a, b) =>
    a.pcpu === b.pcpu &&
    sameCard(({ view: { wordMap } }) => {
      const at = wordMap.pcpu + a.pcpu * PCPU.size;
      return [
        [at, at + PCPU.size],
        [wordMap.piDesc, wordMap.piDesc + wordMap.vcpus * PI_DESC.size],
        ...Array.from({ length: wordMap.vcpus }, (_, i) => {
          const vcpu = wordMap.vcpu + i * VCPU.size;
          return [vcpu + VCPU.at.pcpu, vcpu + VCPU.at.inRun] as const;
        }),
      ];
    })(a, b),
);

function IommuCardView({ stage, view, lit, selected, select, t }: CardProps) {
  const { layout, model } = stage;
  const card = layout.iommu as CardBox;
  const devices = stage.scene.config.devices ?? [];
  const narrow = card.w < 150;
  const litAt = lit?.place.at === 'irte' ? lit.place : null;
  return (
    <Frame card={card} name="IOMMU">
      <text className="bd-title" x={card.x + 11} y={card.y + 20}>
        IOMMU
        <tspan className="bd-note" dx={7}>
          VT-d
        </tspan>
      </text>
      {model.irtes.map((item, i) => {
        const row = layout.irteRows.get(`${item.slot}:${item.entry}`);
        if (row === undefined) return null;
        const irte = irteOf(view, item.slot, item.entry);
        const on = litAt !== null && litAt.slot === item.slot && (litAt.entry < 0 || litAt.entry === item.entry);
        const mono = on ? 'bd-mono bd-small bd-on' : 'bd-mono bd-small';
        const kind = !irte.present
          ? t('stage.irte.none')
          : t(irte.posted ? 'stage.irte.posted' : 'stage.irte.remapped');
        const name = `${visible(devices[item.slot]?.id ?? `${item.slot}`)}[${item.entry}]`;
        const target = irte.posted
          ? `${narrow ? '' : 'PDA '}→ vCPU ${irte.vcpu}${card.w > 190 ? ` · URG ${Number(irte.urgent)}` : ''}`
          : t('stage.irte.host');
        // What of it there is room for: a remapped one has a vector of the host's anyway; what an arrow follows needs no name.
        const line = `vec ${hex(irte.vector)} ${target}`;
        const fits = textWidth(line, textSize(11, layout.scale), 'mono') <= card.w - 15;
        const top = row.y + row.h / 2 - 4;
        return (
          <g key={`${item.slot}:${item.entry}`} style={colourStyle(on ? (lit?.colour ?? 0) : 0)}>
            <Stop
              box={row}
              name={`IRTE ${name}: ${kind}${irte.present ? `, ${hex(irte.vector)}, ${target}` : ''}`}
              selection={{ kind: 'device', index: item.slot, register: 'irte', sub: item.entry * 4 }}
              selected={selected}
              select={select}
              first={i === 0}
            >
              <text className={mono} x={card.x + 11} y={top}>
                <tspan className="bd-key">IRTE </tspan>
                {narrow ? '' : cut(name, card.w - 110, 11, 'mono')}
              </text>
              <text
                className={on ? 'bd-key bd-on' : irte.posted ? 'bd-key bd-runs' : 'bd-key'}
                x={card.x + card.w - 11}
                y={top}
                textAnchor="end"
              >
                {kind}
              </text>
              {irte.present && (
                <text className={mono} x={card.x + 11} y={top + 15}>
                  {(fits || !irte.posted) && <tspan className="bd-key">vec </tspan>}
                  {hex(irte.vector)}
                  {(fits || irte.posted) && <tspan className={on ? undefined : 'bd-dim'}> {target}</tspan>}
                </text>
              )}
            </Stop>
          </g>
        );
      })}
    </Frame>
  );
}

/** The IOMMU, as far as the assigned devices have entries in it. */
export const IommuCard = memo(
  IommuCardView,
  sameCard(({ stage, view }) =>
    stage.model.irtes.map(({ slot, entry }) => {
      const at = view.wordMap.device + slot * DEVICE.size + DEVICE.at.irte + entry * 4;
      return [at, at + 4];
    }),
  ),
);
