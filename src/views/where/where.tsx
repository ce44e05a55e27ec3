/** "Where is my interrupt?": the question, the walk of its gates with what each read, what frees it; and what the rules found. */
import './where-texts.ts';
import './where.css';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { hex, parseNumber } from '../../base/numbers.ts';
import { GATE_SOURCES } from '../../explain/gates/sources.ts';
import { versionOf } from '../../explain/kernel-version.ts';
import { hasText } from '../../i18n/index.ts';
import { ledTo } from '../../log/led-to.ts';
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { firstStepOf, lastStepUpTo } from '../../log/op-steps.ts';
import { placeAt, sourceUrl } from '../../spec/kernel/functions.ts';
import { change } from '../../store/actions/edits.ts';
import type { App } from '../../store/create-app.ts';
import type { Selection } from '../../store/types.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import type { Ask, WhereAnswer } from '../../worker/reason-client.ts';
import { Chip } from '../kit/chip.tsx';
import { gapOf, Panel } from '../kit/panel.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { eventTitle } from '../shared/event-title.ts';
import { labelText } from '../shared/label-text.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { FindingList } from './findings.tsx';
import { askOf, selectionOf } from './place.ts';
import { reasoningOf } from './reasoning.ts';

interface Link {
  readonly gate: string;
  readonly open: boolean;
  readonly at: string;
  readonly bits: string;
  readonly value: number;
  readonly by?: string;
  readonly vector?: number;
}

interface Answer {
  readonly held: string | null;
  readonly state: 'waiting' | 'in-service' | 'done' | 'lost' | 'never';
  readonly since: { readonly command: number; readonly op: string };
  readonly chain: readonly Link[];
  readonly release?: readonly JsonOp[];
}

/** The panel. */
export function Where() {
  const t = useT();
  const scene = useShownScene();
  const at = usePanelStep(2);
  const [ask, setAsk] = useState<Ask | null>(null);
  const row = scene === null ? 0 : (scene.steps.get(at)?.end ?? scene.startSeq);
  return (
    <Panel className="where" title={t('where.panel')}>
      <p className="wh-about">{t('where.about')}</p>
      <Question ask={ask} onAsk={setAsk} t={t} />
      <Raised row={row} ask={ask} onAsk={setAsk} t={t} />
      {scene !== null && ask !== null && <Told scene={scene} ask={ask} row={row} t={t} />}
      <FindingList t={t} />
    </Panel>
  );
}

const KINDS = ['gsi', 'vector', 'msi'] as const;
type Kind = (typeof KINDS)[number];
const kindOf = (ask: Ask): Kind => ('gsi' in ask ? 'gsi' : 'msi' in ask ? 'msi' : 'vector');

const addrText = ({ addrLo, addrHi }: { readonly addrLo: number; readonly addrHi: number }): string =>
  `0x${((BigInt(addrHi >>> 0) << 32n) | BigInt(addrLo >>> 0)).toString(16)}`;

/** A question in few words, as its chip has it. */
function sayAsk(ask: Ask): string {
  if ('gsi' in ask) return `GSI ${ask.gsi}`;
  if ('msi' in ask) return `MSI ${addrText(ask.msi)} / ${hex(ask.msi.data)}`;
  return `vCPU ${ask.vcpu} · ${hex(ask.vector)}`;
}

interface AskProps {
  readonly ask: Ask | null;
  readonly onAsk: (ask: Ask) => void;
  readonly t: Translate;
}

