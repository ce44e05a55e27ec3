/** What each side cost, so far and in all, and the difference. */
import { Fragment, type ReactNode, useMemo } from 'react';
import { COUNTED, type Totals, totalsOf } from '../../log/totals.ts';
import { EXIT_NAMES } from '../../spec/exits.ts';
import type { Sides } from '../../store/compare/run-sides.ts';
import type { Translate } from '../shared/use-t.ts';

/** Rows that stand there even where both sides have none. */
const ALWAYS: ReadonlySet<string> = new Set(['steps', 'exits', 'injected', 'posted', 'notify', 'kicks']);

interface Line {
  readonly key: string;
  readonly name: string;
  readonly part: boolean;
  readonly left: Cell;
  readonly right: Cell;
}

interface Cell {
  readonly soFar: number | null;
  readonly total: number | null;
}

interface Both {
  readonly soFar: Totals;
  readonly total: Totals;
}

const cell = (both: Both, read: (totals: Totals) => number | null): Cell => ({
  soFar: read(both.soFar),
  total: read(both.total),
});

function linesOf(left: Both, right: Both, t: Translate): Line[] {
  const line = (key: string, name: string, part: boolean, read: (totals: Totals) => number | null): Line => ({
    key,
    name,
    part,
    left: cell(left, read),
    right: cell(right, read),
  });
  const reasons = [...new Set([...left.total.exits.keys(), ...right.total.exits.keys()])].sort((a, b) => a - b);
  return COUNTED.flatMap((counted) => {
    const whole = line(counted, t(`cmp.row.${counted}`), false, (totals) => totals.count[counted]);
    if (!ALWAYS.has(counted) && whole.left.total === 0 && whole.right.total === 0) return [];
    if (counted !== 'exits') return [whole];
    const parts = reasons.map((reason) =>
      line(
        `exit ${reason}`,
        EXIT_NAMES[reason] ?? t('cmp.exit', { n: reason }),
        true,
        (totals) => totals.exits.get(reason) ?? 0,
      ),
    );
    return [whole, ...parts];
  });
}

const signed = (n: number): string => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : '0');

interface TableProps {
  readonly sides: Sides;
  /** Step at each side's playhead. */
  readonly steps: readonly [number, number];
  /** What each side is. */
  readonly names: readonly [string, string];
  readonly t: Translate;
}

export function TotalsTable({ sides, steps, names, t }: TableProps): ReactNode {
  const { left, right } = sides;
  const [a, b] = steps;
  const leftTotal = useMemo(() => totalsOf(left.scene), [left]);
  const rightTotal = useMemo(() => totalsOf(right.scene), [right]);
  const leftSoFar = useMemo(() => totalsOf(left.scene, a), [left, a]);
  const rightSoFar = useMemo(() => totalsOf(right.scene, b), [right, b]);
  const lines = useMemo(
    () => linesOf({ soFar: leftSoFar, total: leftTotal }, { soFar: rightSoFar, total: rightTotal }, t),
    [leftSoFar, leftTotal, rightSoFar, rightTotal, t],
  );
  const ns = (n: number | null): string => (n === null ? t('cmp.none') : t('cmp.ns', { n }));
  const [leftNs, rightNs] = [leftTotal.toHandler, rightTotal.toHandler];
  const nsDiff = leftNs === null || rightNs === null ? null : rightNs - leftNs;
  return (
    <div className="cmp-table">
      <table>
        <caption className="caps">
          {t('cmp.table')} <small>{t('cmp.soFar')}</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('cmp.what')}</th>
            <th scope="col">
              <small>{t('cmp.left')}</small> <span>{names[0]}</span>
            </th>
            <th scope="col">
              <small>{t('cmp.right')}</small> <span>{names[1]}</span>
            </th>
            <th scope="col">{t('cmp.diff')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, name, part, left: l, right: r }) => (
            <tr key={key} data-part={part}>
              <th scope="row">{part ? <Breakable name={name} /> : name}</th>
              <Count cell={l} />
              <Count cell={r} />
              <Difference n={(r.total ?? 0) - (l.total ?? 0)} />
            </tr>
          ))}
          <tr>
            <th scope="row">{t('cmp.row.toHandler')}</th>
            <td>{ns(leftNs)}</td>
            <td>{ns(rightNs)}</td>
            <td data-zero={nsDiff === 0 || nsDiff === null}>
              {nsDiff === null ? '–' : t('cmp.ns', { n: signed(nsDiff) })}
            </td>
          </tr>
        </tbody>
      </table>
      <p className="cmp-dim">{t('cmp.note')}</p>
    </div>
  );
}

/** A_NAME_OF_THE_KERNEL may go on in the next line after each part. */
function Breakable({ name }: { name: string }): ReactNode {
  return name.split('_').map((part, i) => (
    <Fragment key={`${part} ${name.length}`}>
      {i > 0 && (
        <>
          _<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

function Count({ cell: { soFar, total } }: { cell: Cell }): ReactNode {
  return (
    <td data-zero={total === 0}>
      {soFar}
      <span className="cmp-of"> / {total}</span>
    </td>
  );
}

function Difference({ n }: { n: number }): ReactNode {
  return <td data-zero={n === 0}>{signed(n)}</td>;
}
