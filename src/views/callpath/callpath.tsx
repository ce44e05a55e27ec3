/** The kernel's way to this step: functions, files, tracepoint and manual, by kernel version. */
import '../now/now-texts.ts';
import './callpath.css';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { callChain, footOf, type Link } from '../../explain/calls.ts';
import { versionOf } from '../../explain/kernel-version.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { stepAtSeq } from '../../log/steps.ts';
import { citation } from '../../spec/citations.ts';
import { differencesIn } from '../../spec/differs.ts';
import { eventSource } from '../../spec/events/sources.ts';
import { KERNEL_VERSIONS, type KernelVersion, sourceUrl } from '../../spec/kernel/functions.ts';
import { useApp } from '../../store/use-app.ts';
import { Panel } from '../kit/panel.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { Differs } from '../shared/differs.tsx';
import { inPlaces } from '../shared/in-places.ts';
import { AFTER_STAGE, useLateStep } from '../shared/late-step.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { type Translate, useT } from '../shared/use-t.ts';

/** The panel. */
export function CallPath() {
  const t = useT();
  const [asked, setVersion] = useState<KernelVersion>();
  const scene = useShownScene();
  const version = asked ?? versionOf(scene);
  const at = useLateStep(4, AFTER_STAGE + 1);
  const step = scene?.steps.get(at);
  const versions = useMemo(
    () => <Segmented label={t('call.version')} options={KERNEL_VERSIONS} value={version} onValue={setVersion} />,
    [t, version],
  );
  return (
    <Panel className="callpath" title={t('call.panel')} aside={versions}>
      {scene !== null && step !== undefined ? (
        <Chain scene={scene} step={step} version={version} t={t} />
      ) : (
        <p className="callpath-none">{t('call.none')}</p>
      )}
    </Panel>
  );
}

interface ChainProps {
  readonly scene: SceneLog;
  readonly step: Step;
  readonly version: KernelVersion;
  readonly t: Translate;
}

/** Room below the function that is shown, px: the shade of what goes on lies there. */
const BELOW = 20;

function Chain({ scene, step, version, t }: ChainProps) {
  const links = useMemo(() => callChain(scene, step, version), [scene, step, version]);
  const list = useRef<HTMLOListElement>(null);
  // Where the panel scrolls, what the step is about is in sight: the end of the way, and its beginning where both fit.
  useLayoutEffect(() => {
    const box = list.current?.parentElement;
    const end = list.current?.lastElementChild;
    if (links.length === 0 || box == null || end == null || box.scrollHeight <= box.clientHeight) return;
    const below = end.getBoundingClientRect().bottom + BELOW - box.getBoundingClientRect().bottom;
    box.scrollTop = Math.max(0, box.scrollTop + below);
  }, [links]);
  const last = links.at(-1);
  const { cite } = eventSource(step.name);
  const { absent, outside, trace } = footOf(links, step.name);
  return (
    <>
      <ol className="callpath-chain" ref={list}>
        {inPlaces(links).map(({ one: link, place }) => (
          <li key={place} data-reached={link.reached}>
            <FunctionChip link={link} current={place === links.length - 1} version={version} scene={scene} t={t} />
          </li>
        ))}
      </ol>
      <Differs ids={last === undefined ? [] : differencesIn(last.name)} />
      <p className="callpath-foot">
        {last?.file != null && (
          <a href={sourceUrl(version, last.file)} target="_blank" rel="noopener">
            {last.file}
          </a>
        )}
        {absent !== null && <span>{t('call.absent', { fn: absent, version })}</span>}
        {outside && <span>{t('call.notKernel')}</span>}
        {trace !== null && <span>{t('call.trace', { trace })}</span>}
        {cite !== null && (
          <span>
            {citation(cite).manual}, “{citation(cite).section}”
          </span>
        )}
      </p>
    </>
  );
}

interface FunctionProps {
  readonly link: Link;
  readonly current: boolean;
  readonly version: KernelVersion;
  readonly scene: SceneLog;
  readonly t: Translate;
}

/** A function opens its source; an event on the way can be gone back to. */
function FunctionChip({ link, current, version, scene, t }: FunctionProps) {
  const { actions } = useApp();
  const { seq } = link;
  const back = !current && seq !== null ? stepAtSeq(scene.steps, seq) : -1;
  return (
    <span
      className="chip chip-mono callpath-chip"
      data-event={link.event !== null}
      data-kernel={link.id !== null}
      aria-current={current ? 'step' : undefined}
    >
      {link.id !== null && link.file !== null ? (
        <a href={sourceUrl(version, link.file, link.name)} target="_blank" rel="noopener" title={link.file}>
          {link.name}
        </a>
      ) : (
        <span>{link.id === null && link.event !== null ? t(`event.${link.event}.title`) : link.name}</span>
      )}
      {back >= 0 && scene.steps.get(back)?.seq === seq && (
        <button
          type="button"
          title={t('call.goTo', { n: back + 1 })}
          aria-label={t('call.goTo', { n: back + 1 })}
          onClick={() => actions.seekStep(back)}
        >
          {back + 1}
        </button>
      )}
    </span>
  );
}
