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

/** What a frame says by itself, by the message's type; an element's events of these names have it in `detail`. */
export interface FrameEvents {
  readonly ready: FrameMessage & {
    readonly app: string;
    readonly supports: readonly number[];
    readonly caps: readonly string[];
  };
  /** `id` outlives a renumbering: "ioapic_service#2". */
  readonly step: FrameMessage & {
    readonly index: number;
    readonly count: number;
    readonly name: string | null;
    readonly id: string | null;
    readonly sentence: string | null;
  };
  readonly state: FrameMessage & { readonly step: number; readonly count: number; readonly playing: boolean };
  readonly error: FrameMessage & { readonly code: string };
  readonly key: FrameMessage & {
    readonly key: string;
    readonly code: string;
    readonly keyCode: number;
    readonly shift: boolean;
    readonly alt: boolean;
  };
  readonly quiz: FrameMessage &
    (
      | {
          readonly id: string;
          readonly state: 'asked';
          readonly step: number;
          readonly question: string;
          readonly choices: readonly string[];
        }
      | {
          readonly id: string;
          readonly state: 'answered';
          readonly choice: number;
          readonly correct: boolean;
          readonly right: number;
          readonly of: number;
        }
    );
  /** `step`: first step of the op since which it holds, -1 before the first; `open`: it still does at the end. */
  readonly finding: FrameMessage & {
    readonly id: string;
    readonly severity: 'note' | 'odd' | 'wrong';
    readonly at: string;
    readonly step: number;
    readonly name: string | null;
    readonly open: boolean;
    readonly params: Readonly<Record<string, string | number>>;
    readonly sentence: string;
  };
  readonly resize: FrameMessage & { readonly width: number; readonly height: number };
  readonly progress: FrameMessage & { readonly id: string | number; readonly done: number; readonly of: number };
}

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
    else asked.fail(new FrameError(typeof message.code === 'string' ? message.code : 'fault'));
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
