/** The thirty operations of kvm_x86_ops: what each is, and how often the scene passes through it. */
import './callback-texts.ts';
import './callbacks.css';
import { useDeferredValue, useMemo, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import {
  type CallbackFact,
  type CallbackForm,
  KERNEL_CALLBACKS,
  type KernelCallback,
} from '../../spec/kernel/callbacks.ts';
import { amdFunction } from '../../spec/kernel/callbacks-amd.ts';
import { KERNEL_VERSIONS, type KernelFn, type KernelVersion, placeAt, sourceUrl } from '../../spec/kernel/functions.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Panel } from '../shared/panel.tsx';
import { type Translate, useT } from '../shared/use-t.ts';
import { hitsOf, NO_HITS, passedBy } from './hits.ts';

/** Name at a version; the one it has elsewhere where it does not exist there. */
function nameOf(op: KernelCallback, version: KernelVersion): string {
  return op.at[version]?.member ?? op.id;
}

const entryId = (op: KernelCallback): string => `op-${op.id}`;

/** The panel. */
export function Callbacks() {
  const t = useT();
  const [version, setVersion] = useState<KernelVersion>('v6.18');
  const [onlyHit, setOnlyHit] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const scene = useDeferredValue(useStore((state) => state.scene));
  const at = useStore((state) => state.playhead.step);
  const hits = useMemo(() => (scene === null ? NO_HITS : hitsOf(scene, version)), [scene, version]);
  const isAvic = scene?.config.avic === true;
  const here = useMemo(() => hits.at(at), [hits, at]);
  const lit = KERNEL_CALLBACKS.filter((op) => here.has(op.id));
  const isPassed = (op: KernelCallback): boolean => hits.passes.has(op.id);
  const shown = onlyHit ? KERNEL_CALLBACKS.filter(isPassed) : KERNEL_CALLBACKS;
  const unfold = (op: KernelCallback, isOpen: boolean): void => {
    if (open.has(op.id) === isOpen) return;
    const next = new Set(open);
    if (isOpen) next.add(op.id);
    else next.delete(op.id);
    setOpen(next);
  };
  const show = (op: KernelCallback): void => {
    unfold(op, true);
    const entry = document.getElementById(entryId(op));
    entry?.scrollIntoView({ block: 'nearest' });
    entry?.querySelector('summary')?.focus();
  };
  const versions = (
    <fieldset className="cb-versions">
      <legend className="visually-hidden">{t('callbacks.version')}</legend>
      {KERNEL_VERSIONS.map((v) => (
        <label key={v}>
          <input
            type="radio"
            name="callbacks-version"
            value={v}
            checked={v === version}
            onChange={() => setVersion(v)}
          />
          <span>{v}</span>
        </label>
      ))}
    </fieldset>
  );
  return (
    <Panel className="ops" title={t('callbacks.panel')} aside={versions}>
      <p className="cb-about">{t('callbacks.about')}</p>
      <div className="cb-here">
        {lit.length === 0 ? (
          <p>{t(isAvic ? 'callbacks.avic' : at < 0 ? 'callbacks.before' : 'callbacks.nowhere')}</p>
        ) : (
          <>
            <p>{t('callbacks.here')}</p>
            <ul>
              {lit.map((op) => (
                <li key={op.id}>
                  <button type="button" onClick={() => show(op)}>
                    {nameOf(op, version)}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <label className="cb-only">
        <input type="checkbox" checked={onlyHit} onChange={(e) => setOnlyHit(e.target.checked)} />
        {t('callbacks.onlyHit', { n: KERNEL_CALLBACKS.filter(isPassed).length })}
      </label>
      {shown.length === 0 && <p className="cb-none">{t('callbacks.noneHit')}</p>}
      <ol className="cb-list">
        {shown.map((op) => (
          <Entry
            key={op.id}
            op={op}
            version={version}
            steps={hits.passes.get(op.id) ?? []}
            lit={here.has(op.id)}
            at={at}
            open={open.has(op.id)}
            onToggle={(isOpen) => unfold(op, isOpen)}
            t={t}
          />
        ))}
      </ol>
    </Panel>
  );
}

interface EntryProps {
  readonly op: KernelCallback;
  readonly version: KernelVersion;
  /** Steps that pass through it. */
  readonly steps: readonly number[];
  /** The step at the playhead lies in it. */
  readonly lit: boolean;
  /** Step at the playhead. */
  readonly at: number;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly t: Translate;
}

function Entry({ op, version, steps, lit, at, open, onToggle, t }: EntryProps) {
  const { actions } = useApp();
  const passed = passedBy(steps, at);
  const ahead = steps[passed];
  const next = ahead ?? steps[0];
  const form = op.at[version];
  const name = nameOf(op, version);
  return (
    <li id={entryId(op)} className="cb-entry" data-lit={lit} data-absent={form === null}>
      <div className="cb-row">
        <details open={open} onToggle={(e) => onToggle(e.currentTarget.open)}>
          <summary>
            <code className="cb-name">{name}</code>
            {lit && <span className="cb-lit">{t('callbacks.lit')}</span>}
            {form === null && <span className="cb-tag">{t('callbacks.absent')}</span>}
            {form?.kind === 'data' && <span className="cb-tag">{t('callbacks.data')}</span>}
            <span className="cb-role">
              <Fact fact={op.facts.role[0]} t={t} />
            </span>
          </summary>
          {open && <Details op={op} version={version} t={t} />}
        </details>
        {next === undefined ? (
          <span className="cb-never">{t('callbacks.never')}</span>
        ) : (
          <button
            type="button"
            className="cb-next"
            title={t(ahead === undefined ? 'callbacks.first' : 'callbacks.next', { n: next + 1 })}
            aria-label={`${t('callbacks.hitsHint', { n: passed, m: steps.length })}. ${t('callbacks.nextOf', { op: name, n: next + 1 })}`}
            onClick={() => {
              actions.pause();
              actions.seekStep(next);
            }}
          >
            {t('callbacks.hits', { n: passed, m: steps.length })}
            <span aria-hidden="true"> {ahead === undefined ? '↺' : '→'}</span>
          </button>
        )}
      </div>
    </li>
  );
}

function Fact({ fact, t }: { fact: CallbackFact | undefined; t: Translate }) {
  if (fact === undefined || !hasText(fact.key)) return null;
  const some = fact.at.length < KERNEL_VERSIONS.length && !fact.key.endsWith('.td');
  return (
    <>
      {t(fact.key)}
      {some && <small> {t('callbacks.onlyAt', { versions: fact.at })}</small>}
    </>
  );
}

const KINDS = ['when', 'reads', 'writes', 'notes', 'td'] as const;

function Details({ op, version, t }: { op: KernelCallback; version: KernelVersion; t: Translate }) {
  return (
    <dl className="cb-facts">
      <div>
        <dt>{t('callbacks.names')}</dt>
        <dd>
          <ul className="cb-names">
            {KERNEL_VERSIONS.map((v) => (
              <li key={v} data-now={v === version}>
                <small>{v}</small> {op.at[v] === null ? t('callbacks.absent') : <code>{op.at[v].member}</code>}
              </li>
            ))}
          </ul>
        </dd>
      </div>
      <Functions form={op.at[version]} version={version} t={t} />
      {op.at[version] !== null && (
        <div>
          <dt>{t('callbacks.amd')}</dt>
          <dd>
            <AmdFunction name={amdFunction(op.id, version)} t={t} />
          </dd>
        </div>
      )}
      {KINDS.map((kind) => {
        const facts = op.facts[kind].filter((fact) => fact.at.includes(version));
        const mayBeEmpty = kind === 'notes' || kind === 'td' || op.at[version] === null;
        if (facts.length === 0 && mayBeEmpty) return null;
        return (
          <div key={kind}>
            <dt>{t(`callbacks.${kind}`)}</dt>
            <dd>
              {facts.length === 0 ? (
                <span className="cb-dim">{t('callbacks.nothing')}</span>
              ) : (
                <ul>
                  {facts.map((fact) => (
                    <li key={fact.key}>
                      <Fact fact={fact} t={t} />
                    </li>
                  ))}
                </ul>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** What AMD's table has. */
function AmdFunction({ name, t }: { name: string | null; t: Translate }) {
  return name === null ? <span className="cb-dim">{t('callbacks.amd.none')}</span> : <code>{name}</code>;
}

/** Who stands behind it and who calls it, each a link to its source. */
function Functions({ form, version, t }: { form: CallbackForm | null; version: KernelVersion; t: Translate }) {
  if (form?.kind !== 'call') return null;
  return (
    <>
      <div>
        <dt>{t('callbacks.implementation')}</dt>
        <dd>
          <Source fn={form.implementation} version={version} withFile />
          {form.wrapper !== undefined && (
            <small className="cb-wrapper">{t('callbacks.wrapper', { fn: form.wrapper })}</small>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('callbacks.callers')}</dt>
        <dd>
          <ul className="cb-callers">
            {form.callers.map((fn) => (
              <li key={fn}>
                <Source fn={fn} version={version} />
              </li>
            ))}
          </ul>
        </dd>
      </div>
    </>
  );
}

function Source({ fn, version, withFile = false }: { fn: KernelFn; version: KernelVersion; withFile?: boolean }) {
  const place = placeAt(fn, version);
  if (place === null) return <code>{fn}</code>;
  return (
    <>
      <a href={sourceUrl(version, place.file, place.fn)} target="_blank" rel="noopener" title={place.file}>
        <code>{place.fn}</code>
      </a>
      {withFile && <small className="cb-file">{place.file}</small>}
    </>
  );
}
