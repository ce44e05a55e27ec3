/** The whole run in one strip: how busy it is, what was found and what there is to look at, and the part that the lanes show. */
import { brushX, select } from 'd3';
import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { SceneLog } from '../../log/log.ts';
import { firstStepOf } from '../../log/op-steps.ts';
import type { Steps } from '../../log/steps.ts';
import { densityOf } from '../../scene/lane-marks.ts';
import type { TimeAxis } from '../../scene/time-axis.ts';
import { lookSteps } from '../../store/look.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { isHidden } from '../where/hidden.ts';
import { useFindings } from '../where/reasoning.ts';
import type { Track } from './track.ts';
import { fittingName } from './words.ts';

const HEIGHT = 20;
/** Width of a bar, px. */
const BAR = 3;
/** A window narrower than this is still to be seen, px. */
const NARROW = 6;

/** First step of each of these commands. */
const foundSteps = (scene: SceneLog, commands: ReadonlySet<number>): readonly number[] =>
  [...commands].map((command) => firstStepOf(scene, command)).filter((k) => k >= 0);

const Bars = memo(function Bars({ axis, steps }: { readonly axis: TimeAxis; readonly steps: Steps }): ReactNode {
  const d = useMemo(() => {
    let path = '';
    // A cell that is wider than a bar is a bar.
    const px = Math.max(BAR, axis.cell);
    densityOf(axis, px, steps.seqOf).forEach((n, i) => {
      const height = Math.max(1, n * (HEIGHT - 6)).toFixed(1);
      if (n > 0) path += `M${(i * px).toFixed(1)} ${HEIGHT - 1}v-${height}h${(px - 1).toFixed(1)}v${height}z`;
    });
    return path;
  }, [axis, steps]);
  return <path className="tl-bars" d={d} />;
});

/** Where things are that a person looks for, in percent of the strip. */
function Marks({ scene, axis }: { readonly scene: SceneLog; readonly axis: TimeAxis }): ReactNode {
  const look = useStore((s) => s.sceneId.look);
  const { all } = useFindings();
  const hidden = useStore(isHidden);
  const { steps } = scene;
  const { length } = steps;
  // The steps grow in place: their number says that there are more.
  const looks = useMemo(() => (length === 0 ? [] : [...lookSteps(steps, look).keys()]), [steps, length, look]);
  const found = useMemo(
    () => (length === 0 || hidden ? [] : foundSteps(scene, new Set(all.map(({ since }) => since.command)))),
    [scene, length, all, hidden],
  );
  const left = (step: number): string => `${(axis.end(step) / axis.width) * 100}%`;
  return (
    <>
      {looks.map((k) => (
        <i key={`look ${k}`} className="tl-look" style={{ left: left(k) }} />
      ))}
      {found.map((k) => (
        <i key={`found ${k}`} className="tl-found" style={{ left: left(k) }} />
      ))}
    </>
  );
}

interface Props {
  readonly scene: SceneLog | null;
  readonly axis: TimeAxis | null;
  readonly track: Track | null;
  readonly sizes: { readonly names: number; readonly font: string } | null;
}

export function Overview({ scene, axis, track, sizes }: Props): ReactNode {
  const t = useT();
  const { clock, panelSteps } = useApp();
  const brushed = useRef<SVGGElement>(null);
  const here = useRef<HTMLElement>(null);
  useEffect(() => {
    const node = brushed.current;
    if (node === null || axis === null || track === null) return;
    const { width } = axis;
    const brush = brushX<unknown>()
      .extent([
        [0, 0],
        [width, HEIGHT],
      ])
      .on('brush end', (event: { selection: [number, number] | null; sourceEvent: unknown; type: string }) => {
        if (event.sourceEvent == null) return;
        if (event.selection !== null) track.show(...event.selection);
        else if (event.type === 'end') track.whole();
      });
    const selected = select<SVGGElement, unknown>(node).call(brush);
    // What d3 makes of it is for the pointer; keys zoom and pan.
    const shown = (): void => {
      const { k, shift } = track.window();
      const [from, to] = [-shift / k, (width - shift) / k];
      const spare = Math.max(0, NARROW - (to - from)) / 2;
      brush.move(selected, [Math.max(0, from - spare), Math.min(width, to + spare)]);
      node.toggleAttribute('data-whole', k <= 1.0001);
    };
    shown();
    const stop = track.onChange(shown);
    const place = (): void => {
      if (here.current) here.current.style.left = `${(axis.at(panelSteps[0].get(), 1) / width) * 100}%`;
    };
    place();
    const stopSteps = panelSteps[0].subscribe(place);
    void clock;
    return () => {
      stop();
      stopSteps();
      selected.on('.brush', null);
    };
  }, [axis, track, clock, panelSteps]);
  const label = scene === null ? '' : t('timeline.whole', { n: scene.used - scene.startSeq });
  return (
    <>
      <span className="tl-name tl-whole" title={label}>
        {sizes !== null && fittingName(label, sizes.names - 18, sizes.font)}
      </span>
      <div className="tl-overview" role="img" aria-label={t('timeline.brush')}>
        <svg height={HEIGHT} width="100%" aria-hidden="true">
          {scene !== null && axis !== null && <Bars axis={axis} steps={scene.steps} />}
          <g ref={brushed} />
        </svg>
        {scene !== null && axis !== null && <Marks scene={scene} axis={axis} />}
        <i className="tl-here" ref={here} />
      </div>
    </>
  );
}
