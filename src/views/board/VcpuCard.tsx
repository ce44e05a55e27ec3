/** A vCPU as KVM and the model guest know it. */

import { memo, Suspense } from 'react';
import { hex } from '../../base/hex.ts';
import { readWord, type VcpuView, vcpuView } from '../../engine/view/machine-view.ts';
import { VCPU, VMCS } from '../../engine/view/tables.ts';
import type { Field } from '../../explain/locate/locator.ts';
import type { VcpuBox } from '../../scene/vcpu-boxes.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop, Title } from './Card.tsx';
import { cut, textSize, textWidth } from './text-fit.ts';
import { ASLEEP, type StateName, stateOf } from './vcpu-state.ts';

/** The first scene does without these. */
const forms = () => import('./VcpuForms.tsx');
const RunLines = whereItComes(async () => (await forms()).RunLines);
const DenseLines = whereItComes(async () => (await forms()).DenseLines);
const MiniLines = whereItComes(async () => (await forms()).MiniLines);

export interface VcpuProps extends CardProps {
  readonly vcpu: number;
}
type Props = VcpuProps;

/** What the vCPU is doing, as a word in a frame. */
/** States that have a shorter word. */
const BRIEF = {
  running: 'stage.vcpu.runs',
  inGuest: 'stage.vcpu.guest',
  handler: 'stage.vcpu.busy',
  inKvm: 'stage.kernel',
  waitsForSipi: 'stage.vcpu.sipi',
  preempted: 'stage.vcpu.away',
} as const;

function StateChip({
  left,
  right,
  y,
  text: whole,
  brief,
  state,
  lit,
  scale,
}: {
  readonly scale: number;
  /** It leaves what stands before this. */
  left: number;
  right: number;
  y: number;
  text: string;
  /** Says it where there is less room. */
  brief: string;
  state: StateName;
  lit: boolean;
}) {
  const wide = (word: string): number => textWidth(word, textSize(11, scale), 'bold');
  const text = wide(whole) * 0.82 > right - left - 10 ? brief : whole;
  const letters = wide(text);
  const w = Math.min(letters + 14, right - left);
  // The estimate is on the safe side: letters are only pressed together, never apart.
  const pressed = w - 6 < letters * 0.82 ? w - 6 : undefined;
  const kind = ASLEEP.includes(state)
    ? 'bd-state bd-asleep'
    : state === 'inKvm'
      ? 'bd-state bd-root'
      : state === 'handler'
        ? 'bd-state bd-busy'
        : 'bd-state';
  return (
    <g className={lit ? `${kind} bd-on` : kind}>
      <rect x={right - w} y={y - 8.5} width={w} height={17} rx={8.5} />
      <text x={right - w / 2} y={y + 3.7} textAnchor="middle" textLength={pressed} lengthAdjust="spacingAndGlyphs">
        {text}
      </text>
    </g>
  );
}

export interface Value {
  readonly key: string;
  readonly value: string;
  /** Says the same with less. */
  readonly short?: string;
  readonly fields: readonly Field[];
  readonly register: string;
  /** Something to notice. */
  readonly strong?: boolean;
}

const SHADOWS = ['–', 'STI', 'MOV SS', 'STI + MOV SS'] as const;

/** Vector on its way in: queued in KVM, already in the VM-entry field, or what the step is about; empty: none. */
export function injectedNow(v: VcpuView, { view, vcpu, lit }: Props): string {
  if (lit?.place.at === 'vcpu' && lit.place.part === 'inject') {
    const { vector = 0, type = 0 } = lit.args;
    if (lit.name === 'inject_nmi' || (lit.name === 'event_delivery' && type === 2)) return 'NMI';
    if (vector !== 0) return hex(vector & 0xff);
  }
  if (v.injecting >= 0) return hex(v.injecting);
  const info = readWord(view, 'vmcs', vcpu, 'vmEntryIntrInfo');
  return info >>> 31 === 1 ? hex(info & 0xff) : '';
}

