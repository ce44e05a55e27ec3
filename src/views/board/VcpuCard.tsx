/** A vCPU as KVM and the model guest know it, and the guest's IDT. */
import { memo } from 'react';
import { gridAddress, readWord, type VcpuView, vcpuView, vectorsIn } from '../../engine/view/machine-view.ts';
import { VCPU, VMCS } from '../../engine/view/tables.ts';
import { exitName, interruptionInfo, qualification } from '../../scene/exits.ts';
import type { VcpuBox } from '../../scene/lane-boxes.ts';
import type { CardBox } from '../../scene/layout.ts';
import type { StageModel } from '../../scene/stage-model.ts';
import { type Field, hex, type VmcsPart } from '../../scene/station.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop, Title } from './Card.tsx';
import { cut, textWidth } from './text-fit.ts';

interface Props extends CardProps {
  readonly vcpu: number;
}

type StateName =
  | 'running'
  | 'inGuest'
  | 'inKvm'
  | 'handler'
  | 'halted'
  | 'blocked'
  | 'preempted'
  | 'uninitialized'
  | 'waitsForSipi';

/** KVM_MP_STATE_* */
const MP = { uninitialized: 1, initReceived: 2, halted: 3 } as const;

function stateOf(v: VcpuView, host: StageModel['host']): StateName {
  if (v.mpState === MP.uninitialized) return 'uninitialized';
  if (v.mpState === MP.initReceived) return 'waitsForSipi';
  if (v.blocking) return 'blocked';
  if (v.halted || v.mpState === MP.halted) return 'halted';
  if (v.preempted) return 'preempted';
  if (host === 'vmx' && v.mode !== 1) return 'inKvm';
  if (v.handlers.length > 0) return 'handler';
  return v.mode === 1 ? 'inGuest' : 'running';
}

const ASLEEP: readonly StateName[] = ['halted', 'blocked', 'preempted', 'uninitialized', 'waitsForSipi'];

/** What the vCPU is doing, as a word in a frame. */
function StateChip({
  right,
  y,
  text,
  state,
  lit,
}: {
  right: number;
  y: number;
  text: string;
  state: StateName;
  lit: boolean;
}) {
  const w = textWidth(text, 10.5, 'bold') + 14;
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
      <text x={right - w / 2} y={y + 3.7} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

interface Value {
  readonly key: string;
  readonly value: string;
  readonly fields: readonly Field[];
  readonly register: string;
  /** Something to notice. */
  readonly strong?: boolean;
}

const SHADOWS = ['–', 'STI', 'MOV SS', 'STI + MOV SS'] as const;

/** Vector on its way in: queued in KVM, already in the VM-entry field, or what the step is about; empty: none. */
function injectedNow(v: VcpuView, { view, vcpu, lit }: Props): string {
  if (lit?.place.at === 'vcpu' && lit.place.part === 'inject') {
    const [vector = 0, type = 0] = lit.args;
    if (lit.name === 'inject_nmi' || (lit.name === 'event_delivery' && type === 2)) return 'NMI';
    if (vector !== 0) return hex(vector & 0xff);
  }
  if (v.injecting >= 0) return hex(v.injecting);
  const info = readWord(view, 'vmcs', vcpu, 'vmEntryIntrInfo');
  return info >>> 31 === 1 ? hex(info & 0xff) : '';
}

function valuesOf(v: VcpuView, props: Props): Readonly<Record<'flags' | 'shadow' | 'nmi' | 'inject' | 'runs', Value>> {
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
      fields: ['vcpu.handler'],
      register: 'stackVector',
      strong: top !== undefined,
    },
  };
}

