/** Inspector: the registers of what is selected, each bit field named, and editable while the scene stands still. */
import './inspector-texts.ts';
import './inspector.css';
import { useMemo } from 'react';
import { hex, hex64 } from '../../base/numbers.ts';
import { addressOf, type MachineView, type RegisterRef, readWord, routesOf } from '../../engine/view/machine-view.ts';
import { BLOCK_OF } from '../../engine/view/tables.ts';
import { messagesOf } from '../../spec/messages.ts';
import { CHIP } from '../../spec/names.ts';
import type { Selection } from '../../store/types.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Fold } from '../kit/fold.tsx';
import { Panel } from '../kit/panel.tsx';
import { componentName } from '../shared/component-name.ts';
import { numberText, partAddresses, reading, wordsAtAddresses } from '../shared/read-register.ts';
import { registerName } from '../shared/register-name.ts';
import { isQuiet, registersOf } from '../shared/register-table.ts';
import { RouteEntryTable } from '../shared/route-entry.tsx';
import { type Translate, useLang, useT } from '../shared/use-t.ts';
import { RegisterDetail } from './register-detail.tsx';
import { registerDoc } from './register-doc.ts';
import { WholeMachine } from './whole-machine.tsx';

/** The panel. */
export function Inspector() {
  const { actions } = useApp();
  const t = useT();
  const lang = useLang();
  const view = useStore((state) => state.view);
  const selected = useStore((state) => state.ui.selected);
  if (view === null || selected === null) {
    return (
      <Panel className="inspector" title={t('insp.panel')}>
        <p className="insp-none">{t('insp.none')}</p>
        {view !== null && <WholeMachine view={view} t={t} />}
      </Panel>
    );
  }
  const name = componentName(lang, view.config, selected.kind, selected.index);
  const whole = (
    <button type="button" className="btn" onClick={() => actions.select(null)}>
      {t('insp.whole')}
    </button>
  );
  const all = (
    <button
      type="button"
      className="btn"
      onClick={() => actions.select({ kind: selected.kind, index: selected.index })}
    >
      {t('insp.all', { name })}
    </button>
  );
  return (
    <Panel
      className="inspector"
      title={`${t('insp.panel')} · ${name}`}
      aside={selected.register === undefined ? whole : all}
    >
      {selected.gsi !== undefined && <Entries view={view} gsi={selected.gsi} t={t} />}
      {selected.register === undefined ? (
        <RegisterList view={view} selected={selected} t={t} />
      ) : (
        <RegisterDetail
          key={`${selected.kind}${selected.index}.${selected.register}.${selected.sub ?? 0}`}
          view={view}
          at={{ kind: selected.kind, index: selected.index, register: selected.register, sub: selected.sub ?? 0 }}
          vector={selected.vector}
          t={t}
        />
      )}
      {selected.kind === 'vm' && <Routes view={view} t={t} />}
    </Panel>
  );
}

/** Registers of a component; one that there is several of (an RTE a pin) is a line each. */
function refsOf(view: MachineView, selected: Selection): RegisterRef[] {
  const block = BLOCK_OF[selected.kind];
  return registersOf(selected.kind).flatMap((register) => {
    const first: RegisterRef = { kind: selected.kind, index: selected.index, register, sub: 0 };
    const how = reading(view, first);
    if (how.as === 'high' || (how.as === 'bits' && how.parts[0] !== register)) return [];
    if (how.as === 'vectors') return [first];
    const count = block.names.filter((name) => name === register).length;
    // An MSI-X entry is an address (two words), data and control; a device without MSI-X has none.
    if (register === 'msixTable') {
      const device = view.config.devices?.[selected.index];
      const entries = device === undefined ? 0 : messagesOf(device);
      return Array.from({ length: entries * 4 }, (_, sub) => ({ ...first, sub })).filter(({ sub }) => (sub & 3) !== 1);
    }
    if (register === 'irte') {
      return [0, 4, 8, 12]
        .map((sub) => ({ ...first, sub }))
        .filter((ref) => readWord(view, ref.kind, ref.index, 'irte', ref.sub) !== 0);
    }
    return Array.from({ length: count }, (_, sub) => ({ ...first, sub }));
  });
}

