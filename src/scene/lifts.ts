/** What of a step rises out of its row: the fields that decided what its token is called from there on. */
import { happeningOf, litOf, locatorOf } from '../explain/locate/index.ts';
import { branchesOf } from './branches.ts';
import { flightOf, nameBefore, type Stage } from './flights.ts';

const NOTHING: readonly string[] = [];

/** Fields that decide what a token is called from here on; none where it keeps its name or does not move. */
export function liftsOf(stage: Stage, step: number): readonly string[] {
  const at = stage.scene.steps.get(step);
  const locator = at === undefined ? null : locatorOf(at.name);
  const flight = flightOf(stage, step);
  if (at === undefined || locator === null || !flight?.path || flight.from === null || flight.path.back) return NOTHING;
  if (locator.dock !== 'out' || locator.end !== undefined || flight.from.card !== flight.to.card) return NOTHING;
  const happening = happeningOf(at);
  const branches = branchesOf(stage.scene);
  const branch = branches.branches[flight.branch];
  if (branch === undefined || nameBefore(stage, branch, step) === locator.label(happening)) return NOTHING;
  return litOf(locator, happening);
}