function Question({ ask, onAsk, t }: AskProps) {
  const [kind, setKind] = useState<Kind>('gsi');
  const [texts, setTexts] = useState({ gsi: '', vcpu: '0', vector: '', addr: '0xfee00000', data: '' });
  const [wrong, setWrong] = useState<string | null>(null);
  const selected = useStore((state) => state.ui.selected);
  const view = useStore((state) => state.view);
  const shown = useRef<Ask | null>(null);

  // What is selected on the stage is asked about, once.
  const last = useRef(selected);
  useEffect(() => {
    if (selected === last.current) return;
    last.current = selected;
    if (selected === null || view === null || selected === lit) return;
    const asked = askOf(selected, view);
    if (asked !== null) onAsk(asked);
  }, [selected, view, onAsk]);

  // The form says what was asked, wherever it was asked.
  useEffect(() => {
    if (ask === null || ask === shown.current) return;
    shown.current = ask;
    setKind(kindOf(ask));
    setWrong(null);
    setTexts((was) =>
      'gsi' in ask
        ? { ...was, gsi: String(ask.gsi) }
        : 'msi' in ask
          ? { ...was, addr: addrText(ask.msi), data: hex(ask.msi.data) }
          : { ...was, vcpu: String(ask.vcpu), vector: hex(ask.vector) },
    );
  }, [ask]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const number = (text: string, max: number): number | null => {
      const n = parseNumber(text, max);
      if (n === null) setWrong(text);
      return n;
    };
    setWrong(null);
    if (kind === 'gsi') {
      const gsi = number(texts.gsi, 4095);
      if (gsi !== null) onAsk({ gsi });
    } else if (kind === 'vector') {
      const vcpu = number(texts.vcpu, (view?.wordMap.vcpus ?? 1) - 1);
      const vector = number(texts.vector, 255);
      if (vcpu !== null && vector !== null) onAsk({ vcpu, vector });
    } else {
      // Bits 40 and up are those of a destination of 32 bits: all ids there can be are numbers that are kept exactly.
      const addr = number(texts.addr, Number.MAX_SAFE_INTEGER);
      const data = number(texts.data, 0xffff_ffff);
      if (addr !== null && data !== null)
        onAsk({ msi: { addrLo: addr | 0, addrHi: Math.floor(addr / 2 ** 32) | 0, data: data | 0 } });
    }
  };
  const field = (name: keyof typeof texts, label: string): ReactNode => (
    <label className="wh-field">
      <span>{label}</span>
      <input
        value={texts[name]}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <form className="wh-form" onSubmit={submit}>
      <Segmented
        label={t('where.kind')}
        options={KINDS}
        value={kind}
        onValue={setKind}
        nameOf={(one) => t(`where.kind.${one}`)}
      />
      <div className="wh-fields">
        {kind === 'gsi' && field('gsi', 'GSI')}
        {kind === 'vector' && field('vcpu', t('where.vcpu'))}
        {kind === 'vector' && field('vector', t('where.kind.vector'))}
        {kind === 'msi' && field('addr', t('where.addr'))}
        {kind === 'msi' && field('data', t('where.data'))}
        <button type="submit" className="btn">
          {t('where.ask')}
        </button>
      </div>
      {wrong !== null && <p className="problem">{t('where.bad', { text: wrong })}</p>}
    </form>
  );
}

/** What the answer itself has lit: selecting it asks nothing. */
let lit: Selection | null = null;

/** Lights a place of the answer on the stage. */
function light({ actions }: App, selection: Selection): void {
  lit = selection;
  actions.select(selection);
}

/** What was raised until now, to be asked for by a click. */
function Raised({ row, ask, onAsk, t }: AskProps & { readonly row: number }) {
  const app = useApp();
  const complete = useStore(({ scene }) => scene?.complete === true && scene.used <= MOST_ROWS);
  const [asks, setAsks] = useState<readonly Ask[]>([]);
  useEffect(() => {
    let here = true;
    if (complete)
      void reasoningOf(app)
        .client.raised(row)
        .then(
          (list) => here && setAsks(list),
          () => here && setAsks([]),
        );
    return () => {
      here = false;
    };
  }, [app, row, complete]);
  if (asks.length === 0) return null;
  return (
    <div className="wh-raised">
      <span>{t('where.raised')}</span>
      {asks.map((one) => (
        <Chip key={sayAsk(one)} mono pressed={ask !== null && sayAsk(one) === sayAsk(ask)} onClick={() => onAsk(one)}>
          {sayAsk(one)}
        </Chip>
      ))}
    </div>
  );
}

