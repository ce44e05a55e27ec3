/** The run loop in a vCPU's card: the boundary between guest and root, and the VMCS field by field. */
import { hex } from '../../base/hex.ts';
import '../kit/panel-texts.ts';
import { gridAddress, readWord, type VcpuView, vectorsIn } from '../../engine/view/machine-view.ts';
import { VMCS } from '../../engine/view/tables.ts';
import type { VmcsPart } from '../../explain/locate/locator.ts';
import type { VcpuBox } from '../../scene/vcpu-boxes.ts';
import { interruptionInfo, qualification } from '../../scene/vm-fields.ts';
import { exitName } from '../../spec/exits.ts';
import { type CardProps, colourStyle } from './board-types.ts';
import { Stop } from './Card.tsx';
import { cut, textSize, textWidth } from './text-fit.ts';

interface Props extends CardProps {
  readonly vcpu: number;
}

/** Guest above, KVM below, and between them the boundary that every exit and entry crosses, with the last exit on it. */
export function Boundary({ box, v, props }: { box: VcpuBox; v: VcpuView; props: Props }) {
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
    changed?.words.has(view.wordMap.vmcs + vcpu * VMCS.size + VMCS.at[register]) ?? false;
  const on = lit?.fields.has('vcpu.mode') ?? false;
  const side = t(inGuest ? 'stage.vcpu.guestMode' : 'stage.vcpu.rootMode');
  const state = inGuest ? 'bd-guest' : away ? 'bd-away' : '';
  const size = textSize(11, stage.layout.scale);
  const mono = (text: string): number => textWidth(text, size, 'mono');
  const bare = card.x + 20;
  const left = bare + textWidth(side, size, 'bold') + 4;
  const right = card.x + card.w - 11;
  const reason = word('exitReason');
  const why = qualification(reason, word('exitQualification'));
  const long = `${exitName(reason)}${why === '' ? '' : ` ${why}`}`;
  const none = reason === 0;
  const whole = `${t('stage.vcpu.lastExit')} ${long}`;
  const names = avic
    ? [`IsRunning ${Number(running)}`]
    : none
      ? []
      : [whole, long, exitName(reason), exitName(reason, true)];
  // A folded card has what of RVI and SVI is set on the boundary, each by its name.
  const told =
    run === 'line' && stage.model.apicv && density !== 'mini'
      ? ['rvi', 'svi'].flatMap((name) => (word(name) === 0 ? [] : `${name.toUpperCase()} ${hex(word(name))}`)).join(' ')
      : '';
  const status = left + mono(told) + 14 > right ? '' : told;
  const end = status === '' ? right : right - mono(status) - 14;
  const fit = names.find((name) => mono(name) <= end - left);
  // Which side it is on is said by the arrow as well: what was exited for stands before its name.
  const text = fit ?? names.findLast((name) => mono(name) <= end - bare - 4) ?? '';
  const named = fit !== undefined || text === '';
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
        {named && (
          <text className={`bd-side ${state}`} x={bare} y={y}>
            {side}
          </text>
        )}
        <text
          className={wrote('exitReason') || lit?.name === 'kvm_exit' ? 'bd-exit bd-on' : 'bd-exit'}
          x={end}
          y={y}
          textAnchor="end"
        >
          {text}
        </text>
        {status !== '' && (
          <text
            className={wrote('rvi') || wrote('svi') ? 'bd-exit bd-on' : 'bd-exit bd-status'}
            x={right}
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

/** A field of the VMCS, lit when the step has written it. One that holds nothing is its name. */
function VmcsField({ box, field, props }: { box: VcpuBox; field: ReturnType<typeof vmcsRows>[number]; props: Props }) {
  const { view, vcpu, changed, selected, select } = props;
  const row = box.rows[field.part];
  const split = row.w * 0.42;
  const x = field.half === 'right' ? row.x + split : row.x;
  const w = field.half === 'left' ? split + 8 : field.half === 'right' ? row.w - split : row.w;
  const base = view.wordMap.vmcs + vcpu * VMCS.size;
  const words = [field.register, ...(field.also ?? [])].flatMap((name) => {
    const size = VMCS.names.filter((other) => other === name).length;
    return Array.from({ length: size }, (_, i) => base + VMCS.at[name] + i);
  });
  const on = changed !== null && words.some((word) => changed.words.has(word));
  const y = row.y + row.h / 2 + 4;
  const size = textSize(11, props.stage.layout.scale);
  const key = textWidth(field.key, size) + 6;
  const dim = field.value === '–' || field.value === '0' || field.value === '0x0';
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
          {field.value === '–' ? '' : cut(field.value, w - 22 - key, size, 'mono')}
        </text>
      </Stop>
    </g>
  );
}

/** Every field of the VMCS that an interrupt meets. */
export function VmcsRows({ box, props }: { box: VcpuBox; props: Props }) {
  return vmcsRows(props).map((field) => <VmcsField key={field.key} box={box} field={field} props={props} />);
}
