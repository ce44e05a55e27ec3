/** Roads and buses: where the access at the playhead goes, who answers on KVM's buses, what each GSI leads to. */
import './roads-texts.ts';
import './roads.css';
import '../now/late-rows.ts';
import { useMemo, useState } from 'react';
import { routesOf } from '../../engine/view/machine-view.ts';
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
import { RoadView } from './road.tsx';
import { Routes } from './routes.tsx';

const TABS = ['road', 'buses', 'routes'] as const;

/** The panel. */
export function Roads() {
  const t = useT();
  const [tab, setTab] = useState<(typeof TABS)[number]>('road');
  const scene = useShownScene();
  const at = usePanelStep();
  const table = useStore(({ view }) => (view === null ? null : routesOf(view)));
  const { road, buses } = useMemo(() => {
    if (scene === null) return { road: null, buses: [] };
    const until = seqAt(scene, at, true);
    const step = scene.steps.get(at);
    return { road: step === undefined ? null : roadAt(scene, step.seq, until), buses: busesAt(scene, until) };
  }, [scene, at]);
  const taker = road?.parts.findLast((part) => part.taker !== null)?.taker ?? null;
  const names = { road: t('roads.tab.road'), buses: t('roads.tab.buses'), routes: t('roads.tab.routes') };
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
        {tab !== 'routes' && scene !== null && (
          <div className="roads-table" data-beside={tab === 'road'}>
            <BusTable scene={scene} buses={buses} taker={taker} lapics={irqchipOf(scene) !== 'none'} t={t} />
          </div>
        )}
      </div>
      {tab === 'routes' && table !== null && <Routes table={table} t={t} />}
    </Panel>
  );
}
