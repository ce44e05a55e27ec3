/** Codes of events by name, flattened for hot code: `emit(m, EV.irr_set, …)`. The rows are in spec/events, one file a part. */
import { ALL_EVENTS } from '../../spec/events/all.ts';
import type { EventName } from '../../spec/events/index.ts';
import { constantTable } from './constant-table.ts';

export { CHIP, KICK, REQ } from '../../spec/names.ts';

export const EV = constantTable(
  Object.entries(ALL_EVENTS).map(([name, { code }]) => [name as EventName, code] as const),
);
