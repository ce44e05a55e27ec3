/**
 * Where in the kernel an event comes from: function, tracepoint, citation. Nothing that moves asks for it, so a built page has these
 * columns of FIRST_EVENTS here, in a chunk that comes after the first motion, and the rows without them (cli/page-build.ts).
 */
import type { EventSource } from '../define/event.ts';
import { type EventName, eventRow } from './index.ts';

/** @throws Error where the event's part is not loaded */
export const eventSource = (name: EventName): EventSource => eventRow(name) as unknown as EventSource;
