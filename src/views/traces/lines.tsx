/** The raw lines around the playhead, read again from the file, and the buttons that move it. */

import type { ReactNode } from 'react';
import { visible } from '../../base/visible.ts';
import type { ReportRow } from '../../trace/report.ts';
import type { Translate } from '../shared/use-t.ts';
import { ICON, IconButton } from '../timeline/transport.tsx';
import { Gap } from './gap.tsx';
import { FOLD_MS, timeIn } from './model.ts';
import type { Moment } from './use-moment.ts';

/** Lines that the engine is told; what it must answer are the others (design/traces.md, roles). */
const JUDGED = /\bkvm_(pic_set_irq|ioapic_set_irq|apic_accept_irq|apicv_accept_irq|inj_virq|eoi|pv_eoi|ack_irq)\b/;
const INPUT =
  /\bkvm_(set_irq|msi_set_irq|apic|apic_ipi|hypercall|mmio|pio|msr|cr|exit|entry|userspace_exit|apicv_inhibit_changed)\b/;

type Role = 'differs' | 'judged' | 'input' | 'counted';

function roleOf(text: string, differs: boolean): Role {
  if (differs) return 'differs';
  if (JUDGED.test(text)) return 'judged';
  return INPUT.test(text) ? 'input' : 'counted';
}

interface LinesProps {
  readonly moment: Moment | null;
  readonly line: number;
  readonly last: number;
  readonly findings: readonly ReportRow[];
  readonly onLine: (line: number) => void;
  readonly playing: boolean;
  readonly onPlay: () => void;
  readonly t: Translate;
}

export function Lines({ moment, line, last, findings, onLine, playing, onPlay, t }: LinesProps): ReactNode {
  const wrong = findings.filter((f) => f.severity === 'wrong');
  const ordered = findings.map((f) => Number(f.line)).sort((a, b) => a - b);
  const next = ordered.find((at) => at > line);
  const before = ordered.findLast((at) => at < line);
  const go = (to: number | undefined): void => {
    if (to !== undefined) onLine(Math.min(Math.max(to, 1), last));
  };
  return (
    <section className="tr-lines" aria-label={t('trace.page.lines')}>
      <div className="tr-transport">
        <fieldset className="tl-buttons" aria-label={t('timeline.transport')}>
          <IconButton name={t('trace.page.first')} onClick={() => go(1)} path={ICON.first} />
          <IconButton name={t('trace.page.prev')} onClick={() => go(line - 1)} path={ICON.back} />
          <IconButton
            name={t(playing ? 'timeline.pause' : 'timeline.play')}
            onClick={onPlay}
            path={playing ? ICON.pause : ICON.play}
            main
          />
          <IconButton name={t('trace.page.next')} onClick={() => go(line + 1)} path={ICON.step} />
          <IconButton name={t('trace.page.last')} onClick={() => go(last)} path={ICON.last} />
        </fieldset>
        <button type="button" className="btn" disabled={before === undefined} onClick={() => go(before)}>
          {t('trace.page.finding.prev')}
        </button>
        <button type="button" className="btn" disabled={next === undefined} onClick={() => go(next)}>
          {t('trace.page.finding.next')}
        </button>
      </div>
      <ol className="tr-raw">
        {(moment?.lines ?? []).map((raw, i, all) => {
          const before = all[i - 1];
          const ms = before === undefined ? 0 : (timeIn(raw.text) - timeIn(before.text)) / 1000;
          const differs = wrong.some((f) => Number(f.line) === raw.line);
          const role = roleOf(raw.text, differs);
          return (
            <li
              key={raw.line}
              data-role={role}
              data-gap={ms > FOLD_MS}
              aria-current={raw.line === line ? 'true' : undefined}
            >
              {ms > FOLD_MS && <Gap ms={ms} t={t} />}
              <button type="button" onClick={() => onLine(raw.line)}>
                <span className="tr-no">{raw.line.toLocaleString('en-US')}</span>
                <code>{visible(raw.text.replaceAll('\t', ' '))}</code>
                <span className="tr-role">{t(`trace.page.role.${role}`)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
