/**
 * What the lines just before the playhead did, each with its line's number, which leads to the raw line; between them the
 * gaps that are folded. A dot: the trace says so. A line that does not fit is red here as it is below.
 */
import type { ReactNode } from 'react';
import type { ReportRow } from '../../trace/report.ts';
import type { Answers } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';
import { Gap } from './gap.tsx';
import { FOLD_MS, hex } from './model.ts';

const SHOWN = 6;

type Op = NonNullable<Answers['scene']>['ops'][number];

/** What a line told the machine. */
function deedOf(op: Op, t: Translate): string {
  switch (op.op) {
    case 'irq_line':
      return t('trace.deed.line', { gsi: Number(op.gsi), level: Number(op.level) });
    case 'msi':
      return t('trace.deed.msi', { vector: hex(Number(op.data) & 255) });
    case 'eoi':
      return t('trace.deed.eoi', { vcpu: Number(op.vcpu) });
    case 'run':
      return t('trace.deed.run', { vcpu: Number(op.vcpu) });
    default:
      return t('trace.deed.write', { where: String(op.addr ?? op.port ?? op.msr ?? ''), vcpu: Number(op.vcpu) });
  }
}

interface OnStageProps {
  readonly scene: NonNullable<Answers['scene']>;
  readonly line: number;
  readonly findings: readonly ReportRow[];
  readonly onLine: (line: number) => void;
  readonly t: Translate;
}

export function OnStage({ scene, line, findings, onLine, t }: OnStageProps): ReactNode {
  const wrong = new Set(findings.filter((f) => f.severity === 'wrong').map((f) => Number(f.line)));
  const told = scene.lines.flatMap((at, i) =>
    at > 0 && at <= line && at !== scene.lines[i - 1]
      ? [{ at, op: scene.ops[i] as Op, ts: scene.times[i] ?? null }]
      : [],
  );
  const last = told.slice(-SHOWN);
  return (
    <ol className="tr-told" aria-label={t('trace.page.told')}>
      {last.map(({ at, op, ts }, i) => {
        const before = last[i - 1]?.ts ?? null;
        const ms = ts === null || before === null ? 0 : (ts - before) / 1000;
        return (
          <li key={at} data-wrong={wrong.has(at)} data-now={at === line}>
            {ms > FOLD_MS && <Gap ms={ms} t={t} />}
            <span className="tr-dot" aria-hidden="true" />
            <button type="button" className="tr-line" onClick={() => onLine(at)}>
              {at.toLocaleString('en-US')}
            </button>{' '}
            {deedOf(op, t)}
          </li>
        );
      })}
    </ol>
  );
}
