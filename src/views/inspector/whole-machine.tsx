/** Tables of the whole machine at the moment that is shown; a row leads to its registers, and all of it is there as text. */
import { type ReactNode, useState } from 'react';
import type { MachineView } from '../../engine/view/machine-view.ts';
import { hasText } from '../../i18n/index.ts';
import { useApp } from '../../store/use-app.ts';
import { Fold } from '../kit/fold.tsx';
import type { Translate } from '../shared/use-t.ts';
import { type MachineTable, machineTables, tableText } from './machine-tables.ts';

export function WholeMachine({ view, t }: { readonly view: MachineView; readonly t: Translate }): ReactNode {
  const tables = machineTables(view);
  const [said, setSaid] = useState<'insp.copied' | 'insp.notCopied' | null>(null);
  const copy = async (): Promise<void> => {
    const text = tables.map(tableText).join('\n\n');
    setSaid(
      await navigator.clipboard.writeText(text).then(
        () => 'insp.copied' as const,
        () => 'insp.notCopied' as const,
      ),
    );
  };
  return (
    <>
      {tables.map((table) => (
        <Fold
          key={table.title}
          className="insp-machine"
          title={`${headText(table.title, t)} · ${table.rows.length}`}
          open
        >
          <Rows table={table} t={t} />
        </Fold>
      ))}
      <p>
        <button type="button" className="btn" onClick={() => void copy()}>
          {t('insp.copyTables')}
        </button>{' '}
        <span role="status">{said !== null && t(said)}</span>
      </p>
      {said === 'insp.notCopied' && (
        <textarea
          className="insp-copy"
          readOnly
          rows={8}
          aria-label={t('insp.copyTables')}
          value={tables.map(tableText).join('\n\n')}
          onFocus={(event) => event.target.select()}
        />
      )}
    </>
  );
}

/** A head that is a word is one of the language; the name of a register is as it is. */
function headText(name: string, t: Translate): string {
  const key = `insp.head.${name}`;
  return hasText(key) ? t(key) : name;
}

/** So is a cell: level or edge, logical, master or slave. Numbers and KVM's own names are as they are. */
const cellText = (cell: string, t: Translate): string =>
  cell
    .split(' ')
    .map((word) => (hasText(word) ? t(word) : word))
    .join(' ');

function Rows({ table: { title, head, rows }, t }: { readonly table: MachineTable; readonly t: Translate }): ReactNode {
  const { actions } = useApp();
  return (
    <table className="insp-table">
      <caption className="visually-hidden">{headText(title, t)}</caption>
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {headText(name, t)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ at, cells: [name = '', ...cells] }) => (
          <tr key={name}>
            <th scope="row">
              <button
                type="button"
                className="insp-link"
                aria-label={`${headText(title, t)} ${cellText(name, t)}`}
                onClick={() => actions.select(at)}
              >
                {cellText(name, t)}
              </button>
            </th>
            {cells.map((cell, i) => (
              <td key={head[i + 1]}>{cellText(cell, t)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
