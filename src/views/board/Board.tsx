/** The stage: cards by React at every step, tokens by the frame clock in between, both from one layout. */
import { type ReactNode, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { BLOCK_OF, COL, WRITE } from '../../engine/view/tables.ts';
import { happeningOf, litOf, locatorOf, vcpuOf } from '../../explain/locate/index.ts';
import type { Place } from '../../explain/locate/locator.ts';
import type { SceneLog } from '../../log/log.ts';
import { cellOf } from '../../log/rows.ts';
import { seqAt } from '../../log/steps.ts';
import { ARRIVE } from '../../scene/advance.ts';
import { anchorAt, placeOfStep } from '../../scene/anchors.ts';
import { beatAt, beatsOf } from '../../scene/beats.ts';
import { branchesOf, focusOf, journeyAt } from '../../scene/branches.ts';
import { colourOf, type Stage } from '../../scene/flights.ts';
import { layoutStage, type StageLayout } from '../../scene/layout.ts';
import { timingOf } from '../../scene/pace.ts';
import { type StageModel, stageModel } from '../../scene/stage-model.ts';
import { hasMap, UNFOLDED } from '../../scene/vcpu-map.ts';
import type { Selection } from '../../store/types.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { useT } from '../shared/use-t.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import './board.css';
import type { CardProps, Changed, Lit } from './board-types.ts';
import { GROUP } from './Card.tsx';
import { IoapicCard, PicCard } from './ChipCards.tsx';
import type { Extras } from './extras.tsx';
import { LapicCard } from './LapicCard.tsx';
import { RoutingCard } from './RoutingCard.tsx';
import { SourceCard } from './SourceCards.tsx';
import { textSize } from './text-fit.ts';
import { createTokenLayer, type TokenLayer } from './token-layer.ts';
import { VcpuCard } from './VcpuCard.tsx';

/** Scenes without a modelled host do without these. */
const hostCards = () => import('./HostCards.tsx');
const IommuCard = whereItComes(async () => (await hostCards()).IommuCard);
const VcpuMap = whereItComes(() => import('./VcpuMap.tsx').then((m) => m.VcpuMap));
const MsiCard = whereItComes(() => import('./MsiCard.tsx').then((m) => m.MsiCard));
const IdtCard = whereItComes(() => import('./IdtCard.tsx').then((m) => m.IdtCard));
const PcpuCard = whereItComes(async () => (await hostCards()).PcpuCard);

/** What the Now panel says in words. */
const HIDDEN = { 'aria-hidden': true } as const;

export interface BoardProps {
  /** Absent: as the page is framed or not. `embed`: only the cards that take part in the journey that is shown. */
  readonly variant?: 'full' | 'embed';
  /** Stands in the free quarter under sources and chips, where there is one; told whether there is. */
  readonly quarter?: { readonly panel: ReactNode; readonly onFits: (fits: boolean) => void } | undefined;
  /** What the stage is called where there are several. */
  readonly name?: string;
}

/** The last value that was equal in content. */
function useSame<T>(value: T): T {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}

/** Size of the box the board may fill. */
function useSize(): readonly [
  (element: HTMLElement | null) => void,
  { w: number; h: number },
  React.RefObject<HTMLElement | null>,
] {
  const [size, setSize] = useState({ w: 0, h: 0 });
  const element = useRef<HTMLElement | null>(null);
  const observer = useRef<ResizeObserver | null>(null);
  const ref = useCallback((node: HTMLElement | null) => {
    observer.current?.disconnect();
    element.current = node;
    if (node === null) return;
    const measure = (): void =>
      setSize((was) => {
        const next = { w: node.clientWidth, h: node.clientHeight };
        return was.w === next.w && was.h === next.h ? was : next;
      });
    observer.current = new ResizeObserver(measure);
    observer.current.observe(node);
    measure();
  }, []);
  return [ref, size, element];
}

function litAt(scene: SceneLog, step: number): Lit | null {
  const at = scene.steps.get(step);
  const locator = at === undefined ? null : locatorOf(at.name);
  if (at === undefined || locator === null) return null;
  const happening = happeningOf(at);
  return {
    step,
    place: placeOfStep(scene, at, locator),
    fields: new Set(litOf(locator, happening)),
    colour: colourOf(at.journey),
    args: happening.args,
    name: at.name,
  };
}

/** What a step has written. */
function changedAt(scene: SceneLog, step: number): Changed | null {
  const at = scene.steps.get(step);
  if (at === undefined) return null;
  const words = new Set<number>();
  for (let seq = at.seq; seq < at.end; seq++) {
    if (cellOf(scene, seq, COL.code) === WRITE) words.add(cellOf(scene, seq, COL.a));
  }
  return { words, colour: colourOf(at.journey) };
}

/** What of it lies in one of a card's blocks. */
function within(changed: Changed | null, first: number, size: number): Changed | null {
  if (changed !== null) for (const word of changed.words) if (word >= first && word < first + size) return changed;
  return null;
}

/** Cards that are not called as the places on them. */
const CARD_OF: Readonly<Partial<Record<Place['at'], string>>> = {
  cell: 'lapic',
  device: 'source',
  ioapicPin: 'ioapic',
  irte: 'iommu',
  picPin: 'pic',
  pit: 'source',
  user: 'source',
};

/** Card a place is on, in the words of `Selection`. */
function cardOf(place: Place): string {
  const card = CARD_OF[place.at] ?? place.at;
  const index = 'vcpu' in place ? place.vcpu : 'pcpu' in place ? place.pcpu : null;
  return index === null ? card : `${card}:${index}`;
}

const NO_VCPUS: ReadonlySet<number> = new Set();

/** vCPU whose lane is opened by a selection. */
const openOf = (selected: Selection | null): number =>
  selected !== null && ['lapic', 'vcpu', 'piDesc', 'vmcs'].includes(selected.kind) ? selected.index : -1;

export function Board({ variant, name, quarter }: BoardProps) {
  const framed = useStore((state) => state.ui.embed !== null);
  const form = variant ?? (framed ? 'embed' : 'full');
  const scene = useShownScene();
  const t = useT();
  const [ref, size, box] = useSize();
  // A scene that is opened at rest has its step at once.
  const extras = useExtras(
    useStore((state) => state.scene !== null && (state.playhead.step >= 0 || !state.playhead.playing)),
  );
  return (
    <section
      className={`bd bd-${form}`}
      aria-label={name ?? t('stage.name')}
      ref={ref}
      onKeyDown={extras?.rove}
      onFocus={extras?.keepStop}
    >
      {scene === null || size.w === 0 ? (
        <p className="bd-empty">{t('shell.loading')}</p>
      ) : (
        <StageSheet
          scene={scene}
          width={size.w}
          height={size.h}
          embed={form === 'embed'}
          scroller={box}
          extras={extras}
          quarter={quarter}
        />
      )}
    </section>
  );
}

/** What the stage can do without until it moves: what waits, zoom, moving by keys. */
function useExtras(due: boolean): Extras | null {
  const [extras, setExtras] = useState<Extras | null>(null);
  useEffect(() => {
    if (!due) return;
    let here = true;
    import('./extras.tsx').then(
      (m) => here && setExtras(m.extras),
      // It did not come (no network): the stage goes on without.
      () => {},
    );
    return () => {
      here = false;
    };
  }, [due]);
  return extras;
}

export interface StageSheetProps {
  readonly scene: SceneLog;
  /** Of the box it may fill, px. */
  readonly width: number;
  readonly height: number;
  readonly embed: boolean;
  readonly scroller: React.RefObject<HTMLElement | null>;
  readonly extras: Extras | null;
  readonly quarter: BoardProps['quarter'];
  /** Told what is drawn, while it is drawn: for a figure, which puts its tokens in by itself. */
  readonly onDrawn?: (stage: Stage) => void;
}

const floor = (scale: number): React.CSSProperties =>
  ({
    '--f11': `${textSize(11, scale).toFixed(2)}px`,
    '--f115': `${textSize(11.5, scale).toFixed(2)}px`,
  }) as React.CSSProperties;

/** Under this height one vCPU unfolds at a time, px. */
const LOW = 560;

/** The stage at the playhead of the app above it. */
export function StageSheet({ scene, width, height, embed, scroller, extras, quarter, onDrawn }: StageSheetProps) {
  const step = useStore((state) => state.playhead.step);
  const arrived = useStore((state) => state.playhead.phase >= ARRIVE);
  const moves = useStore(({ playhead }) => playhead.playing || playhead.until !== null);
  const view = useStore((state) => state.view);
  const selected = useStore((state) => state.ui.selected);
  const reduced = useStore((state) => state.ui.reducedMotion);
  const t = useT();
  const [zoom, setZoom] = useState(1);

  const model: StageModel = useSame(useMemo(() => stageModel(scene), [scene]));
  const journey = embed ? journeyAt(scene, step) : 0;
  const open = openOf(selected);
  const sceneId = useStore((state) => state.sceneId);
  const unfold = useSame(
    useMemo(() => {
      if (embed || extras === null || !hasMap(model.vcpus)) return undefined;
      const beats = beatsOf(scene, sceneId);
      return extras.unfoldedIn(scene, model, beats[beatAt(beats, step)], open, height < LOW ? 1 : UNFOLDED);
    }, [embed, extras, scene, sceneId, model, step, open, height]),
  );
  // Only a small frame depends on what has happened; the whole board is the same however long the log gets.
  const focused = embed ? scene : null;
  const layout: StageLayout = useMemo(
    () =>
      layoutStage({
        model,
        width,
        height,
        embed,
        focus: focused === null ? null : focusOf(focused, branchesOf(focused), model, journey),
        open: open < 0 ? NO_VCPUS : new Set([open]),
        unfold,
      }),
    [model, width, height, embed, journey, open, focused, unfold],
  );
  const late = extras?.stage;
  const stage: Stage = useMemo(
    () => ({ scene, model, layout, telling: sceneId, still: reduced, ...late }),
    [scene, model, layout, sceneId, reduced, late],
  );

  onDrawn?.(stage);

  const { actions, clock, store } = useApp();
  const lang = useStore((state) => state.ui.lang);
  useEffect(() => {
    clock.setTiming(
      timingOf(
        stage,
        () => beatsOf(stage.scene, sceneId),
        lang,
        (at) => extras?.sentenceOf()?.(store.getState(), at),
      ),
    );
  }, [clock, stage, sceneId, lang, extras, store]);

  const last = useRef({ step, jump: 0 });
  if (last.current.step !== step) {
    const jumped = step !== last.current.step + 1;
    last.current = { step, jump: last.current.jump + (jumped ? 1 : 0) };
  }
  // Of many vCPUs others unfold with every beat: their cards are used again.
  const kept = useRef<ReadonlyMap<number, number> | null>(null);
  const slots = extras?.keepSlots(kept, layout);
  const lit = useMemo(() => litAt(scene, arrived ? step : step - 1), [scene, step, arrived]);
  const changed = useMemo(() => changedAt(scene, arrived ? step : step - 1), [scene, step, arrived]);
  const litCard = lit === null ? '' : cardOf(lit.place);

  const shown = view !== null;
  const under = useRef<SVGGElement>(null);
  const over = useRef<SVGGElement>(null);
  const veil = useRef<HTMLDivElement>(null);
  const pills = useRef<HTMLDivElement>(null);
  const tokens = useRef<TokenLayer | null>(null);
  useLayoutEffect(() => {
    if (!shown || !under.current || !over.current || !veil.current || !pills.current) return;
    const roots = { under: under.current, over: over.current, veil: veil.current, pills: pills.current };
    const layer = createTokenLayer(roots);
    tokens.current = layer;
    const stop = clock.onFrame((position) => layer.draw(position));
    return () => {
      stop();
      for (const root of Object.values(roots)) root.replaceChildren();
    };
  }, [shown, clock]);
  useLayoutEffect(() => {
    if (!shown) return;
    tokens.current?.setStage(stage, t, extras?.marks);
    tokens.current?.draw(clock.position());
  }, [stage, t, shown, clock, extras]);

  // Not when somebody zooms: what is under the pointer then stays there.
  const scaleNow = useRef(1);
  scaleNow.current = layout.scale * zoom;
  useEffect(
    () => clock.later(() => extras?.bringIntoSight(scroller.current, stage, step, scaleNow.current, !reduced)),
    [stage, step, reduced, scroller, clock, extras],
  );

  const k = layout.scale * zoom;
  const free = quarter === undefined ? null : (extras?.freeQuarter(layout, k) ?? null);
  const onFits = quarter?.onFits;
  const fits = free !== null;
  useEffect(() => onFits?.(fits), [onFits, fits]);
  if (view === null) return null;
  const seq = seqAt(scene, step, arrived);
  const shared = { stage, view, seq, jump: last.current.jump, select: actions.select, t, changed: null };
  const block = (kind: 'vmcs' | 'piDesc' | 'pcpu', index: number): Changed | null =>
    within(changed, view.wordMap[kind] + index * BLOCK_OF[kind].size, BLOCK_OF[kind].size);
  const props = (card: string, kinds: readonly Selection['kind'][], index: number | null = null): CardProps => ({
    ...shared,
    lit: litCard === card ? lit : null,
    selected:
      selected !== null && kinds.includes(selected.kind) && (index === null || selected.index === index)
        ? selected
        : null,
  });
  const sheet = {
    width: Math.floor(layout.w * k),
    height: Math.floor(layout.h * k),
    viewBox: `0 0 ${layout.w} ${layout.h}`,
  };
  return (
    <>
      {extras !== null && (
        <extras.Zoom
          scroller={scroller}
          layout={layout}
          zoom={zoom}
          setZoom={setZoom}
          t={t}
          shown={!embed && layout.form !== 'tall'}
        />
      )}
      <div
        className={moves ? 'bd-sheet bd-moves' : 'bd-sheet'}
        // A small frame's notes stand where its cards leave room.
        style={{
          width: sheet.width,
          height: embed ? Math.max(sheet.height, height) : sheet.height,
          ...floor(layout.scale),
        }}
      >
        <svg className="bd-stage" {...sheet} data-form={layout.form} {...GROUP} aria-label={t('stage.name')}>
          <Ground layout={layout} t={t} />
          <g ref={under} data-layer="under" {...HIDDEN} />
          {model.sources
            .filter((source) => layout.sources.has(source.id))
            .map((source) => (
              <SourceCard
                key={source.id}
                source={source}
                {...props('source', ['device', 'pit'], null)}
                {...litSource(lit, litCard, stage, source.id)}
              />
            ))}
          {layout.routing !== null && <RoutingCard {...props('route', ['vm'])} />}
          {layout.pic !== null && <PicCard {...props('pic', ['pic'])} />}
          {layout.ioapic !== null && <IoapicCard {...props('ioapic', ['ioapic'])} />}
          {[...layout.lapics.keys()].map((vcpu) => (
            <LapicCard
              key={`lapic${slots?.get(vcpu) ?? vcpu}`}
              vcpu={vcpu}
              {...props(`lapic:${vcpu}`, ['lapic', 'piDesc'], vcpu)}
              changed={block('piDesc', vcpu)}
            />
          ))}
          {[...layout.vcpus.keys()].map((vcpu) => (
            <VcpuCard
              key={`vcpu${slots?.get(vcpu) ?? vcpu}`}
              vcpu={vcpu}
              {...props(`vcpu:${vcpu}`, ['vcpu', 'vmcs'], vcpu)}
              changed={block('vmcs', vcpu)}
            />
          ))}
          <Suspense fallback={null}>
            {layout.map !== null && <VcpuMap map={layout.map} {...props('map', ['lapic', 'vcpu'])} />}
            {layout.idt !== null && (
              <IdtCard {...props('idt', ['vm'])} lit={lit?.fields.has('idt') && vcpuOf(lit.place) >= 0 ? lit : null} />
            )}
            {layout.msi !== null && <MsiCard {...props('msi', ['vm'])} />}
            {layout.iommu !== null && <IommuCard {...props('iommu', ['device'])} />}
            {[...layout.pcpus.keys()].map((pcpu) => (
              <PcpuCard
                key={`pcpu${pcpu}`}
                pcpu={pcpu}
                {...props(`pcpu:${pcpu}`, ['pcpu'], pcpu)}
                changed={block('pcpu', pcpu)}
              />
            ))}
          </Suspense>
        </svg>
        <div className="bd-veil" ref={veil} />
        <svg className="bd-air" {...sheet} aria-hidden="true">
          <g ref={over} data-layer="over" className="bd-over" />
        </svg>
        {free !== null && (
          <div className="bd-quarter" style={free}>
            {quarter?.panel}
          </div>
        )}
        <div ref={pills} className="bd-pills" style={{ transform: `scale(${k})` }} aria-hidden="true" />
      </div>
    </>
  );
}

/** The light of a source falls on the one card the place means. */
function litSource(lit: Lit | null, litCard: string, stage: Stage, id: string): { lit: Lit | null } {
  if (lit === null || litCard !== 'source') return { lit: null };
  const anchor = anchorAt(stage.layout, stage.model, lit.place, 'out');
  return { lit: anchor?.card === `source:${id}` ? lit : null };
}

/** The bus: beside the local APICs, and on into the map of all vCPUs. */
function busOf({ busX, map }: StageLayout, from: number, to: number): string {
  if (map === null) return `M${busX} ${from}V${to}`;
  return `M${busX} ${from}V${map.headY}H${map.trunkX}V${map.streets.at(-1) ?? map.headY}`;
}

/** What lies under the cards: column heads, the bus, the way back. */
function Ground({ layout, t }: { layout: StageLayout; t: CardProps['t'] }) {
  const { columns, backY, borderX, busX, form, lapics } = layout;
  const cards = [...lapics.values()].map((lapic) => lapic.card);
  const first = cards[0];
  const end = cards.at(-1);
  const lapicColumn = columns[3];
  const sources = columns[0];
  return (
    <g>
      {borderX !== null && (
        <g data-part="border">
          <path className="bd-border" d={`M${borderX} 6V${backY + 16}`} />
          <text className="bd-border-name" x={borderX - 7} y={19} textAnchor="end">
            {t('stage.userSpace')}
          </text>
          <text className="bd-border-name" x={borderX + 7} y={19}>
            {t('stage.kernel')}
          </text>
        </g>
      )}
      {layout.heads.map((head) => (
        <text key={head.key} className="bd-head" x={head.x + 1} y={head.y}>
          {t(`stage.column.${head.key}`)}
        </text>
      ))}
      {form !== 'tall' &&
        first !== undefined &&
        end !== undefined &&
        lapicColumn !== undefined &&
        sources !== undefined && (
          <>
            <path className="bd-bus" d={busOf(layout, first.y + 4, end.y + 26)} />
            {cards.map((card) => (
              <path key={card.y} className="bd-bus" d={`M${busX} ${card.y + 15}H${card.x}`} />
            ))}
            <path className="bd-back-way" d={`M${layout.backX} ${backY}H${sources.x + sources.w + 14}`} />
            <path className="bd-back-way-head" d={`M${sources.x + sources.w + 14} ${backY - 4.5}l-10 4.5l10 4.5z`} />
            <text
              className="bd-back-way-name"
              // Beyond the arrow's head, where no way goes.
              x={sources.x + sources.w - 4}
              y={backY + 4}
              textAnchor="end"
            >
              {t('stage.eoiWay')}
            </text>
          </>
        )}
    </g>
  );
}
