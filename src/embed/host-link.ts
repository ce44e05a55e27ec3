/** The wire between an embedded page and the page that frames it. */

import { linkOf } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import {
  type Command,
  EMBED_NS,
  EMBED_VERSION,
  NEEDS_ORIGIN,
  PARENT_KEYS,
  readMessage,
  type Topic,
} from './messages.ts';

/** The part of a window this needs. */
export interface Wire {
  readonly parent: { postMessage(message: unknown, targetOrigin: string): void };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

interface HostLinkOptions {
  /** Origin that may use the commands of NEEDS_ORIGIN. */
  readonly origin: string | null;
  readonly app: string;
  /** A slide with us on it is shown or left. */
  readonly onSlide: (shown: boolean) => void;
}

export interface HostLink {
  /** Passes a key on to the parent. @returns whether it is one the parent wants */
  forwardKey(key: string): boolean;
  /** Tells the parent our size, if it asked for it. */
  resized(width: number, height: number): void;
  stop(): void;
}

/** Size changes below this are noise, and answering one would never end. */
const RESIZE_PX = 2;

export function createHostLink({ actions, store }: App, wire: Wire, options: HostLinkOptions): HostLink {
  let topics: readonly Topic[] = [];
  /** Where events go: the origin of the page that subscribed. */
  let audience = '*';
  let size = { width: 0, height: 0 };

  const say = (message: Readonly<Record<string, unknown>>, to: string): void =>
    wire.parent.postMessage({ ns: EMBED_NS, v: EMBED_VERSION, ...message }, to);
  const tell = (topic: Topic, message: Readonly<Record<string, unknown>>): void => {
    if (topics.includes(topic)) say({ type: topic, ...message }, audience);
  };
  const ready = (to: string, id: unknown = null): void =>
    say(
      {
        type: 'ready',
        ...(id === null ? {} : { id }),
        app: options.app,
        supports: [EMBED_VERSION],
        caps: ['seek', 'step', 'play', 'load', 'state', 'resize', 'keys'],
      },
      to,
    );

  function stateNow(): Readonly<Record<string, unknown>> {
    const { playhead, scene } = store.getState();
    return { step: playhead.step, count: scene?.steps.length ?? 0, playing: playhead.playing };
  }

  /** @returns what the answer carries, or the code of what went wrong */
  async function run(command: Command, from: string): Promise<Readonly<Record<string, unknown>> | string> {
    switch (command.type) {
      case 'hello':
        return {};
      case 'seek':
        actions.seekStep(command.step);
        return stateNow();
      case 'step':
        actions.stepBy(command.by);
        return stateNow();
      case 'play':
        actions.play();
        return stateNow();
      case 'pause':
        actions.pause();
        return stateNow();
      case 'load':
        return (await actions.openLink(command.link, { play: store.getState().playhead.playing })) === 'opened'
          ? stateNow()
          : (store.getState().notice?.code ?? 'link');
      case 'getState':
        return { ...stateNow(), link: linkOf(store.getState()) };
      case 'subscribe':
        topics = command.topics;
        audience = from;
        return { topics };
    }
  }

  async function listen(event: MessageEvent): Promise<void> {
    if (event.source !== (wire.parent as unknown)) return;
    const message = readMessage(event.data);
    if (message === null) return;
    if (message.kind === 'slide') {
      options.onSlide(message.shown);
      return;
    }
    // A sandboxed parent has no origin to address.
    const from = event.origin === 'null' || event.origin === '' ? '*' : event.origin;
    const { id } = message;
    if (message.kind === 'wrong') {
      say({ type: 'error', id, code: message.code, supports: [EMBED_VERSION] }, from);
      return;
    }
    const { command } = message;
    if (command.type === 'hello') {
      ready(from, id);
      return;
    }
    if (NEEDS_ORIGIN.has(command.type) && event.origin !== options.origin) {
      say({ type: 'error', id, code: 'origin' }, from);
      return;
    }
    const result = await run(command, from);
    if (typeof result === 'string') say({ type: 'error', id, code: result }, from);
    else say({ type: 'ok', id, ...result }, from);
  }

  const onMessage = (event: MessageEvent): void => void listen(event);
  wire.addEventListener('message', onMessage);

  const stopWatching = store.subscribe((now, before) => {
    const { playhead, scene } = now;
    const stepChanged = playhead.step !== before.playhead.step;
    if (stepChanged || playhead.playing !== before.playhead.playing) tell('state', stateNow());
    if (stepChanged && playhead.step >= 0) {
      const name = scene?.steps[playhead.step]?.name ?? null;
      tell('step', { name, index: playhead.step, count: scene?.steps.length ?? 0 });
    }
    if (now.notice !== null && now.notice !== before.notice) tell('error', { code: now.notice.code });
    if (now.fault !== null && now.fault !== before.fault) tell('error', { code: 'fault' });
  });

  ready('*');

  return {
    forwardKey(key) {
      if (!PARENT_KEYS.has(key)) return false;
      say({ type: 'key', key }, audience);
      return true;
    },
    resized(width, height) {
      if (Math.abs(width - size.width) <= RESIZE_PX && Math.abs(height - size.height) <= RESIZE_PX) return;
      size = { width, height };
      tell('resize', size);
    },
    stop() {
      wire.removeEventListener('message', onMessage);
      stopWatching();
    },
  };
}
