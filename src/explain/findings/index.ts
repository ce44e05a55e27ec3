/**
 * Findings: what is odd or wrong in a run, by rules over its machine and its log, one file each. They answer ids, places and numbers;
 * the sentence is a text by key.
 */
import { deadlineNotArmed } from './deadline-not-armed.ts';
import { destinationNobody } from './destination-nobody.ts';
import { edgeClearsTmr } from './edge-clears-tmr.ts';
import { edgeUnmaskedHigh } from './edge-unmasked-high.ts';
import { eoiBeforeQuiet } from './eoi-before-quiet.ts';
import { ifOffIrrFull } from './if-off-irr-full.ts';
import { initLost } from './init-lost.ts';
import { injectionRefused } from './injection-refused.ts';
import { irqfdNoRoute } from './irqfd-no-route.ts';
import { isrNeverEnded } from './isr-never-ended.ts';
import { levelPulseSwallowed } from './level-pulse-swallowed.ts';
import { levelStorm } from './level-storm.ts';
import { logicalClustersOred } from './logical-clusters-ored.ts';
import { lostIpi } from './lost-ipi.ts';
import { lvt0AndIoapic } from './lvt0-and-ioapic.ts';
import { maskedLinePending } from './masked-line-pending.ts';
import { noHandler } from './no-handler.ts';
import { onNotNotified } from './on-not-notified.ts';
import { picIsrHolds } from './pic-isr-holds.ts';
import { pitTickDropped } from './pit-tick-dropped.ts';
import { remoteIrrStuck } from './remote-irr-stuck.ts';
import { restoreOrder } from './restore-order.ts';
import { rtcEoiOwed } from './rtc-eoi-owed.ts';
import type { Hit, Look, Rule, Sight } from './rule.ts';
import { sharedVector } from './shared-vector.ts';
import { slaveEoiWithoutMaster } from './slave-eoi-without-master.ts';
import { snWithPir } from './sn-with-pir.ts';
import { spurious } from './spurious.ts';
import { staleEoiExitBitmap } from './stale-eoi-exit-bitmap.ts';
import { staleIrte } from './stale-irte.ts';
import { staleSvi } from './stale-svi.ts';
import { tprLeftHigh } from './tpr-left-high.ts';
import { unmaskWithoutLine } from './unmask-without-line.ts';
import { vectorBelow16 } from './vector-below-16.ts';
import { wakeupVectorMissing } from './wakeup-vector-missing.ts';

export const RULES: readonly Rule[] = [
  remoteIrrStuck,
  eoiBeforeQuiet,
  levelStorm,
  vectorBelow16,
  sharedVector,
  levelPulseSwallowed,
  destinationNobody,
  logicalClustersOred,
  maskedLinePending,
  edgeUnmaskedHigh,
  isrNeverEnded,
  tprLeftHigh,
  ifOffIrrFull,
  picIsrHolds,
  slaveEoiWithoutMaster,
  spurious,
  edgeClearsTmr,
  onNotNotified,
  snWithPir,
  wakeupVectorMissing,
  staleEoiExitBitmap,
  staleSvi,
  irqfdNoRoute,
  lvt0AndIoapic,
  deadlineNotArmed,
  restoreOrder,
  noHandler,
  lostIpi,
  rtcEoiOwed,
  unmaskWithoutLine,
  staleIrte,
  initLost,
  injectionRefused,
  pitTickDropped,
];

export interface Finding extends Hit {
  readonly id: string;
  readonly severity: Rule['severity'];
  readonly since: { readonly command: number; readonly op: string };
  readonly cites: Rule['cites'];
}

interface Track {
  readonly finding: Finding;
  /** Ops it has been there for. */
  ops: number;
  /** The op after which it was last there. */
  seen: number;
  open: boolean;
}

interface Watch {
  readonly rule: Rule;
  readonly look: Look;
  /** Those that are there now, by their place. */
  readonly open: Map<string, Track>;
}

/** Follows a run op by op. */
export function createFinder() {
  const tracks: Track[] = [];
  const watches: readonly Watch[] = RULES.map((rule) => ({
    rule,
    look: 'look' in rule ? rule.look : rule.begin(),
    open: new Map(),
  }));

  function follow({ rule, look, open }: Watch, sight: Sight): void {
    const hits = look(sight);
    for (const hit of hits) {
      const known = open.get(hit.at);
      if (known !== undefined) {
        known.seen = sight.command;
        continue;
      }
      const since = hit.since ?? { command: sight.command, op: String(sight.op.op) };
      const finding = { id: rule.id, severity: rule.severity, ...hit, since, cites: rule.cites };
      const track = { finding, ops: 0, seen: sight.command, open: true };
      open.set(hit.at, track);
      tracks.push(track);
    }
    for (const [at, track] of open) {
      if (rule.moment === true || track.seen === sight.command) {
        track.ops++;
        continue;
      }
      track.open = false;
      open.delete(at);
      // What did not stay is forgotten, or a long run would be a long list of it.
      if (rule.settles === true && track.ops <= SETTLED) tracks.splice(tracks.lastIndexOf(track), 1);
    }
  }

  return {
    take(sight: Sight): void {
      for (const watch of watches) follow(watch, sight);
    },
    /** @param all what was found at any time; else what is there now */
    found: (all: boolean): readonly Finding[] => tracks.filter(({ open }) => all || open).map(({ finding }) => finding),
  };
}

/** Ops after which what should not stay has stayed. */
const SETTLED = 12;
