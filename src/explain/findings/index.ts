/**
 * Findings: what is odd or wrong in a run, by rules over its machine and its log, one file each. They answer ids, places and numbers;
 * the sentence is a text by key.
 */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { Named } from '../where/facts.ts';
import { deadlineNotArmed } from './deadline-not-armed.ts';
import { destinationNobody } from './destination-nobody.ts';
import { edgeClearsTmr } from './edge-clears-tmr.ts';
import { edgeUnmaskedHigh } from './edge-unmasked-high.ts';
import { eoiBeforeQuiet } from './eoi-before-quiet.ts';
import { ifOffIrrFull } from './if-off-irr-full.ts';
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
import { remoteIrrStuck } from './remote-irr-stuck.ts';
import { restoreOrder } from './restore-order.ts';
import type { Hit, Rule, Sight } from './rule.ts';
import { sharedVector } from './shared-vector.ts';
import { slaveEoiWithoutMaster } from './slave-eoi-without-master.ts';
import { snWithPir } from './sn-with-pir.ts';
import { spurious } from './spurious.ts';
import { staleEoiExitBitmap } from './stale-eoi-exit-bitmap.ts';
import { staleSvi } from './stale-svi.ts';
import { tprLeftHigh } from './tpr-left-high.ts';
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
  open: boolean;
}

/** Follows a run op by op. */
export function createFinder() {
  const tracks: Track[] = [];
  const past: Named[] = [];
  let last = 0;

  function takeRule(rule: Rule, sight: Sight): void {
    const hits = rule.look(sight);
    for (const hit of hits) {
      const known = tracks.find((t) => t.open && t.finding.id === rule.id && t.finding.at === hit.at);
      if (known !== undefined) continue;
      const since = { command: sight.command, op: String(sight.op.op) };
      tracks.push({
        finding: { id: rule.id, severity: rule.severity, ...hit, since, cites: rule.cites },
        ops: 0,
        open: true,
      });
    }
    for (const track of tracks) {
      if (!track.open || track.finding.id !== rule.id) continue;
      if (rule.moment === true || hits.some(({ at }) => at === track.finding.at)) track.ops++;
      else track.open = false;
    }
  }

  return {
    take(sight: Omit<Sight, 'past'>): void {
      for (const rule of RULES) takeRule(rule, { ...sight, past });
      past.push(...sight.events);
      last = sight.command;
    },
    /** @param all what was found at any time; else what is there now */
    found(all: boolean): readonly Finding[] {
      const settled = ({ finding, ops, open }: Track): boolean => {
        const rule = RULES.find(({ id }) => id === finding.id);
        return rule?.settles !== true || ops > SETTLED || (open && finding.since.command <= last);
      };
      return tracks.filter((track) => (all || track.open) && settled(track)).map(({ finding }) => finding);
    },
  };
}

/** Ops after which what should not stay has stayed. */
const SETTLED = 12;

/** The words as they are now, to be compared with what comes. */
export const frozen = (view: MachineView): MachineView => ({ ...view, w: view.w.slice() });
