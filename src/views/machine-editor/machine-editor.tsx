/**
 * A machine of one's own: from nothing, or the one on the stage. Each change is applied at once, beside the stage; one that does not
 * go together with the rest is said in one sentence at its field and changes nothing.
 */
import '../kit/drawer.css';
import './machine-editor.css';
import './machine-texts.ts';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type MachineProblem, problemsOf } from '../../explain/machine/check.ts';
import {
  bareMachine,
  createOf,
  isX2apic,
  type Machine,
  vcpusOf,
  withFields,
  withVcpus,
  withX2apic,
} from '../../explain/machine/spec.ts';
import { errors } from '../../i18n/en/errors.ts';
import { addTexts, hasText } from '../../i18n/index.ts';
import type { Deed } from '../../share/runs.ts';
import { MAX_VCPUS } from '../../spec/limits.ts';
import { RUN_LOOPS } from '../../spec/ops/run-loop-of.ts';
import { KERNELS } from '../../spec/quirks.ts';
import { changeMachine } from '../../store/actions/edits.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { Fold } from '../kit/fold.tsx';
import { useT } from '../shared/use-t.ts';
import { Devices, Handlers, Routes } from './parts.tsx';

addTexts('en', errors);

/** Makes the machine another one, or says why not. @returns whether it did */
export type Edit = (to: Machine, name: Deed) => boolean;

export interface PartProps {
  readonly machine: Machine;
  readonly edit: Edit;
  /** What the last change would have been wrong in. */
  readonly problem: MachineProblem | null;
}

const fieldDeed = (field: string, value: unknown): Deed => ({
  key: 'deed.machine',
  params: { field, value: String(value ?? '–') },
});

export function MachineEditor({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useT();
  const app = useApp();
  const scene = useStore((s) => (s.scene?.complete === true ? s.scene : null));
  const start = useStore((s) => s.sceneId.start);
  const [problem, setProblem] = useState<MachineProblem | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const machine = useMemo<Machine | null>(
    () => (scene === null ? null : { ops: scene.commands.map(({ op }) => op), start }),
    [scene, start],
  );
  // Between two machines the one before stays in the form.
  const last = useRef<Machine>(bareMachine());
  if (machine !== null) last.current = machine;
  const shown = last.current;
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    opener.current = document.activeElement;
    root.current?.querySelector<HTMLElement>('input')?.focus();
    return () => {
      if (opener.current instanceof HTMLElement) opener.current.focus();
    };
  }, []);

  const edit: Edit = (to, name) => {
    const [wrong] = problemsOf(to);
    setProblem(wrong ?? null);
    if (wrong === undefined) void changeMachine(app, to, name);
    return wrong === undefined;
  };
  const fromNothing = (): void => {
    setProblem(null);
    void changeMachine(app, bareMachine());
  };
  const surface = {
    role: 'dialog',
    'aria-label': t('machine.title'),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    },
  } as const;
  const staged = createOf(shown).op !== 'create';
  return (
    <div ref={root} className="me drawer" {...surface}>
      <div className="me-head">
        <h2>{t('machine.title')}</h2>
        <button type="button" className="btn" onClick={fromNothing}>
          {t('machine.fromNothing')}
        </button>
        <button type="button" className="btn" aria-label={t('dialog.close')} onClick={onClose}>
          ×
        </button>
      </div>
      <p className="me-about">{t('machine.about')}</p>
      {!staged && (
        <>
          <Fold className="fold-group" title={t('machine.base')} open>
            <Base machine={shown} edit={edit} problem={problem} />
          </Fold>
          <Fold className="fold-group" title={t('machine.processor')} open>
            <Processor machine={shown} edit={edit} problem={problem} />
          </Fold>
          <Fold className="fold-group" title={t('machine.devices')} open>
            <Devices machine={shown} edit={edit} problem={problem} />
          </Fold>
          <Fold className="fold-group" title={t('machine.handlers')}>
            <Handlers machine={shown} edit={edit} problem={problem} />
          </Fold>
          <Fold className="fold-group" title={t('machine.routes')}>
            <Routes />
          </Fold>
        </>
      )}
    </div>
  );
}

