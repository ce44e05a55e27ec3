/** `dist/embed/irq-scope.js`: the element and the typed client, as a module. */
import { defineElement } from './host/element.ts';

export { IrqScopeElement, type StepName } from './host/element.ts';
export {
  connectFrame,
  type FrameClient,
  FrameError,
  type FrameEvents,
  type FrameMessage,
} from './host/frame-client.ts';

defineElement(import.meta.url);
