/** Why APICv is off: the bits of kvm->arch.apicv_inhibit_reasons that are set, by KVM's names. */
import { readWord } from '../../engine/view/machine-view.ts';
import { inhibitNames } from '../../spec/name-lists.ts';
import { useStore } from '../../store/use-app.ts';
import { Panel } from '../kit/panel.tsx';
import { useT } from '../shared/use-t.ts';

export function Inhibits() {
  const t = useT();
  const view = useStore((s) => s.view);
  if (view === null) return null;
  const names = inhibitNames(readWord(view, 'vm', 0, 'apicvInhibits'));
  return (
    <Panel title={t('inhibits.title')}>
      {names.length === 0 ? (
        <p>{t('inhibits.none')}</p>
      ) : (
        <ul>
          {names.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