export function valuesOf(
  v: VcpuView,
  props: Props,
): Readonly<Record<'flags' | 'shadow' | 'nmi' | 'inject' | 'runs', Value>> {
  const { t, stage } = props;
  const narrow = (stage.layout.vcpus.get(props.vcpu)?.card.w ?? 0) < 186;
  const injected = injectedNow(v, props);
  const top = v.handlers.at(-1);
  const names = stage.model.handlers;
  const handler =
    top === undefined ? '–' : [hex(top), names.find((h) => h.vector === top)?.name ?? ''].join(' ').trim();
  const nmi =
    v.nmiPending > 0 ? t('stage.vcpu.queued', { n: v.nmiPending }) : v.nmiMasked ? t('stage.vcpu.nmiBlocked') : '–';
  return {
    flags: {
      key: narrow ? 'IF' : 'RFLAGS.IF',
      value: v.rflagsIf ? '1' : '0',
      fields: ['vcpu.if'],
      register: 'rflagsIf',
      strong: !v.rflagsIf,
    },
    shadow: {
      key: t('stage.vcpu.shadow'),
      value: SHADOWS[v.shadow & 3] as string,
      fields: ['vcpu.shadow'],
      register: 'shadow',
      strong: v.shadow !== 0,
    },
    nmi: { key: 'NMI', value: nmi, fields: ['vcpu.nmi'], register: 'nmiPending', strong: nmi !== '–' },
    inject: {
      key: t('stage.vcpu.inject'),
      value: injected === '' ? '–' : injected,
      fields: ['vcpu.inject'],
      register: 'intrNr',
      strong: injected !== '',
    },
    runs: {
      key: t('stage.vcpu.runs'),
      value:
        v.handlers.length > 1
          ? `${v.handlers
              .slice(0, -1)
              .map((h) => hex(h))
              .join(' › ')} › ${hex(top ?? 0)}`
          : handler,
      // Its vector says which it is; of nested ones the one that runs.
      ...(top === undefined ? {} : { short: hex(top) }),
      fields: ['vcpu.handler'],
      register: 'stackVector',
      strong: top !== undefined,
    },
  };
}

/** Free at both ends of a row, and between its key and its value. */
const END = 11;
const BETWEEN = 8;

/**
 * What of a row there is room for: key and value, else the value alone, else both shorter. A value is whole or it is not there; only a
 * name that a person has chosen can be so long that it must be cut.
 */
function fitted({ key, value, short = value }: Value, room: number, between: number, scale: number) {
  const mono = textSize(11.5, scale);
  const taken = textWidth(key, textSize(11, scale)) + between;
  const wide = (text: string): number => textWidth(text, mono, 'mono');
  if (taken + wide(value) <= room) return { key, value };
  if (short !== value && wide(value) <= room) return { key: '', value };
  if (taken + wide(short) <= room) return { key, value: short };
  return { key: '', value: cut(short, room, mono, 'mono') };
}

/** One line: a key on the left, its value on the right. */
export function Row({
  value,
  x,
  w,
  y,
  h,
  props,
  start = END,
  end = END,
  between = BETWEEN,
}: {
  value: Value;
  x: number;
  w: number;
  y: number;
  h: number;
  props: Props;
  start?: number;
  end?: number;
  between?: number;
}) {
  const { lit, selected, select, stage, vcpu } = props;
  // What is not there has no row; the inspector has them all.
  const on = value.fields.some((field) => lit?.fields.has(field));
  const absent = value.value === '–';
  if (absent && !on) return null;
  const told = fitted(value, w - start - end, between, stage.layout.scale);
  return (
    <Stop
      box={{ x, y, w, h }}
      name={`${value.key} ${value.value}`}
      selection={{ kind: 'vcpu', index: vcpu, register: value.register, sub: 0 }}
      selected={selected}
      select={select}
    >
      <text className="bd-key" x={x + start} y={y + h / 2 + 4}>
        {told.key}
      </text>
      <text
        className={on ? 'bd-mono bd-on' : value.strong ? 'bd-mono bd-strong' : 'bd-mono bd-dim'}
        x={x + w - end}
        y={y + h / 2 + 4}
        textAnchor="end"
      >
        {absent ? '' : told.value}
      </text>
    </Stop>
  );
}

const COUNTERS = ['exits', 'injections', 'kicks'] as const;
/** Names where there is little room. */
const SHORT = {
  exits: 'stage.vcpu.exits',
  injections: 'stage.vcpu.injectionsShort',
  kicks: 'stage.vcpu.kicks',
} as const;

/** Full form: a line for each thing. */
function Lines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows } = box;
  const values = valuesOf(v, props);
  const half = card.w * 0.54;
  const line = { x: card.x, w: card.w, props };
  return (
    <>
      <Row value={values.flags} {...line} w={half} y={rows.flags.y} h={rows.flags.h} />
      <Row
        value={values.shadow}
        {...line}
        x={card.x + half - 8}
        w={card.w - half + 8}
        y={rows.flags.y}
        h={rows.flags.h}
      />
      <Row value={values.nmi} {...line} y={rows.nmi.y} h={rows.nmi.h} />
      <Row value={values.inject} {...line} y={rows.inject.y} h={rows.inject.h} />
      <Row value={values.runs} {...line} y={rows.handler.y} h={rows.handler.h} />
      <Counters box={box} v={v} props={props} />
    </>
  );
}

