/**
 * Roads and buses: where the access at the playhead goes, who answers on KVM's buses, the eventfds in and out,
 * what each GSI leads to.
 */
import './roads-texts.ts';
import './roads.css';
import '../now/late-rows.ts';
import { useMemo, useState } from 'react';
import { routesOf } from '../../engine/view/machine-view.ts';
import { bellsAt, doorbellsOf } from '../../explain/doorbells.ts';
import { roadAt } from '../../explain/road.ts';
import { busesAt } from '../../log/buses.ts';
import { irqchipOf } from '../../log/irqchip.ts';
import { seqAt } from '../../log/steps.ts';
import { usePanelStep, useStore } from '../../store/use-app.ts';
import { Panel } from '../kit/panel.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { useT } from '../shared/use-t.ts';
import { BusTable } from './buses.tsx';
import { Doorbells } from './doorbells.tsx';
import { PortRoads } from './port-roads.tsx';
import { RoadView } from './road.tsx';
import { Routes } from './routes.tsx';

const TABS = ['road', 'buses', 'doorbells', 'routes'] as const;

/** The panel. */
export function Roads() {
  const t = useT();
  const [tab, setTab] = useState<(typeof TABS)[number]>('road');
  const scene = useShownScene();
  const at = usePanelStep(2);
  const view = useStore((state) => state.view);
  const { road, buses } = useMemo(() => {
    if (scene === null) return { road: null, buses: [] };
    const until = seqAt(scene, at, true);
    const step = scene.steps.get(at);
    return { road: step === undefined ? null : roadAt(scene, step.seq, until), buses: busesAt(scene, until) };
  }, [scene, at]);
  const gsi = scene?.steps.get(at)?.args as { readonly gsi?: number } | undefined;
  const doorbells = useMemo(() => {
    if (tab !== 'doorbells' || scene === null || view === null) return null;
    const until = seqAt(scene, at, true);
    return { ways: doorbellsOf(scene, view, until), bells: bellsAt(scene, until) };
  }, [tab, scene, view, at]);
  const lookup = road?.parts.findLast((part) => part.lookup !== null)?.lookup ?? null;
  const taker = road?.parts.findLast((part) => part.taker !== null)?.taker ?? null;
  const names = {
    road: t('roads.tab.road'),
    buses: t('roads.tab.buses'),
    doorbells: t('roads.tab.doorbells'),
    routes: t('roads.tab.routes'),
  };
  return (
    <Panel
      className="roads"
      title={t('roads.panel')}
      aside={
        <Segmented
          label={t('roads.panel')}
          options={TABS}
          value={tab}
          onValue={setTab}
          nameOf={(name) => names[name]}
        />
      }
    >
      {/* Where there is room the table stands beside the road, and the one answers from the other. */}
      <div className="roads-both">
        {tab === 'road' &&
          (road === null ? <p className="road-none">{t('roads.none')}</p> : <RoadView road={road} t={t} />)}
        {(tab === 'road' || tab === 'buses') && scene !== null && (
          <div className="roads-table" data-beside={tab === 'road'}>
            <BusTable
              scene={scene}
              buses={buses}
              taker={taker}
              lookup={lookup}
              lapics={irqchipOf(scene) !== 'none'}
              t={t}
            />
          </div>
        )}
      </div>
      {tab === 'road' && road?.kind === 'pio' && (
        <PortRoads road={road} amd={view?.config.vendor === 'amd'} kernel={view?.config.kernel ?? '6.18'} t={t} />
      )}
      {tab === 'doorbells' && doorbells !== null && view !== null && (
        <Doorbells ways={doorbells.ways} bells={doorbells.bells} config={view.config} t={t} />
      )}
      {tab === 'routes' && view !== null && <Routes table={routesOf(view)} view={view} lit={gsi?.gsi ?? -1} t={t} />}
    </Panel>
  );
}