/** A register's value in one short text. */
function valueText(view: MachineView, ref: RegisterRef, t: Translate): string {
  const how = reading(view, ref);
  const address = addressOf(view.wordMap, ref.kind, ref.index, ref.register, ref.sub);
  const word = view.w[address] >>> 0;
  if (how.as === 'bits') {
    const [lo = 0, hi = 0, ...more] = wordsAtAddresses(view.w, partAddresses(view, ref, how.parts));
    return more.length === 0 ? hex64(lo, hi) : `${hex64(lo, hi)}…`;
  }
  if (how.as === 'vectors') {
    let count = 0;
    for (let i = 0; i < 8; i++) {
      for (let bits = view.w[address + i]; bits !== 0; bits &= bits - 1) count++;
    }
    return t('insp.vectors', { n: count });
  }
  if (how.as === 'high') return hex(word);
  return numberText(word, how.shape, how.labels, how.shape === 'ns' ? view.w[address + 1] : 0);
}

interface ListProps {
  readonly view: MachineView;
  readonly selected: Selection;
  readonly t: Translate;
}

function RegisterList({ view, selected, t }: ListProps) {
  const { actions } = useApp();
  const refs = useMemo(() => refsOf(view, selected), [view, selected]);
  const row = (ref: RegisterRef) => (
    <li key={`${ref.register} ${ref.sub}`}>
      <button type="button" onClick={() => actions.select(ref)}>
        <span data-doc={registerDoc(view, ref)}>{registerName(ref, view.config)}</span>
        <span className="insp-value">{valueText(view, ref, t)}</span>
      </button>
    </li>
  );
  const quiet = refs.filter((ref) => isQuiet(ref.kind, ref.register));
  return (
    <>
      <ul className="insp-list">{refs.filter((ref) => !isQuiet(ref.kind, ref.register)).map(row)}</ul>
      {quiet.length > 0 && (
        <Fold className="insp-quiet" title={t('insp.bookkeeping', { n: quiet.length })}>
          <ul className="insp-list">{quiet.map(row)}</ul>
        </Fold>
      )}
    </>
  );
}

/** What a GSI leads to: its entries of the table in force, whole. */
function Entries({ view, gsi, t }: { view: MachineView; gsi: number; t: Translate }) {
  const entries = routesOf(view)?.byGsi[gsi] ?? [];
  return (
    <section>
      <h3>
        GSI {gsi} · <code>kvm_kernel_irq_routing_entry</code>
      </h3>
      {entries.length === 0 && <p className="insp-none">{t('stage.route.none')}</p>}
      {entries.map((entry) => (
        <RouteEntryTable key={`${entry.chip} ${entry.pin}`} entry={entry} view={view} t={t} />
      ))}
    </section>
  );
}

/** The GSI routing table in force: not words of the machine, but what user space gave it. */
function Routes({ view, t }: { view: MachineView; t: Translate }) {
  const entries = routesOf(view)?.entries ?? [];
  const target = (e: (typeof entries)[number]): string => {
    if (e.chip === CHIP.msi) return `MSI ${hex64(e.addrLo, e.addrHi)} ${hex(e.data)}`;
    return `${e.chip === CHIP.ioapic ? 'IOAPIC' : 'PIC'} ${e.pin}`;
  };
  return (
    <section>
      <h3>{t('insp.routes', { n: entries.length })}</h3>
      <ul className="insp-list insp-routes">
        {entries.map((e) => (
          <li key={`${e.gsi} ${e.chip} ${e.pin}`}>
            GSI {e.gsi} → {target(e)}
          </li>
        ))}
      </ul>
    </section>
  );
}