interface ToldProps {
  readonly scene: SceneLog;
  readonly ask: Ask;
  readonly row: number;
  readonly t: Translate;
}

/** Events of a run that its worker can be asked about: it keeps an index of them. */
const MOST_ROWS = 16_000_000;

/** The answer at a row; the last one stays until the next is here. `silent`: nobody answers. */
function useAnswer(scene: SceneLog, ask: Ask, row: number): WhereAnswer | null | 'asking' | 'silent' | 'long' {
  const app = useApp();
  const [answer, setAnswer] = useState<WhereAnswer | null | 'asking' | 'silent'>('asking');
  const { complete, commands } = scene;
  const count = commands.length;
  const isLong = scene.used > MOST_ROWS;
  useEffect(() => {
    let here = true;
    if (complete && count > 0 && !isLong)
      void reasoningOf(app)
        .client.where(ask, row)
        .then(
          (told) => here && setAnswer(told),
          () => here && setAnswer('silent'),
        );
    return () => {
      here = false;
    };
  }, [app, ask, row, complete, count, isLong]);
  return isLong ? 'long' : answer;
}

function Told({ scene, ask, row, t }: ToldProps) {
  const app = useApp();
  const told = useAnswer(scene, ask, row);
  const answer = typeof told === 'string' || told === null ? null : (told as unknown as Answer);
  const held = answer?.chain.find(({ gate, open }) => gate === answer.held && !open);
  const at = held?.at;
  const bits = held?.bits;
  // The gate that holds it is lit on the stage.
  useEffect(() => {
    const selection = at === undefined ? null : selectionOf(at, bits);
    if (selection === null) return;
    light(app, selection);
  }, [app, at, bits]);
  if (typeof told === 'string') {
    return (
      <p className="wh-asking" role={told === 'asking' ? undefined : 'alert'}>
        {t(`where.${told}`, { most: MOST_ROWS })}
      </p>
    );
  }
  if (answer === null) return <p className="wh-asking">{t('where.gone')}</p>;
  const { state, since } = answer;
  const jump = firstStepOf(scene, since.command);
  const gate = answer.held === null ? '' : t(`where.gate.${answer.held}` as 'where.gate.ppr');
  const sentence =
    state === 'waiting' && answer.held === null ? t('where.state.free') : t(`where.state.${state}`, { gate });
  return (
    <section className="wh-answer" data-held={answer.held ?? 'none'} data-state={state}>
      <div className={`wh-head wh-${state === 'waiting' && answer.held === null ? 'moves' : state}`}>
        <p className="wh-sentence" aria-live="polite">
          <b>{sentence}</b>
          {answer.held !== null && gapOf(t) + t(`where.why.${answer.held}` as 'where.why.ppr')}
        </p>
        {state !== 'never' && (
          <p className="wh-since">
            {t('where.since', { n: since.command, op: since.op })}
            {jump >= 0 && (
              <button type="button" className="link-btn" onClick={() => app.actions.seekStep(jump)}>
                {t('where.goThere')}
              </button>
            )}
          </p>
        )}
      </div>
      <h3>{t('where.gates')}</h3>
      <ol className="wh-chain">
        {answer.chain.map((link) => (
          <GateLine key={link.gate} link={link} holds={link.gate === answer.held} scene={scene} t={t} />
        ))}
      </ol>
      {held !== undefined && <Causes scene={scene} link={held} command={since.command} row={row} t={t} />}
      <Release scene={scene} answer={answer} row={row} t={t} />
    </section>
  );
}

interface CausesProps {
  readonly scene: SceneLog;
  readonly link: Link;
  readonly command: number;
  readonly row: number;
  readonly t: Translate;
}