/** The sentence at a field that the last change was wrong in. */
export function Wrong({
  problem,
  field,
}: {
  readonly problem: MachineProblem | null;
  readonly field: string;
}): ReactNode {
  const t = useT();
  if (problem?.field !== field) return null;
  return (
    <p className="problem" role="alert">
      {hasText(problem.key) ? t(problem.key, problem.params) : problem.key}
    </p>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  /** Null: what was typed is no such thing, and stays as typed. */
  readonly read: (text: string) => unknown;
  /** False: it does not go together with the rest, and stays as typed. */
  readonly onValue: (text: string) => unknown;
  /** A number from here to there, with a button each way: it can be chosen without a keyboard. */
  readonly range?: readonly [least: number, most: number];
}

/** Applied by Enter or by leaving it: half a number is no number. */
export function TextField({ label, value, hint, read, onValue, range }: TextProps): ReactNode {
  const t = useT();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const isWrong = (text: string): boolean => {
    const to = read(text);
    return to === null || (range !== undefined && (Number(to) < range[0] || Number(to) > range[1]));
  };
  const wrong = typed !== null && isWrong(typed);
  const done = (): void => {
    if (typed === null || wrong) return;
    if (typed === value || onValue(typed) !== false) setTyped(null);
  };
  const input = (
    <input
      id={id}
      value={typed ?? value}
      spellCheck={false}
      autoComplete="off"
      aria-invalid={wrong}
      aria-describedby={wrong || hint !== undefined ? `${id}p` : undefined}
      onChange={(e) => setTyped(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => {
        if (e.key === 'Enter') done();
      }}
    />
  );
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {range === undefined ? (
        input
      ) : (
        <div className="me-count">
          {input}
          {([-1, 1] as const).map((by) => {
            const next = Number(value) + by;
            return (
              <button
                key={by}
                type="button"
                className="btn"
                aria-label={t(by < 0 ? 'machine.fewer' : 'machine.more', { field: label })}
                // Not disabled at an end: the focus would be lost there.
                aria-disabled={next < range[0] || next > range[1]}
                onClick={() => {
                  setTyped(null);
                  if (next >= range[0] && next <= range[1]) onValue(String(next));
                }}
              >
                {by < 0 ? '−' : '+'}
              </button>
            );
          })}
        </div>
      )}
      {wrong && (
        <p className="problem" id={`${id}p`}>
          {range === undefined
            ? t('machine.wrong', { text: typed, field: label })
            : t('machine.range', { text: typed, field: label, least: range[0], most: range[1] })}
        </p>
      )}
      {!wrong && hint !== undefined && (
        <p className="me-hint" id={`${id}p`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly nameOf?: (option: string) => string;
  readonly onValue: (value: string) => void;
}

export function Choice({ label, value, options, nameOf = (option) => option, onValue }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onValue(e.target.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onValue: (on: boolean) => void;
}

export function Check({ label, checked, onValue }: CheckProps): ReactNode {
  return (
    <label className="me-check">
      <input type="checkbox" checked={checked} onChange={(e) => onValue(e.target.checked)} />
      {label}
    </label>
  );
}

const readCount = (text: string): number | null => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : null);
const readIds = (text: string): readonly number[] | null => {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  return parts.every((part) => /^\d{1,5}$/.test(part)) ? parts.map(Number) : null;
};

function Base({ machine, edit, problem }: PartProps): ReactNode {
  const t = useT();
  const create = createOf(machine);
  const set = (field: string, value: unknown): boolean =>
    edit(withFields(machine, { [field]: value }), fieldDeed(field, value));
  const ids = (create.ids ?? []) as readonly number[];
  return (
    <div className="me-fields">
      <TextField
        label={t('machine.vcpus')}
        value={String(vcpusOf(machine))}
        range={[1, MAX_VCPUS]}
        read={readCount}
        onValue={(text) => {
          const n = Number(text);
          return edit(withVcpus(machine, n), fieldDeed('vcpus', n));
        }}
      />
      <Wrong problem={problem} field="vcpus" />
      <TextField
        label={t('machine.ids')}
        value={ids.join(', ')}
        hint={t('machine.idsHint')}
        read={readIds}
        onValue={(text) => {
          const list = readIds(text) ?? [];
          return set('ids', list.length === 0 ? undefined : list);
        }}
      />
      <Wrong problem={problem} field="ids" />
      <Check
        label={t('machine.x2apic')}
        checked={isX2apic(machine)}
        onValue={(on) => edit(withX2apic(machine, on), fieldDeed('x2APIC', on ? 1 : 0))}
      />
      <Choice
        label={t('machine.irqchip')}
        value={String(create.irqchip ?? 'full')}
        options={['full', 'split', 'none']}
        onValue={(value) => set('irqchip', value)}
      />
      <Wrong problem={problem} field="irqchip" />
      <Choice
        label={t('machine.routing')}
        value={String(create.routing ?? 'kernel')}
        options={['kernel', 'qemu']}
        onValue={(value) => set('routing', value)}
      />
      <Check label={t('machine.pit')} checked={create.pit === true} onValue={(on) => set('pit', on || undefined)} />
      <Wrong problem={problem} field="pit" />
      <Check
        label={t('machine.hashing')}
        checked={create.vectorHashing !== false}
        onValue={(on) => set('vectorHashing', on ? undefined : false)}
      />
      <Wrong problem={problem} field="bsp" />
    </div>
  );
}

/** What a processor does for the guest, by the field of create that says so; switching one on brings the run loop it needs. */
const SWITCHES = [
  ['apicv', 'machine.apicv', 'vmx'],
  ['postedInterrupts', 'machine.posted', null],
  ['ipiVirtualization', 'machine.ipiv', null],
  ['avic', 'machine.avic', 'svm'],
] as const;

function Processor({ machine, edit, problem }: PartProps): ReactNode {
  const t = useT();
  const create = createOf(machine);
  const set = (change: Record<string, unknown>): void => {
    const [[field, value] = ['', '']] = Object.entries(change);
    edit(withFields(machine, change), fieldDeed(field, value));
  };
  const usual = (option: string): string => (option === '' ? t('machine.usual') : option);
  const onHost = create.runLoop === 'vmx' || create.apicv === true;
  return (
    <div className="me-fields">
      <Choice
        label={t('machine.vendor')}
        value={String(create.vendor ?? '')}
        options={['', 'intel', 'amd']}
        nameOf={usual}
        onValue={(value) => set({ vendor: value || undefined })}
      />
      <Wrong problem={problem} field="vendor" />
      <Choice
        label={t('machine.runLoop')}
        value={String(create.runLoop ?? '')}
        options={['', ...RUN_LOOPS]}
        nameOf={usual}
        onValue={(value) => set({ runLoop: value || undefined })}
      />
      <Wrong problem={problem} field="runLoop" />
      {SWITCHES.map(([field, label, loop]) => (
        <div key={field}>
          <Check
            label={t(label)}
            checked={create[field] === true}
            onValue={(on) => set({ [field]: on || undefined, ...(on && loop !== null ? { runLoop: loop } : {}) })}
          />
          <Wrong problem={problem} field={field} />
        </div>
      ))}
      {onHost && (
        <TextField
          label={t('machine.pcpus')}
          value={create.pcpus === undefined ? '' : String(create.pcpus)}
          read={(text) => (text.trim() === '' ? '' : readCount(text))}
          onValue={(text) => set({ pcpus: text.trim() === '' ? undefined : Number(text) })}
        />
      )}
      <Wrong problem={problem} field="pcpus" />
      <Choice
        label={t('machine.kernel')}
        value={String(create.kernel ?? '6.18')}
        options={KERNELS}
        onValue={(value) => set({ kernel: value === '6.18' ? undefined : value })}
      />
      <Wrong problem={problem} field="kernel" />
    </div>
  );
}
