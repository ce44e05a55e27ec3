/** Forms of a vCPU's card: with the run loop, dense, and small. */
import type { VcpuView } from '../../engine/view/machine-view.ts';
import type { VcpuBox } from '../../scene/vcpu-boxes.ts';
import { Boundary, VmcsRows } from './RunLoop.tsx';
import { textSize, textWidth } from './text-fit.ts';
import { Counters, injectedNow, Row, type Value, type VcpuProps, valuesOf } from './VcpuCard.tsx';

/** With the run loop: what the guest has above the boundary, what KVM has below. */
export function RunLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: VcpuProps }) {
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
      {run === 'block' && <VmcsRows box={box} props={props} />}
      <Counters box={box} v={v} props={props} />
    </>
  );
}

/** Dense form: the same in three lines of two. */
export function DenseLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: VcpuProps }) {
  const { card, rows, run } = box;
  const { lit } = props;
  const values = valuesOf(v, props);
  const inject = card.w < 190 ? { ...values.inject, key: props.t('stage.vcpu.injectionsShort') } : values.inject;
  const at = (row: 'flags' | 'handler' | 'inject' | 'nmi') => ({ ...rows[row], props });
  // With the run loop both wait in one row.
  const nmi = v.nmiPending > 0 || (values.nmi.value !== '–' && lit?.place.at === 'vcpu' && lit.place.part === 'nmi');
  return (
    <>
      {run !== 'none' && <Boundary box={box} v={v} props={props} />}
      <Row value={{ ...values.flags, key: 'IF' }} {...at('flags')} />
      <Row value={{ ...values.runs, value: values.runs.value.split(' ')[0] ?? '–' }} {...at('handler')} />
      {run === 'none' && <Row value={values.nmi} {...at('nmi')} />}
      <Row value={run !== 'none' && nmi ? values.nmi : inject} {...at('inject')} />
      <Counters box={box} v={v} props={props} />
    </>
  );
}

/** Smallest form: the ends of the flag's row, at the edge and towards the exits', and what stands between a key and its value. */
const SMALL = { outer: 11, inner: 3, between: 5 } as const;

/** Smallest form: flags and exits, and what runs. */
export function MiniLines({ box, v, props }: { box: VcpuBox; v: VcpuView; props: VcpuProps }) {
  const { card, rows, run } = box;
  const values = valuesOf(v, props);
  const exits: Value = {
    key: props.t('stage.vcpu.exits'),
    value: String(v.exits),
    fields: ['vcpu.counters'],
    register: 'exits',
  };
  const { scale } = props.stage.layout;
  const [key, one] = [textWidth('IF', textSize(11, scale)), textWidth('0', textSize(11.5, scale), 'mono')];
  const flag = SMALL.outer + key + SMALL.between + one + SMALL.inner + 1;
  // A count without its name says nothing.
  const count =
    textWidth(exits.key, textSize(11, scale)) + SMALL.between + textWidth(exits.value, textSize(11.5, scale), 'mono');
  const counted = count <= card.w - flag - SMALL.inner - SMALL.outer;
  const first = { y: rows.flags.y, h: rows.flags.h, props, between: SMALL.between };
  const now = injectedNow(v, props) !== '' && v.handlers.length === 0 ? values.inject : values.runs;
  return (
    <>
      <Row value={{ ...values.flags, key: 'IF' }} x={card.x} w={flag} end={SMALL.inner} {...first} />
      {counted && <Row value={exits} x={card.x + flag} w={card.w - flag} start={SMALL.inner} {...first} />}
      {run !== 'none' && <Boundary box={box} v={v} props={props} />}
      <Row
        value={now}
        x={card.x}
        w={card.w}
        y={rows.handler.y}
        h={rows.handler.h}
        props={props}
        between={SMALL.between}
      />
    </>
  );
}