/** The chain of causes: from the step that closed the gate back to the one with which it began. */
function Causes({ scene, link, command, row, t }: CausesProps) {
  const { actions } = useApp();
  const place = selectionOf(link.at, link.bits);
  const steps = place === null ? [] : ledTo(scene, place, command, row);
  if (steps.length === 0) return null;
  return (
    <>
      <h3>{t('where.causes')}</h3>
      <ol className="wh-causes">
        {steps.map((index) => (
          <li key={index} className="wh-evidence">
            {eventTitle(scene.steps.nameOf(index) ?? '', t)}
            <button type="button" className="link-btn" onClick={() => actions.seekStep(index)}>
              {t('findings.go', { n: index + 1 })}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

interface GateProps {
  readonly link: Link;
  readonly holds: boolean;
  readonly scene: SceneLog;
  readonly t: Translate;
}

function GateLine({ link, holds, scene, t }: GateProps) {
  const app = useApp();
  const { gate, open, at, bits, value, by, vector } = link;
  const name = t(`where.gate.${gate}` as 'where.gate.ppr');
  const selection = selectionOf(at, bits);
  return (
    <li className={holds ? 'wh-gate wh-holds' : open ? 'wh-gate' : 'wh-gate wh-closed'}>
      <i aria-hidden="true" />
      <span className="wh-name">
        {name} <span className="visually-hidden">{t(open ? 'where.open' : 'where.closed')}</span>
      </span>
      <button
        type="button"
        className="wh-read"
        disabled={selection === null}
        title={t('where.show', { place: at })}
        onClick={() => selection !== null && light(app, selection)}
      >
        {at.replace(/\.$/, '')} {bits} = {hex(value)}
      </button>
      {holds && by !== undefined && (
        <span className="wh-by">
          {t('where.by', { by: sayBy(by, t), vector: vector === undefined ? '' : hex(vector) }).replace(/\s+$/, '')}
        </span>
      )}
      {holds && <Source gate={gate} scene={scene} />}
    </li>
  );
}

/** The kernel function that decides about a gate, in the version the machine is of. */
function Source({ gate, scene }: { readonly gate: string; readonly scene: SceneLog }) {
  const version = versionOf(scene);
  const id = GATE_SOURCES[gate];
  const place = id === undefined ? null : placeAt(id, version);
  if (place === null) return null;
  return (
    <a className="wh-source" href={sourceUrl(version, place.file, place.fn)} target="_blank" rel="noopener">
      {place.fn} <small>{place.file.replace(/.*\//, '')}</small>
    </a>
  );
}

/** Who holds it, in the words of the page: "isr", "handler", "pin 5". */
function sayBy(by: string, t: Translate): string {
  const key = `where.by.${by}`;
  return hasText(key) ? t(key) : labelText(by, t);
}

/** An op as a line: its name, then its fields. */
const opLine = ({ op, ...fields }: JsonOp): string =>
  [
    op,
    ...Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    ),
  ].join(' ');

/** A key an op: two may be alike, and each is an object of its own. */
const keys = new WeakMap<JsonOp, number>();
let lastKey = 0;
function keyOf(op: JsonOp): number {
  const known = keys.get(op) ?? ++lastKey;
  keys.set(op, known);
  return known;
}

function Release({
  scene,
  answer,
  row,
  t,
}: {
  readonly scene: SceneLog;
  readonly answer: Answer;
  readonly row: number;
  readonly t: Translate;
}) {
  const app = useApp();
  const { held, state, release } = answer;
  if (held === null || state === 'in-service') return null;
  if (release === undefined || release.length === 0) return <p className="wh-none">{t('where.noRelease')}</p>;
  const tryIt = (): void => {
    // They were tried after the op that is under way.
    const command = scene.commands.findLastIndex(({ seq }) => seq < row);
    const last = lastStepUpTo(scene, command);
    if (last >= 0) app.actions.seekStep(last);
    change(app, release);
  };
  return (
    <>
      <h3>{t('where.release')}</h3>
      <div className="wh-release">
        <ul>
          {release.map((one) => (
            <li key={keyOf(one)}>{opLine(one)}</li>
          ))}
        </ul>
        <button type="button" className="btn" disabled={!scene.complete} onClick={tryIt}>
          {t('where.try')}
        </button>
      </div>
      <p className="wh-note">{t('where.released')}</p>
    </>
  );
}
