/** "KVM differs": where it leaves the chip, said at the thing that is shown. */
import './differs-texts.ts';
import './differs.css';
import { DIFFERENCES, type DifferenceId } from '../../spec/differs.ts';
import { gapOf } from '../kit/panel.tsx';
import { useT } from './use-t.ts';

export function Differs({ ids }: { readonly ids: readonly DifferenceId[] }) {
  const t = useT();
  return ids.map((id) => (
    <span key={id} className="differs" data-differs={id}>
      <b>{t(`differs.from.${DIFFERENCES[id].from}`)}</b>
      {gapOf(t) + t(`differs.${id}`)}
    </span>
  ));
}
