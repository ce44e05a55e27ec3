/** Registers a person keeps an eye on: now, at a moment that was marked, who wrote each last; and all of it as text. */
import { type ReactNode, useMemo } from 'react';
import { hex, hex64 } from '../../base/numbers.ts';
import { addressOf, type MachineView, type RegisterRef, vectorsIn } from '../../engine/view/machine-view.ts';
import type { Lang } from '../../i18n/index.ts';
import { lastWriter } from '../../log/last-writer.ts';
import { seqAt } from '../../log/steps.ts';
import { ARRIVE } from '../../scene/advance.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { componentName } from '../shared/component-name.ts';
import { partAddresses, reading, wordsAtAddresses } from '../shared/read-register.ts';
import { registerName } from '../shared/register-name.ts';
import { useLang, useT } from '../shared/use-t.ts';

/** Most registers watched. */
const MOST = 20;

const keyOf = ({ kind, index, register, sub }: RegisterRef): string => `${kind}:${index}.${register}[${sub}]`;

function addressesOf(view: MachineView, ref: RegisterRef): number[] {
  const how = reading(view, ref);
  if (how.as === 'bits') return partAddresses(view, ref, how.parts);
  const first = addressOf(view.wordMap, ref.kind, ref.index, ref.register, ref.sub);
  return how.as === 'vectors' ? Array.from({ length: 8 }, (_, i) => first - ref.sub + i) : [first];
}

/** "0x100000000008034", or the vectors of a set. */
function registerText(view: MachineView, ref: RegisterRef): string {
  const addresses = addressesOf(view, ref);
  if (reading(view, ref).as === 'vectors')
    return (
      vectorsIn(view.w, addresses[0] ?? 0)
        .map(hex)
        .join(' ') || '–'
    );
  const [lo = 0, hi = 0] = wordsAtAddresses(view.w, addresses);
  return hex64(lo, hi);
}

const nameOf = (lang: Lang, view: MachineView, ref: RegisterRef): string =>
  `${componentName(lang, view.config, ref.kind, ref.index)} · ${registerName(ref, view.config)}`;

export function Watch(): ReactNode {
  const t = useT();
  const lang = useLang();
  const { store, actions } = useApp();
  const scene = useStore((s) => s.scene);
  const view = useStore((s) => s.view);
  const playhead = useStore((s) => s.playhead);
  const selected = useStore((s) => s.ui.selected);
  const watched = useStore((s) => s.watched);
  const mark = useStore((s) => s.mark);
  const before = useMemo(
    () => (scene === null || mark === null ? null : viewAt(scene, { step: mark, phase: 1 })),
    [scene, mark],
  );
  if (scene === null || view === null) return null;
  const { step } = playhead;
  const seq = seqAt(scene, step, playhead.phase >= ARRIVE);
  // Of another machine: it may not have that vCPU.
  const shown = watched.filter(
    ({ kind, index }) => !['lapic', 'vcpu', 'piDesc', 'vmcs'].includes(kind) || index < view.wordMap.vcpus,
  );
  const ref: RegisterRef | null =
    selected?.register === undefined
      ? null
      : { kind: selected.kind, index: selected.index, register: selected.register, sub: selected.sub ?? 0 };
  const add = (): void => {
    if (ref !== null && !watched.some((one) => keyOf(one) === keyOf(ref)))
      store.setState({ watched: [...watched, ref].slice(-MOST) });
  };
  const asText = (): string =>
    [
      t('watch.moment', { n: step + 1 }),
      ...shown.map((one) => {
        const then = before === null ? '' : ` (${t('watch.was')} ${registerText(before, one)})`;
        return `${nameOf(lang, view, one)} = ${registerText(view, one)}${then}`;
      }),
    ].join('\n');
  return (
    <>
      <div className="rd-row">
        <button type="button" className="btn" disabled={ref === null} onClick={add}>
          {ref === null ? t('watch.pick') : t('watch.add', { what: nameOf(lang, view, ref) })}
        </button>
        <button
          type="button"
          className="btn"
          aria-pressed={mark === step}
          onClick={() => store.setState({ mark: mark === step ? null : step })}
        >
          {t(mark === step ? 'watch.unmark' : 'watch.mark')}
        </button>
      </div>
      {shown.length > 0 && (
        <table className="rd-watch">
          <thead>
            <tr>
              <th scope="col">{t('watch.register')}</th>
              {mark !== null && <th scope="col">{t('watch.at', { n: mark + 1 })}</th>}
              <th scope="col">{t('watch.now')}</th>
              <th scope="col">{t('watch.last')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const now = registerText(view, one);
              const then = before === null ? null : registerText(before, one);
              const writer = lastWriter(scene, addressesOf(view, one), seq);
              const name = nameOf(lang, view, one);
              return (
                <tr key={keyOf(one)} data-differs={then !== null && then !== now}>
                  <th scope="row">
                    {name}{' '}
                    <button
                      type="button"
                      className="btn"
                      aria-label={t('watch.drop', { what: name })}
                      onClick={() => store.setState({ watched: watched.filter((other) => other !== one) })}
                    >
                      ×
                    </button>
                  </th>
                  {then !== null && <td>{then}</td>}
                  <td>{now}</td>
                  <td>
                    {writer === undefined ? (
                      '–'
                    ) : (
                      <button type="button" className="btn" onClick={() => actions.seekStep(writer.index)}>
                        {t('watch.step', { n: writer.index + 1 })}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {shown.length > 0 && (
        <label className="rd-text">
          {t('watch.text')}
          <textarea readOnly rows={Math.min(6, shown.length + 1)} value={asText()} onFocus={(e) => e.target.select()} />
        </label>
      )}
    </>
  );
}
