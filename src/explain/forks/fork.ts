/** A way a step did not take. */
import type { MessageKey } from '../../i18n/index.ts';
import type { JsonOp } from '../../log/log.ts';
import type { EventRows } from '../../spec/define/event.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { StepContext } from '../context.ts';

export interface Fork {
  /** Text key of the condition; with `.then`, what would follow. */
  readonly key: Extract<MessageKey, `fork.${string}`>;
  readonly params: Readonly<Record<string, string | number>>;
  readonly ops: readonly JsonOp[];
  /** The ops stand in for the step's command instead of coming before it. */
  readonly replaces?: true;
  /** Fields of the machine itself that differ: the whole scene is done again on another one. */
  readonly create?: JsonOp;
}

/** Rows of a part; an event without one had no other way. */
export type ForkRows<T extends EventRows> = {
  readonly [K in keyof T]?: K extends EventName ? (c: StepContext<K>) => readonly Fork[] : never;
};