/** One line: a key on the left, its value on the right. */
function Row({ value, x, w, y, h, props }: { value: Value; x: number; w: number; y: number; h: number; props: Props }) {
  const { lit, selected, select, vcpu } = props;
  const on = value.fields.some((field) => lit?.fields.has(field));
  const key = textWidth(value.key, 11) + 8;
  return (
    <Stop
      box={{ x, y, w, h }}
      name={`${value.key} ${value.value}`}
      selection={{ kind: 'vcpu', index: vcpu, register: value.register, sub: 0 }}
      selected={selected}
      select={select}
    >
      <text className="bd-key" x={x + 11} y={y + h / 2 + 4}>
        {value.key}
      </text>
      <text
        className={on ? 'bd-mono bd-on' : value.strong ? 'bd-mono bd-strong' : 'bd-mono bd-dim'}
        x={x + w - 11}
        y={y + h / 2 + 4}
        textAnchor="end"
      >
        {cut(value.value, w - 22 - key, 11.5, 'mono')}
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
function Counters({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows, density } = box;
  const { t, lit } = props;
  const on = lit?.fields.has('vcpu.counters') ?? false;
  const narrow = (density === 'compact' || density === 'dense') && card.w < 160;
  const { x, w } = rows.counters;
  const names = w < card.w ? COUNTERS.slice(0, 1) : narrow ? COUNTERS.slice(0, 2) : COUNTERS;
  const third = (w - 22) / names.length;
  const tall = (density === 'full' || density === 'big') && box.run === 'none';
  const named = (name: (typeof COUNTERS)[number]): string => {
    const whole = t(`stage.vcpu.${name}`);
    return textWidth(whole, 11) <= third + 3 ? whole : t(SHORT[name]);
  };
  const y = rows.counters.y + (tall ? rows.counters.h * 0.4 : rows.counters.h / 2 - 8.5);
  return (
    <g>
      {tall && <path className="bd-rule" d={`M${card.x + 11} ${y - 2}h${card.w - 22}`} />}
      {names.map((name, i) => (
        <g key={name}>
          <text className={on ? 'bd-count bd-on' : 'bd-count'} x={x + 11 + i * third} y={y + (tall ? 20 : 12.5)}>
            {v[name]}
            {!tall && (
              <tspan className="bd-key" dx={3}>
                {cut(t(SHORT[name]), third - 14, 11)}
              </tspan>
            )}
          </text>
          {tall && (
            <text className="bd-key" x={x + 11 + i * third} y={y + 35}>
              {named(name)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

/** Guest above, KVM below, and between them the boundary that every exit and entry crosses, with the last exit on it. */
function Boundary({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { view, vcpu, lit, changed, selected, select, stage, t } = props;
  const { card, rows, density, run } = box;
  const { mode } = rows;
  const word = (register: string): number => readWord(view, 'vmcs', vcpu, register);
  const avic = stage.model.host === 'avic';
  const running = readWord(view, 'vcpu', vcpu, 'avicRunning') === 1;
  const inGuest = avic ? running && !v.halted : v.mode === 1;
  // Off its CPU a thread is in neither.
  const away = !avic && !v.loaded;
  const wrote = (register: keyof typeof VMCS.at): boolean =>
    changed?.words.has(view.layout.vmcs + vcpu * VMCS.size + VMCS.at[register]) ?? false;
  const on = lit?.fields.has('vcpu.mode') ?? false;
  const side = t(inGuest ? 'stage.vcpu.guestMode' : 'stage.vcpu.rootMode');
  const state = inGuest ? 'bd-guest' : away ? 'bd-away' : '';
  const status = `${hex(word('rvi'))}/${hex(word('svi'))}`;
  // A folded card has RVI and SVI on the boundary.
  const folded = run === 'line' && stage.model.apicv && density !== 'mini';
  const statusW = folded ? textWidth(status, 10, 'mono') + 8 : 0;
  const left = card.x + 11 + textWidth(side, 10, 'bold') + 12;
  const room = card.x + card.w - 11 - left - statusW;
  const reason = word('exitReason');
  const why = qualification(reason, word('exitQualification'));
  const long = `${exitName(reason)}${why === '' ? '' : ` ${why}`}`;
  const none = reason === 0;
  const whole = `${t('stage.vcpu.lastExit')} ${long}`;
  const fit = [whole, long, exitName(reason), exitName(reason, true)].find(
    (name) => textWidth(name, 10, 'mono') <= room,
  );
  const text = avic ? `IsRunning ${Number(running)}` : none ? '' : (fit ?? '');
  const y = mode.y + mode.h / 2 + 3.7;
  const top = card.y + box.titleH;
  const bottom = Math.min(card.y + card.h - 3, run === 'block' ? rows.counters.y : card.y + card.h - 3);
  return (
    <g style={colourStyle(changed?.colour ?? lit?.colour ?? 0)}>
      <rect
        className={`bd-zone ${state || 'bd-root'}`}
        x={card.x + 3}
        y={inGuest ? top : mode.y}
        width={card.w - 6}
        height={Math.max(0, inGuest ? mode.y + mode.h - top : bottom - mode.y)}
        rx={5}
      />
      <Stop
        box={mode}
        name={t('stage.vcpu.boundary.aria', { side, exit: none ? t('stage.none') : long })}
        selection={{ kind: 'vmcs', index: vcpu, register: 'exitReason', sub: 0 }}
        selected={selected}
        select={select}
      >
        <path
          className={on ? 'bd-edge bd-on' : `bd-edge ${state}`}
          d={inGuest ? `M${card.x} ${mode.y + mode.h}h${card.w}` : `M${card.x} ${mode.y}h${card.w}`}
        />
        <path
          className={`bd-arrow ${state}`}
          d={`M${card.x + 10} ${y - 3.7 + (inGuest ? 2.5 : -2.5)}h7l-3.5 ${inGuest ? -5 : 5}z`}
        />
        <text className={`bd-side ${state}`} x={card.x + 20} y={y}>
          {side}
        </text>
        <text
          className={wrote('exitReason') || lit?.name === 'kvm_exit' ? 'bd-exit bd-on' : 'bd-exit'}
          x={card.x + card.w - 11 - statusW}
          y={y}
          textAnchor="end"
        >
          {text}
        </text>
        {folded && (
          <text
            className={wrote('rvi') || wrote('svi') ? 'bd-exit bd-on' : 'bd-exit bd-status'}
            x={card.x + card.w - 11}
            y={y}
            textAnchor="end"
          >
            {status}
          </text>
        )}
      </Stop>
    </g>
  );
}

const WINDOWS = { irq: 1 << 2, nmi: 1 << 22 } as const;
/** The lowest vector and how many more, or how many, by the room there is. */
function listed(vectors: readonly number[], narrow: boolean): string {
  if (vectors.length === 0) return '–';
  const first = hex(vectors[0] ?? 0);
  return vectors.length === 1 ? first : narrow ? `${vectors.length}×` : `${first} +${vectors.length - 1}`;
}

/** The rows of the VMCS: the field's name, what it holds, and the words it is read from. */
function vmcsRows(props: Props): readonly {
  readonly part: VmcsPart;
  readonly key: string;
  readonly value: string;
  readonly register: keyof typeof VMCS.at;
  readonly also?: readonly (keyof typeof VMCS.at)[];
  /** Its half of a shared row. */
  readonly half?: 'left' | 'right';
}[] {
  const { view, vcpu } = props;
  const word = (register: keyof typeof VMCS.at): number => readWord(view, 'vmcs', vcpu, register);
  const narrow = (props.stage.layout.vcpus.get(vcpu)?.card.w ?? 0) < 206;
  const blocked = word('guestInterruptibility');
  const blocking = ['STI', 'MOV SS', 'SMI', 'NMI'].filter((_, bit) => (blocked >> bit) & 1).join(' · ');
  const controls = word('primaryControls');
  const windows = [
    (controls & WINDOWS.irq) === 0 ? '' : 'interrupt',
    (controls & WINDOWS.nmi) === 0 ? '' : 'NMI',
  ].filter((name) => name !== '');
  return [
    {
      part: 'entry',
      key: 'entry intr-info',
      value: interruptionInfo(word('vmEntryIntrInfo')) || '–',
      register: 'vmEntryIntrInfo',
      also: ['entryInfoWritten'],
    },
    {
      part: 'vectoring',
      key: 'IDT-vectoring',
      value: interruptionInfo(word('idtVectoringInfo')) || '–',
      register: 'idtVectoringInfo',
    },
    { part: 'status', key: 'RVI', value: hex(word('rvi')), register: 'rvi', half: 'left' },
    { part: 'status', key: 'SVI', value: hex(word('svi')), register: 'svi', half: 'right' },
    { part: 'threshold', key: 'TPR thr.', value: String(word('tprThreshold')), register: 'tprThreshold', half: 'left' },
    {
      part: 'threshold',
      key: 'EOI-exit',
      value: listed(vectorsIn(view.w, gridAddress(view, 'eoiExit', vcpu)), narrow),
      register: 'eoiExitBitmap',
      half: 'right',
    },
    { part: 'blocking', key: 'interruptibility', value: blocking || '–', register: 'guestInterruptibility' },
    { part: 'windows', key: 'window exiting', value: windows.join(' · ') || '–', register: 'primaryControls' },
  ];
}

/** A field of the VMCS, lit when the step has written it. */
function VmcsField({ box, field, props }: { box: VcpuBox; field: ReturnType<typeof vmcsRows>[number]; props: Props }) {
  const { view, vcpu, changed, selected, select } = props;
  const row = box.rows[field.part];
  const split = row.w * 0.42;
  const x = field.half === 'right' ? row.x + split : row.x;
  const w = field.half === 'left' ? split + 8 : field.half === 'right' ? row.w - split : row.w;
  const base = view.layout.vmcs + vcpu * VMCS.size;
  const words = [field.register, ...(field.also ?? [])].flatMap((name) => {
    const size = VMCS.names.filter((other) => other === name).length;
    return Array.from({ length: size }, (_, i) => base + VMCS.at[name] + i);
  });
  const on = changed !== null && words.some((word) => changed.words.has(word));
  const y = row.y + row.h / 2 + 4;
  const key = textWidth(field.key, 10.5) + 6;
  const dim = field.value === '–' || field.value === '0' || field.value === '0x00';
  return (
    <g style={colourStyle(changed?.colour ?? 0)}>
      <Stop
        box={{ x, y: row.y, w, h: row.h }}
        name={`${field.key} ${field.value}`}
        selection={{ kind: 'vmcs', index: vcpu, register: field.register, sub: 0 }}
        selected={selected}
        select={select}
      >
        <text className="bd-key bd-vmcs" x={x + 11} y={y}>
          {field.key}
        </text>
        <text
          className={on ? 'bd-mono bd-small bd-on' : dim ? 'bd-mono bd-small bd-dim' : 'bd-mono bd-small bd-strong'}
          x={x + w - 11}
          y={y}
          textAnchor="end"
        >
          {cut(field.value, w - 22 - key, 11, 'mono')}
        </text>
      </Stop>
    </g>
  );
}

/** With the run loop: what the guest has above the boundary, what KVM has below. */
function RunLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows, run } = box;
  const values = valuesOf(v, props);
  const half = card.w * 0.5;
  const of = (row: 'flags' | 'handler' | 'nmi' | 'inject') => ({ ...rows[row], props });
  return (
    <>
      <Boundary box={box} v={v} props={props} />
      <Row value={{ ...values.flags, key: 'IF' }} {...of('flags')} w={card.w * 0.36} />
      <Row value={values.shadow} {...of('flags')} x={card.x + card.w * 0.4 - 8} w={card.w * 0.6 + 8} />
      <Row value={values.runs} {...of('handler')} />
      <Row value={values.nmi} {...of('nmi')} w={half + 6} />
      <Row value={values.inject} {...of('inject')} x={card.x + half - 6} w={half + 6} />
      {run === 'block' &&
        vmcsRows(props).map((field) => <VmcsField key={field.key} box={box} field={field} props={props} />)}
      <Counters box={box} v={v} props={props} />
    </>
  );
}

/** Dense form: the same in three lines of two. */
function DenseLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows, run } = box;
  const { lit } = props;
  const values = valuesOf(v, props);
  const half = card.w / 2;
  const inject = card.w < 190 ? { ...values.inject, key: props.t('stage.vcpu.injectionsShort') } : values.inject;
  if (run !== 'none') {
    const waits =
      values.nmi.value === '–' || lit?.place.at !== 'vcpu' || lit.place.part !== 'nmi' ? inject : values.nmi;
    const at = (row: 'flags' | 'handler' | 'inject') => ({ ...rows[row], props });
    return (
      <>
        <Boundary box={box} v={v} props={props} />
        <Row value={{ ...values.flags, key: 'IF' }} {...at('flags')} />
        <Row value={{ ...values.runs, value: values.runs.value.split(' ')[0] ?? '–' }} {...at('handler')} />
        <Row value={v.nmiPending > 0 ? values.nmi : waits} {...at('inject')} />
        <Counters box={box} v={v} props={props} />
      </>
    );
  }
  return (
    <>
      <Row
        value={{ ...values.flags, key: 'IF' }}
        x={card.x}
        w={half + 4}
        y={rows.flags.y}
        h={rows.flags.h}
        props={props}
      />
      <Row value={values.nmi} x={card.x + half - 4} w={half + 4} y={rows.nmi.y} h={rows.nmi.h} props={props} />
      <Row value={inject} x={card.x} w={half + 4} y={rows.inject.y} h={rows.inject.h} props={props} />
      <Row
        value={{ ...values.runs, value: values.runs.value.split(' ')[0] ?? '–' }}
        x={card.x + half - 4}
        w={half + 4}
        y={rows.handler.y}
        h={rows.handler.h}
        props={props}
      />
      <Counters box={box} v={v} props={props} />
    </>
  );
}

/** Smallest form: flags and exits, and what runs. */
function MiniLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
  const { card, rows, run } = box;
  const values = valuesOf(v, props);
  const half = card.w * 0.4;
  const exits: Value = {
    key: props.t('stage.vcpu.exits'),
    value: String(v.exits),
    fields: ['vcpu.counters'],
    register: 'exits',
  };
  const first = { y: rows.flags.y, h: rows.flags.h, props };
  const now = injectedNow(v, props) !== '' && v.handlers.length === 0 ? values.inject : values.runs;
  return (
    <>
      <Row value={{ ...values.flags, key: 'IF' }} x={card.x} w={half} {...first} />
      <Row value={exits} x={card.x + half} w={card.w - half} {...first} />
      {run !== 'none' && <Boundary box={box} v={v} props={props} />}
      <Row value={now} x={card.x} w={card.w} y={rows.handler.y} h={rows.handler.h} props={props} />
    </>
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
  const height = box.titleH;
  return (
    <Frame card={card} name={`vCPU ${vcpu}`}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={density === 'line' ? '' : `vCPU ${vcpu}`}
          note={placed && card.w > 170 ? `pCPU ${v.pcpu}` : ''}
          height={height}
          name={t('stage.vcpu.aria', { vcpu, state: text })}
          selection={{ kind: 'vcpu', index: vcpu }}
          selected={selected}
          select={select}
          aside={
            <StateChip
              right={card.x + card.w - 9}
              y={card.y + height / 2 + 0.5}
              text={text}
              state={state}
              lit={lit?.fields.has('vcpu.state') ?? false}
            />
          }
        />
        {density === 'line' ? (
          <text className="bd-mono bd-small" x={card.x + 11} y={card.y + 14}>
            IF {v.rflagsIf ? 1 : 0}
            {v.handlers.length > 0 ? ` · ${hex(v.handlers.at(-1) ?? 0)}` : ''}
          </text>
        ) : density === 'mini' ? (
          <MiniLines box={box} v={v} props={props} />
        ) : density === 'dense' ? (
          <DenseLines box={box} v={v} props={props} />
        ) : box.run !== 'none' ? (
          <RunLines box={box} v={v} props={props} />
        ) : (
          <Lines box={box} v={v} props={props} />
        )}
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
      const at = p.view.layout.vcpu + (p as Props).vcpu * VCPU.size;
      const vmcs = p.view.layout.vmcs + (p as Props).vcpu * VMCS.size;
      return [
        [at, at + VCPU.size],
        [vmcs, vmcs + VMCS.size],
      ];
    })(a, b),
);

function IdtCardView({ stage, view, lit, selected, select, t }: CardProps) {
  const card = stage.layout.idt as CardBox;
  const stacks = Array.from({ length: stage.model.vcpus }, (_, i) => vcpuView(view, i).handlers);
  const runningOn = (vector: number): number => stacks.findIndex((stack) => stack.includes(vector));
  const now = lit?.fields.has('idt') ? (lit.args[0] ?? -1) & 0xff : -1;
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
              <text
                className={
                  vector === now ? 'bd-mono bd-on' : runningOn(vector) >= 0 ? 'bd-mono bd-strong' : 'bd-mono bd-dim'
                }
                x={row.x + 36}
                y={row.y + 14}
              >
                {cut(name, row.w - 38, 11.5, 'mono')}
              </text>
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
  sameCard((p) => [[p.view.layout.vcpu, p.view.layout.vcpu + p.view.layout.vcpus * VCPU.size]]),
);
