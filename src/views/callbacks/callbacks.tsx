/** The thirty operations of kvm_x86_ops: what each is, and how often the scene passes through it. */
import './callback-texts.ts';
import './callbacks.css';
import { useDeferredValue, useMemo, useState } from 'react';
import { type Vendor, vendorOf } from '../../explain/calls.ts';
import { versionOf } from '../../explain/kernel-version.ts';
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
import { Chip } from '../kit/chip.tsx';
import { gapOf, Panel } from '../kit/panel.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { useSlices } from '../shared/use-slices.ts';
import { type Translate, useT } from '../shared/use-t.ts';
import { hitsOf, NO_HITS, passedBy, readHits } from './hits.ts';

/** Name at a version; the one it has elsewhere where it does not exist there. */
function nameOf(callback: KernelCallback, version: KernelVersion): string {
  return callback.at[version]?.member ?? callback.id;
}

const entryId = (callback: KernelCallback): string => `op-${callback.id}`;

/** The panel. */
export function Callbacks() {
  const t = useT();
  const [asked, setVersion] = useState<KernelVersion>();
  const [onlyHit, setOnlyHit] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const scene = useDeferredValue(useStore((state) => state.scene));
  const version = asked ?? versionOf(scene);
  const at = useStore((state) => state.playhead.step);
  const isRead = useSlices((most) => scene === null || readHits(scene, version, most));
  const hits = useMemo(() => (scene === null || !isRead ? NO_HITS : hitsOf(scene, version)), [scene, version, isRead]);
  const vendor = scene === null ? 'intel' : vendorOf(scene);
  const here = useMemo(() => hits.at(at), [hits, at]);
  const lit = KERNEL_CALLBACKS.filter((callback) => here.has(callback.id));
  const isPassed = (callback: KernelCallback): boolean => hits.passes.has(callback.id);
  const shown = onlyHit ? KERNEL_CALLBACKS.filter(isPassed) : KERNEL_CALLBACKS;
  const unfold = (callback: KernelCallback, isOpen: boolean): void => {
    if (open.has(callback.id) === isOpen) return;
    const next = new Set(open);
    if (isOpen) next.add(callback.id);
    else next.delete(callback.id);
    setOpen(next);
  };
  const show = (callback: KernelCallback): void => {
    unfold(callback, true);
    const entry = document.getElementById(entryId(callback));
    entry?.scrollIntoView({ block: 'nearest' });
    entry?.querySelector('summary')?.focus();
  };
  const versions = (
    <Segmented label={t('callbacks.version')} options={KERNEL_VERSIONS} value={version} onValue={setVersion} />
  );
  return (
    <Panel className="callbacks" title={t('callbacks.panel')} aside={versions}>
      <p className="cb-about">{t(vendor === 'amd' ? 'callbacks.about.amd' : 'callbacks.about')}</p>
      <div className="cb-here">
        {lit.length === 0 ? (
          <p>{t(!isRead ? 'shell.loading' : at < 0 ? 'callbacks.before' : 'callbacks.nowhere')}</p>
        ) : (
          <>
            <p>{t('callbacks.here')}</p>
            <ul>
              {lit.map((callback) => (
                <li key={callback.id}>
                  <Chip mono on onClick={() => show(callback)}>
                    {nameOf(callback, version)}
                  </Chip>
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
        {shown.map((callback) => (
          <Entry
            key={callback.id}
            callback={callback}
            version={version}
            vendor={vendor}
            steps={hits.passes.get(callback.id) ?? []}
            lit={here.has(callback.id)}
            at={at}
            open={open.has(callback.id)}
            onToggle={(isOpen) => unfold(callback, isOpen)}
            t={t}
          />
        ))}
      </ol>
    </Panel>
  );
}

interface EntryProps {
  readonly callback: KernelCallback;
  readonly version: KernelVersion;
  /** Whose host the scene is on: an operation may be missing in AMD's table. */
  readonly vendor: Vendor;
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

function Entry({ callback, version, vendor, steps, lit, at, open, onToggle, t }: EntryProps) {
  const { actions } = useApp();
  const passed = passedBy(steps, at);
  const ahead = steps[passed];
  const next = ahead ?? steps[0];
  const form = callback.at[version];
  const absent = form === null || (vendor === 'amd' && amdFunction(callback.id, version) === null);
  const name = nameOf(callback, version);
  return (
    <li id={entryId(callback)} className="cb-entry" data-lit={lit} data-absent={absent}>
      <div className="cb-row">
        <details open={open} onToggle={(e) => onToggle(e.currentTarget.open)}>
          <summary>
            <code className="cb-name">{name}</code>
            {lit && <Chip on>{t('callbacks.lit')}</Chip>}
            {absent && <Chip>{t('callbacks.absent')}</Chip>}
            {form?.kind === 'data' && <Chip>{t('callbacks.data')}</Chip>}
            <span className="cb-role">
              <Fact fact={callback.facts.role[0]} t={t} />
            </span>
          </summary>
          {open && <Details callback={callback} version={version} t={t} />}
        </details>
        {next === undefined ? (
          <span className="cb-never">{t('callbacks.never')}</span>
        ) : (
          <Chip
            mono
            title={t(ahead === undefined ? 'callbacks.first' : 'callbacks.next', { n: next + 1 })}
            aria-label={`${t('callbacks.hitsHint', { n: passed, m: steps.length })} · ${t('callbacks.nextOf', { op: name, n: next + 1 })}`}
            onClick={() => {
              actions.pause();
              actions.seekStep(next);
            }}
          >
            {t('callbacks.hits', { n: passed, m: steps.length })}
            <span aria-hidden="true"> {ahead === undefined ? '↺' : '→'}</span>
          </Chip>
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
      {some && (
        <small>
          {gapOf(t)}
          {t('callbacks.onlyAt', { versions: fact.at })}
        </small>
      )}
    </>
  );
}

const KINDS = ['when', 'reads', 'writes', 'notes', 'td'] as const;

function Details({ callback, version, t }: { callback: KernelCallback; version: KernelVersion; t: Translate }) {
  return (
    <dl className="cb-facts">
      <div>
        <dt className="caps">{t('callbacks.names')}</dt>
        <dd>
          <ul className="cb-names">
            {KERNEL_VERSIONS.map((v) => (
              <li key={v} data-now={v === version}>
                <small>{v}</small>{' '}
                {callback.at[v] === null ? t('callbacks.absent') : <code>{callback.at[v].member}</code>}
              </li>
            ))}
          </ul>
        </dd>
      </div>
      <Functions form={callback.at[version]} version={version} t={t} />
      {callback.at[version] !== null && (
        <div>
          <dt className="caps">{t('callbacks.amd')}</dt>
          <dd>
            <AmdFunction name={amdFunction(callback.id, version)} t={t} />
          </dd>
        </div>
      )}
      {KINDS.map((kind) => {
        const facts = callback.facts[kind].filter((fact) => fact.at.includes(version));
        const mayBeEmpty = kind === 'notes' || kind === 'td' || callback.at[version] === null;
        if (facts.length === 0 && mayBeEmpty) return null;
        return (
          <div key={kind}>
            <dt className="caps">{t(`callbacks.${kind}`)}</dt>
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
        <dt className="caps">{t('callbacks.implementation')}</dt>
        <dd>
          <Source fn={form.implementation} version={version} withFile />
          {form.wrapper !== undefined && (
            <small className="cb-wrapper">{t('callbacks.wrapper', { fn: form.wrapper })}</small>
          )}
        </dd>
      </div>
      <div>
        <dt className="caps">{t('callbacks.callers')}</dt>
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