/** What a person compares between two ways: counted, side by side. */
export function Counters({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows, density } = box;
  const { t, lit, stage } = props;
  const on = lit?.fields.has('vcpu.counters') ?? false;
  const { x, w } = rows.counters;
  const size = textSize(11, stage.layout.scale);
  const wide = (name: (typeof COUNTERS)[number]): number =>
    textWidth(String(v[name]), 14, 'mono') + 3 + textWidth(t(SHORT[name]), size);
  // As many as stand side by side, each whole.
  const most = w < card.w ? 1 : COUNTERS.length;
  const fits = (n: number): boolean => COUNTERS.slice(0, n).every((name) => wide(name) <= (w - 22) / n);
  // A number without its name says nothing.
  const names = COUNTERS.slice(0, [3, 2, 1].find((n) => n <= most && fits(n)) ?? 0);
  const third = (w - 22) / names.length;
  const tall = (density === 'full' || density === 'big') && box.run === 'none';
  if (tall) {
    const line = Math.min(20, rows.counters.h * 0.6);
    return (
      <g>
        <path className="bd-rule" d={`M${card.x + 11} ${rows.counters.y + 4}h${card.w - 22}`} />
        {COUNTERS.map((name, i) => (
          <g key={name}>
            <text className="bd-key" x={card.x + 11} y={rows.counters.y + 20 + i * line}>
              {t(`stage.vcpu.${name}`)}
            </text>
            <text
              className={on ? 'bd-mono bd-on' : 'bd-mono bd-strong'}
              x={card.x + card.w - 11}
              y={rows.counters.y + 20 + i * line}
              textAnchor="end"
            >
              {v[name]}
            </text>
          </g>
        ))}
      </g>
    );
  }
  const y = rows.counters.y + rows.counters.h / 2 - 8.5;
  return (
    <g>
      {names.map((name, i) => (
        <text key={name} className={on ? 'bd-count bd-on' : 'bd-count'} x={x + 11 + i * third} y={y + 12.5}>
          {v[name]}
          <tspan className="bd-key" dx={3}>
            {t(SHORT[name])}
          </tspan>
        </text>
      ))}
    </g>
  );
}

function VcpuCardView(props: Props) {
  const { stage, view, vcpu, lit, selected, select, t } = props;
  const box = stage.layout.vcpus.get(vcpu) as VcpuBox;
  const { card, density } = box;
  const v = vcpuView(view, vcpu);
  const state = stateOf(v, stage.model.host);
  const placed = stage.model.host !== 'none' && (v.loaded || stage.model.host === 'avic');
  const text = t(`stage.vcpu.${state}`);
  const brief = state in BRIEF ? t(BRIEF[state as keyof typeof BRIEF]) : text;
  const height = box.titleH;
  return (
    <Frame card={card} name={`vCPU ${vcpu}`} className={density === 'folded' ? 'bd-folded' : undefined}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={`vCPU ${vcpu}`}
          note={placed && card.w > 200 ? `pCPU ${v.pcpu}` : ''}
          height={height}
          name={t('stage.vcpu.aria', { vcpu, state: text })}
          selection={{ kind: 'vcpu', index: vcpu }}
          selected={selected}
          select={select}
          aside={
            <StateChip
              left={card.x + 15 + textWidth(`vCPU ${vcpu}`, 13, 'bold')}
              right={card.x + card.w - 4}
              y={card.y + height / 2 + 0.5}
              text={text}
              brief={brief}
              state={state}
              scale={stage.layout.scale}
              lit={lit?.fields.has('vcpu.state') ?? false}
            />
          }
        />
        <Suspense fallback={null}>
          {density === 'folded' ? null : density === 'mini' ? (
            <MiniLines box={box} v={v} props={props} />
          ) : density === 'dense' ? (
            <DenseLines box={box} v={v} props={props} />
          ) : box.run !== 'none' ? (
            <RunLines box={box} v={v} props={props} />
          ) : (
            <Lines box={box} v={v} props={props} />
          )}
        </Suspense>
      </g>
    </Frame>
  );
}

/** A vCPU. */
export const VcpuCard = memo(
  VcpuCardView,
  (a, b) =>
    a.vcpu === b.vcpu &&
    sameCard((p) => {
      const at = p.view.wordMap.vcpu + (p as Props).vcpu * VCPU.size;
      const vmcs = p.view.wordMap.vmcs + (p as Props).vcpu * VMCS.size;
      return [
        [at, at + VCPU.size],
        [vmcs, vmcs + VMCS.size],
      ];
    })(a, b),
);
