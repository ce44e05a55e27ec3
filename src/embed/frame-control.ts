/** The other end of the embed contract: our own page as the host of a frame with our own page in it. */
import { EMBED_NS, EMBED_VERSION } from './messages.ts';

/** What a host may say to a frame; see README.md for each. */
type FrameCommand =
  | { readonly type: 'seek'; readonly step: number }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'play' | 'pause' };

export interface FrameState {
  readonly step: number;
  readonly playing: boolean;
}

interface FrameEvents {
  readonly onState: (state: FrameState) => void;
  /** A key pressed in the frame, with keys=parent in its address. */
  readonly onKey: (key: string) => void;
}

export interface FrameControl {
  say(command: FrameCommand): void;
  stop(): void;
}

export function controlFrame(frame: HTMLIFrameElement, { onState, onKey }: FrameEvents): FrameControl {
  const { origin } = new URL(frame.src);
  // A page opened from a file has no origin to address.
  const to = origin === 'null' ? '*' : origin;
  const post = (message: Readonly<Record<string, unknown>>): void =>
    frame.contentWindow?.postMessage({ ns: EMBED_NS, v: EMBED_VERSION, ...message }, to);
  const onMessage = (event: MessageEvent<unknown>): void => {
    if (event.source !== frame.contentWindow || typeof event.data !== 'object' || event.data === null) return;
    const message = event.data as Readonly<Record<string, unknown>>;
    if (message.ns !== EMBED_NS || message.v !== EMBED_VERSION) return;
    const { type, key, step, playing } = message;
    if (type === 'ready') post({ type: 'subscribe', topics: ['state'] });
    else if (type === 'key' && typeof key === 'string') onKey(key);
    else if (Number.isInteger(step) && typeof playing === 'boolean') onState({ step: step as number, playing });
  };
  window.addEventListener('message', onMessage);
  // Either side may be there first.
  post({ type: 'hello' });
  return {
    say: post,
    stop: () => window.removeEventListener('message', onMessage),
  };
}
