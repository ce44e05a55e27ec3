/** Who sits on which bus at the playhead, in the order in which KVM searches them. */

import { firstRange } from '../../engine/view/io-ranges.ts';
import type { BusLookup } from '../../explain/road.ts';
import type { Buses, Registered } from '../../log/buses.ts';
import type { SceneLog } from '../../log/log.ts';
import { stepAtSeq } from '../../log/steps.ts';
import { BUS, IODEVS, KVM_BUSES } from '../../spec/iodevs.ts';
import { useApp } from '../../store/use-app.ts';
import type { Translate } from '../shared/use-t.ts';
import { iodevLabel } from './iodev-label.ts';
import { rangeText } from './range-text.ts';

/** A turn of the binary search, or of the walk back from its hit. */
interface Look {
  readonly turn: number;
  readonly order: number;
}

/** Which ranges of a bus the search looks at, by their place on it. */
function searchOf(ranges: readonly Registered[], { addr, size }: BusLookup): ReadonlyMap<number, readonly Look[]> {
  const looks = new Map<number, Look[]>();
  let turn = 0;
  firstRange(ranges, addr >>> 0, size, (at, order) => {
    turn++;
    looks.set(at, [...(looks.get(at) ?? []), { turn, order }]);
  });
  return looks;
}

interface RowProps {
  readonly range: Registered;
  readonly taken: boolean;
  /** Turns of the search that looked at it, from 1, with the order of the two. */
  readonly looks: readonly Look[];
  readonly scene: SceneLog;
  readonly t: Translate;
}

function Row({ range, taken, looks, scene, t }: RowProps) {
  const { actions } = useApp();
  const { by } = IODEVS[range.kind];
  const step = range.seq < scene.startSeq ? -1 : stepAtSeq(scene.steps, range.seq);
  return (
    <tr data-taken={taken} data-iodev={range.kind}>
      <th scope="row">
        {iodevLabel(range.kind, t)}
        {looks.map(({ turn, order }) => (
          <span key={turn} className="bus-look" data-turn={turn} data-order={order}>
            {t(order === 0 ? 'roads.search.holds' : order > 0 ? 'roads.search.above' : 'roads.search.below', {
              n: turn,
            })}
          </span>
        ))}
      </th>
      <td className="road-mono">{rangeText(range, t)}</td>
      <td className="road-mono">{by}</td>
      <td>
        {step >= 0 ? (
          <button type="button" className="road-link" onClick={() => actions.seekStep(step)}>
            {t('roads.bus.step', { n: step + 1 })}
          </button>
        ) : (
          t('roads.bus.start')
        )}
      </td>
    </tr>
  );
}

interface Props {
  readonly scene: SceneLog;
  readonly buses: Buses;
  /** The range that took the access at the playhead. */
  readonly taker: Registered | null;
  /** The search at the playhead. */
  readonly lookup: BusLookup | null;
  readonly lapics: boolean;
  readonly t: Translate;
}

export function BusTable({ scene, buses, taker, lookup, lapics, t }: Props) {
  const searched = lookup === null ? null : searchOf(buses[lookup.bus] ?? [], lookup);
  const isTaker = (range: Registered): boolean =>
    taker !== null && range.seq === taker.seq && range.kind === taker.kind && range.addr === taker.addr;
  return (
    <table className="road-table" aria-label={t('roads.tab.buses')}>
      {lapics && (
        <tbody>
          <tr className="road-bus">
            <th scope="rowgroup" colSpan={4}>
              {t('roads.bus.none')}
            </th>
          </tr>
          <tr data-iodev="lapic">
            <th scope="row">LAPIC</th>
            <td className="road-mono">APICBASE + 0x1000</td>
            <td className="road-mono">kvm_create_lapic</td>
            <td>{t('roads.bus.each')}</td>
          </tr>
        </tbody>
      )}
      {KVM_BUSES.map((name, bus) => (
        <tbody key={name} data-bus={name}>
          <tr className="road-bus">
            <th scope="rowgroup" colSpan={4}>
              {name}
              {bus === BUS.virtioCcwNotify && <span>{t('roads.bus.s390')}</span>}
              {bus !== BUS.virtioCcwNotify && (buses[bus] ?? []).length === 0 && <span>{t('roads.bus.empty')}</span>}
              {bus === BUS.fastMmio && (buses[bus] ?? []).length > 0 && <span>{t('roads.bus.also')}</span>}
            </th>
          </tr>
          {(buses[bus] ?? []).map((range, at) => (
            <Row
              key={`${range.kind} ${range.addr} ${range.len} ${range.seq}`}
              range={range}
              taken={isTaker(range)}
              looks={(bus === lookup?.bus ? searched?.get(at) : undefined) ?? []}
              scene={scene}
              t={t}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}
