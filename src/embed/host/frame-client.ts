/**
 * The host's end of the embed contract: a frame with irqscope in it, driven by messages. It imports nothing of the page, so
 * that what a lecturer loads stays small.
 */

const NS = 'irqscope';
const VERSION = 1;
/** How often a frame that is still silent is greeted; either side may be there first. */
const HELLO_EVERY_MS = 500;

/** What a frame says, as it came: `{ ns, v, type, … }`. */
export type FrameMessage = Readonly<Record<string, unknown>> & { readonly type: string };

/** A command that the frame refused: `code` is one of the contract's. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: string;
  constructor(code: string) {
    super(`irqscope: ${code}`);
    this.code = code;
  }
}

export interface FrameClient {
  /** The frame's `ready` message, once it has said it. */
  readonly ready: Promise<FrameMessage>;
  /**
   * Sends a command once the frame is ready.
   * @param asked told the id it is sent with, for `cancel {of}`
   * @returns the frame's answer
   * @throws FrameError with the code it was refused with; `gone` when the client is stopped first
   */
  ask(type: string, fields?: Readonly<Record<string, unknown>>, asked?: (id: number) => void): Promise<FrameMessage>;
  /** No more messages: what is still asked is refused with `gone`. */
  stop(): void;
}

interface Waiting {
  readonly done: (message: FrameMessage) => void;
  readonly fail: (error: FrameError) => void;
}

/**
 * @param frame its address must have `embed=1`
 * @param onMessage hears what the frame says by itself: state, step, error, key, quiz, finding, resize, progress
 */
export function connectFrame(frame: HTMLIFrameElement, onMessage: (message: FrameMessage) => void): FrameClient {
  let nextId = 1;
  let stopped = false;
  const waiting = new Map<number, Waiting>();
  let opened: (message: FrameMessage) => void = () => {};
  let refused: (error: FrameError) => void = () => {};
  const ready = new Promise<FrameMessage>((resolve, reject) => {
    opened = resolve;
    refused = reject;
  });
  // Nobody need be waiting for a frame that is taken away.
  ready.catch(() => {});

  // A sandboxed frame has no origin to address; who answers is checked by its window.
  const post = (message: Readonly<Record<string, unknown>>): void =>
    frame.contentWindow?.postMessage({ ns: NS, v: VERSION, ...message }, '*');
  const greet = setInterval(() => post({ type: 'hello' }), HELLO_EVERY_MS);

  function hear(event: MessageEvent<unknown>): void {
    if (event.source === null || event.source !== frame.contentWindow) return;
    const { data } = event;
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return;
    const message = data as FrameMessage;
    if (message.ns !== NS || message.v !== VERSION || typeof message.type !== 'string') return;
    if (message.type === 'ready') {
      clearInterval(greet);
      opened(message);
      onMessage(message);
      return;
    }
    const asked = typeof message.id === 'number' ? waiting.get(message.id) : undefined;
    if (asked === undefined || (message.type !== 'ok' && message.type !== 'error')) {
      onMessage(message);
      return;
    }
    waiting.delete(message.id as number);
    if (message.type === 'ok') asked.done(message);
    else asked.fail(new FrameError(String(message.code)));
  }
  window.addEventListener('message', hear);

  return {
    ready,
    async ask(type, fields = {}, asked = () => {}) {
      await ready;
      if (stopped) throw new FrameError('gone');
      const id = nextId++;
      return new Promise((done, fail) => {
        waiting.set(id, { done, fail });
        post({ ...fields, type, id });
        asked(id);
      });
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(greet);
      window.removeEventListener('message', hear);
      const gone = new FrameError('gone');
      refused(gone);
      for (const { fail } of waiting.values()) fail(gone);
      waiting.clear();
    },
  };
}
