/** The lanes under the transport. Spans are laid out in percent of the shown steps; only the playhead moves per frame. */
import { memo, type ReactNode, useDeferredValue, useEffect, useRef } from 'react';
import { hex } from '../../base/numbers.ts';
import { type Lane, lanesSoFar, readLanes, type Span, spansWithin, type Tick, windowAround } from '../../log/lanes.ts';
import type { SceneLog } from '../../log/log.ts';
import { colourOf } from '../../scene/flights.ts';
import type { App } from '../../store/create-app.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useSlices } from '../shared/use-slices.ts';
import { useT } from '../shared/use-t.ts';

/** Steps shown at once; a longer scene shows a window of them. */
const MOST_STEPS = 240;

/** What scrolls must be reachable by keyboard. */
const REACHABLE = { tabIndex: 0 };

type T = ReturnType<typeof useT>;

function laneName(t: T, lane: Lane, scene: SceneLog): string {
  const { kind, index } = lane;
  switch (kind) {
    case 'line':
      return t('timeline.lane.line', { device: scene.config.devices?.[index]?.id ?? index });
    case 'pin':
      return t('timeline.lane.pin', { pin: index });
    case 'pic':
      return t('timeline.lane.pic', { pin: index });
    case 'irr':
      return t('timeline.lane.irr', { vcpu: index });
    case 'isr':
      return t('timeline.lane.isr', { vcpu: index });
    case 'vcpu':
      return t('timeline.lane.vcpu', { vcpu: index });
    case 'pi':
      return t('timeline.lane.pi', { vcpu: index });
    case 'mode':
      return t('timeline.lane.mode', { vcpu: index });
    case 'pcpu':
      return `pCPU ${index}`;
  }
}

function spanText(t: T, { text }: Span): string {
  if (text.kind === 'vectors') {
    const vector = hex(text.vector);
    return text.more === 0 ? vector : t('timeline.span.vectors', { vector, more: text.more });
  }
  if (text.kind === 'runs') return `vCPU ${text.vcpu}`;
  if (text.kind === 'posted') {
    const vector =
      text.more === 0 ? hex(text.vector) : t('timeline.span.vectors', { vector: hex(text.vector), more: text.more });
    return `PIR ${vector}${text.on ? ' · ON' : ''}`;
  }
  if (text.kind === 'handler') return t('timeline.span.handler', { vector: hex(text.vector) });
  return t(`timeline.span.${text.kind}`);
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Where in the track a moment lies, in percent: a step's state begins in the middle of its column. */
function percent(at: number, { first, last }: Range): number {
  return ((at - first) / (last - first + 1)) * 100;
}

const PLAIN: readonly Span['text']['kind'][] = ['guestMode', 'rootMode', 'blocked', 'preempted', 'runs'];

function SpanBar({ t, span, range }: { readonly t: T; readonly span: Span; readonly range: Range }): ReactNode {
  const from = Math.max(0, percent(span.from + 0.5, range));
  const to = Math.min(100, percent(span.to + (span.to > range.last ? 0 : 0.5), range));
  // Where a thread is belongs to no journey.
  const own = PLAIN.includes(span.text.kind);
  const colour = span.journey === 0 || own ? undefined : `var(--j${colourOf(span.journey)})`;
  const words = spanText(t, span);
  return (
    <span
      className={`tl-span tl-${span.text.kind}`}
      style={{ left: `${from}%`, width: `${Math.max(0.2, to - from)}%`, backgroundColor: colour }}
      title={words}
      data-journey={span.journey === 0 || own ? undefined : span.journey}
    >
      {words}
    </span>
  );
}

/** A vector that reaches a physical CPU. */
function TickMark({ tick, range }: { readonly tick: Tick; readonly range: Range }): ReactNode {
  const colour = tick.journey === 0 ? undefined : `var(--j${colourOf(tick.journey)})`;
  const words = hex(tick.vector);
  return (
    <span
      className="tl-tick"
      style={{ left: `${percent(tick.step + 0.5, range)}%`, backgroundColor: colour }}
      title={words}
    >
      {words}
    </span>
  );
}

const LaneRows = memo(function LaneRows({ scene, first, last }: { readonly scene: SceneLog } & Range): ReactNode {
  const t = useT();
  useSlices((most) => readLanes(scene, most));
  return lanesSoFar(scene).map((lane) => (
    <div className="tl-lane" key={`${lane.kind}${lane.index}`}>
      <span className="tl-name">{laneName(t, lane, scene)}</span>
      <span className="tl-row">
        {spansWithin(lane.spans, first, last).map((span) => (
          <SpanBar key={span.from} t={t} span={span} range={{ first, last }} />
        ))}
        {lane.ticks
          .filter(({ step }) => step >= first && step <= last)
          .map((tick) => (
            <TickMark key={tick.step} tick={tick} range={{ first, last }} />
          ))}
      </span>
    </div>
  ));
});

/** Puts the playhead where the pointer is, over the lanes. */
function seekAt({ actions }: App, track: HTMLElement, clientX: number, range: Range): void {
  const box = track.getBoundingClientRect();
  const share = (clientX - box.left) / Math.max(1, box.width);
  actions.seekStep(range.first + Math.floor(share * (range.last - range.first + 1)));
}

export function Lanes(): ReactNode {
  const t = useT();
  const app = useApp();
  const { clock } = app;
  // A log that is still coming is drawn when there is time, not at each batch.
  const scene = useDeferredValue(useStore((s) => s.scene));
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  // Only its two ends: a step within the window draws no lane anew.
  const first = useStore((s) => windowAround(s.playhead.step, s.scene?.steps.length ?? 0, MOST_STEPS).first);
  const last = useStore((s) => windowAround(s.playhead.step, s.scene?.steps.length ?? 0, MOST_STEPS).last);
  const head = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const draw = (at: { readonly step: number; readonly phase: number }): void => {
      const x = percent(at.step < 0 ? first : at.step + at.phase, { first, last });
      if (head.current) head.current.style.transform = `translateX(${Math.max(0, Math.min(100, x))}%)`;
    };
    draw(clock.position());
    return clock.onFrame(draw);
  }, [first, last, clock]);

  if (scene === null || count === 0) return null;
  return (
    <section className="tl-lanes" aria-label={t('timeline.lanes')}>
      <div
        className="tl-over"
        // The slider above does the same for the keyboard.
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seekAt(app, event.currentTarget, event.clientX, { first, last });
        }}
        onPointerMove={(event) => {
          if (event.buttons & 1) seekAt(app, event.currentTarget, event.clientX, { first, last });
        }}
      >
        <div className="tl-head" ref={head} aria-hidden="true" />
      </div>
      <div className="tl-scroll" {...REACHABLE}>
        <LaneRows scene={scene} first={first} last={last} />
      </div>
    </section>
  );
}
