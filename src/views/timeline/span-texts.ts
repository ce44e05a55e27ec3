/** Names of lanes, and what is written in their spans: the whole first, then what may stand for it where there is less room. */
import { hex, nanoseconds } from '../../base/numbers.ts';
import type { Lane, Span } from '../../log/lanes.ts';
import type { SceneLog } from '../../log/log.ts';
import type { Piece } from '../../log/ways.ts';
import { MAP_ROW, type TimelineRow } from '../../scene/lane-groups.ts';
import { placeWhereBegun } from '../../scene/under-way.ts';
import { sourceName } from '../shared/source-name.ts';
import type { Translate } from '../shared/use-t.ts';

function laneName(t: Translate, { kind, index }: Lane, { config }: SceneLog): string {
  switch (kind) {
    case 'line':
      return t('timeline.lane.line', { device: config.devices?.[index]?.id ?? index });
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

export function rowName(t: Translate, row: TimelineRow, scene: SceneLog): string {
  const { way, lane, name, folded, count, index } = row;
  if (way !== null) {
    const source = sourceName(scene, placeWhereBegun(scene, way.journeys[0]), t);
    // Held, lost, or of a mode that has none: nothing of it ever had a vector.
    return way.vector < 0 ? t('timeline.way.noVector', { source }) : `${source} ${hex(way.vector)}`;
  }
  if (name === 'others') {
    if (folded === null) return `vCPU ${index}–${index + MAP_ROW - 1}`;
    return t(folded ? 'timeline.group.othersFolded' : 'timeline.group.others', { n: count });
  }
  if (lane !== null) return laneName(t, lane, scene);
  if (name === 'vcpu') return t('timeline.lane.vcpu', { vcpu: index });
  return t(`timeline.group.${name}`, { n: count });
}

/** What of a lane is a wait when time goes by. */
const WAITS: ReadonlySet<Span['text']['kind']> = new Set([
  'pending',
  'masked',
  'requested',
  'vectors',
  'posted',
  'outstanding',
]);

/** Whether a span is hatched. @param kind of its lane  @param ns how long it lasts */
export const isWait = (kind: Lane['kind'], { text }: Span, ns: number): boolean =>
  ns > 0 && WAITS.has(text.kind) && kind !== 'isr' && kind !== 'pic';

/** @param wait its length, where it waits */
export function spanTexts(t: Translate, kind: Lane['kind'], { text }: Span, wait: number | null): readonly string[] {
  const [whole, short] = stateTexts(t, kind, text);
  if (wait === null) return short === undefined ? [whole] : [whole, short];
  const long = t('timeline.waits', { time: nanoseconds(wait) });
  return [`${whole} · ${long}`, ...(short === undefined ? [] : [`${short} · ${long}`]), long, nanoseconds(wait)];
}

function stateTexts(t: Translate, kind: Lane['kind'], text: Span['text']): readonly [string, string?] {
  switch (text.kind) {
    case 'vectors': {
      const vector = hex(text.vector);
      if (text.more > 0) return [t('timeline.span.vectors', { vector, more: text.more }), vector];
      return kind === 'isr' ? [`${vector} ${t('timeline.span.inService')}`, vector] : [vector];
    }
    case 'runs':
      return [`vCPU ${text.vcpu}`, String(text.vcpu)];
    case 'posted': {
      const vector = hex(text.vector);
      const some = text.more === 0 ? vector : t('timeline.span.vectors', { vector, more: text.more });
      return [`PIR ${some}${text.on ? ' · ON' : ''}`, vector];
    }
    case 'handler':
      return [t('timeline.span.handler', { vector: hex(text.vector) }), hex(text.vector)];
    case 'remoteIrr':
      return [t('timeline.span.remoteIrr'), '1'];
    default:
      return [t(`timeline.span.${text.kind}`)];
  }
}

/** @param ns how long it lasts */
export function pieceTexts(t: Translate, kind: Piece['kind'], ns: number): readonly string[] {
  const time = nanoseconds(ns);
  switch (kind) {
    case 'moves':
      return [t('timeline.way.moves')];
    case 'again':
      return [t('timeline.way.again'), t('timeline.way.againShort')];
    case 'serves':
      return [t('timeline.way.serves', { time }), t('timeline.way.servesShort'), time];
    case 'waits':
    case 'pends':
      return ns > 0 ? [t('timeline.waits', { time }), time] : [t('timeline.way.pends')];
  }
}
