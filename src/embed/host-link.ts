/** The wire between an embedded page and the page that frames it. */

import type { JsonOp } from '../log/log.ts';
import { stepName } from '../log/step-name.ts';
import { findStep } from '../log/steps.ts';
import { linkOf, type Opened, selectionOf } from '../store/actions/links.ts';
import { answerQuiz } from '../store/actions/quiz.ts';
import type { App } from '../store/create-app.ts';
import { beatsOf } from '../store/look.ts';
import type { AppState, Quiz } from '../store/types.ts';
import { type Consent, createGuard } from './consent.ts';
import { PARENT_KEYS } from './keys.ts';
import {
  type Command,
  EMBED_NS,
  EMBED_VERSION,
  type ExportOrder,
  NEEDS_ORIGIN,
  readMessage,
  type StepRef,
  type Topic,
} from './messages.ts';

/** The part of a window this needs. */
export interface Wire {
  readonly parent: { postMessage(message: unknown, targetOrigin: string, transfer?: Transferable[]): void };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

interface HostLinkOptions {
  /** Origin that may use the commands of NEEDS_ORIGIN. */
  readonly origin: string | null;
  readonly app: string;
  /** A slide with us on it is shown or left. */
  readonly onSlide: (shown: boolean) => void;
  /** A command needs the scene, which may be waiting behind its poster. */
  readonly onWanted: () => void;
  /** Another theme, language, controls or panels, in the words of the query. */
  readonly onView: (change: Readonly<Record<string, string>>) => void;
  /** Makes what a host orders of the scene; steps are indices, `steps` those of a film. @returns the answer's fields, or an error's code */
  readonly onExport: (
    order: ExportOrder,
    place: { readonly step: number; readonly steps: { readonly from: number; readonly to: number } },
    progress: { readonly onProgress: (done: number, of: number) => void; readonly signal: AbortSignal },
  ) => Promise<Readonly<Record<string, unknown>> | string>;
  /** Title of the scene in the reader's language; '' where it has none. */
  readonly title: () => string;
  /** Sentence of a step in the reader's language; null where it cannot be said (yet). */
  readonly sentence: (step: number) => string | null;
  /** Begins to look for what is odd in the runs that are shown; `tell` is called once for each finding of a run. */
  readonly onFindings: (tell: (finding: Readonly<Record<string, unknown>>) => void) => void;
}

/** A key as the parent needs it to raise the same event. */
export interface KeyPressed {
  readonly key: string;
  readonly code: string;
  readonly keyCode: number;
  readonly shift: boolean;
  readonly alt: boolean;
}

export interface HostLink {
  /** Passes a key on to the parent. @returns whether it is one the parent wants */
  forwardKey(key: KeyPressed): boolean;
  /** Tells the parent our size, if it asked for it. */
  resized(width: number, height: number): void;
  /** The host changes the address of the frame: the scene that comes is its own. */
  readdressed(): void;
  /** Whether the reader lets the host have what the reader made. */
  readonly consent: Consent;
  stop(): void;
}

/** Commands about the scene: one that comes before the scene waits for it. */
const WAITS: ReadonlySet<Command['type']> = new Set([
  'seek',
  'step',
  'play',
  'pause',
  'getState',
  'set',
  'focus',
  'export',
]);

/** Size changes below this are noise, and answering one would never end. */
const RESIZE_PX = 2;
/** A frame: more seeks than one in it cannot be seen. */
const SEEK_EVERY_MS = 16;

/** Commands whose answer has the scene in it. */
const GIVES: ReadonlySet<Command['type']> = new Set(['getState', 'export']);

export function createHostLink({ actions, store }: App, wire: Wire, options: HostLinkOptions): HostLink {
  const guard = createGuard(store);
  let findingsAsked = false;
  let topics: readonly Topic[] = [];
  /** Where events go: the origin of the page that subscribed. */
  let audience = '*';
  let size = { width: 0, height: 0 };

  /** A picture is handed over, not copied. */
  const say = (message: Readonly<Record<string, unknown>>, to: string): void => {
    const transfer = message.data instanceof ArrayBuffer ? [message.data] : [];
    wire.parent.postMessage({ ns: EMBED_NS, v: EMBED_VERSION, ...message }, to, transfer);
  };
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
        caps: [
          'seek',
          'step',
          'play',
          'load',
          'state',
          'resize',
          'keys',
          'export',
          'film',
          'set',
          'focus',
          'view',
          'quiz',
          'finding',
          'stepname',
        ],
      },
      to,
    );

  function stateNow(): Readonly<Record<string, unknown>> {
    const { playhead, scene } = store.getState();
    return { step: playhead.step, count: scene?.steps.length ?? 0, playing: playhead.playing };
  }

  /** Never the answer. */
  function tellQuestion(quiz: Quiz | null): void {
    if (quiz === null || quiz.chosen !== null) return;
    const { id, step, question, choices } = quiz;
    tell('quiz', { id, state: 'asked', step, question, choices });
  }

  function tellQuiz({ quiz, score }: AppState, before: AppState): void {
    if (quiz !== null && quiz.id !== before.quiz?.id) tellQuestion(quiz);
    const isAnswered = ({ quiz: q }: AppState): boolean => q !== null && q.chosen !== null && q.right !== null;
    if (quiz === null || quiz.chosen === null || quiz.right === null || quiz.right < 0) return;
    if (isAnswered(before) && before.quiz?.id === quiz.id) return;
    const { id, chosen, right } = quiz;
    tell('quiz', {
      id,
      state: 'answered',
      choice: chosen,
      correct: chosen === right,
      right: score.right,
      of: score.of,
    });
  }

  function loaded(end: Opened): Readonly<Record<string, unknown>> | string {
    if (end === 'opened') return stateNow();
    if (end === 'nothing') return 'link-empty';
    return end === 'overtaken' ? end : end.code;
  }

  /** The scene the address asks for is whole, or there will be none. */
  function settled(): Promise<void> {
    const isThere = ({ scene, notice, fault }: AppState): boolean =>
      scene?.complete === true || (scene === null && (notice !== null || fault !== null));
    if (isThere(store.getState())) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = store.subscribe((state) => {
        if (!isThere(state)) return;
        stop();
        resolve();
      });
    });
  }

  /** @returns null where the scene has no such step */
  function indexOf(step: StepRef): number | null {
    if (typeof step === 'number') return step;
    const steps = store.getState().scene?.steps;
    if (step === 'end') return (steps?.length ?? 0) - 1;
    const at = steps === undefined ? -1 : findStep(steps, step);
    return at < 0 ? null : at;
  }

  /**
   * A drag on the host's slider is hundreds of seeks. The first is done at once; those that come within a frame after one are
   * one seek, to the last of them, and all are answered then.
   */
  let seeking: { at: number; readonly answers: (() => void)[] } | null = null;
  let rest: ReturnType<typeof setTimeout> | null = null;
  function seekSoon(at: number): Promise<void> {
    if (rest === null) {
      actions.seekStep(at);
      rest = setTimeout(seekNow, SEEK_EVERY_MS);
      return Promise.resolve();
    }
    seeking ??= { at, answers: [] };
    seeking.at = at;
    const { answers } = seeking;
    return new Promise((resolve) => answers.push(resolve));
  }
  function seekNow(): void {
    if (rest !== null) clearTimeout(rest);
    rest = null;
    if (seeking === null) return;
    const { at, answers } = seeking;
    seeking = null;
    actions.seekStep(at);
    rest = setTimeout(seekNow, SEEK_EVERY_MS);
    for (const answer of answers) answer();
  }

  /** What is being made, by the id it was ordered with. */
  const making = new Map<unknown, AbortController>();

  /** @returns what the answer carries, or the code of what went wrong */
  async function run(command: Command, from: string, id: unknown): Promise<Readonly<Record<string, unknown>> | string> {
    // Asking is no wish to see it run: a poster stays one.
    if (command.type === 'getState' && store.getState().ui.embed?.clickToLoad === true) {
      return { ...stateNow(), link: null, beats: [], title: options.title() };
    }
    if (WAITS.has(command.type)) {
      options.onWanted();
      await settled();
    }
    if (GIVES.has(command.type) && !(await guard.mayGive(command.type === 'getState' && command.quiet)))
      return 'refused';
    // What comes after a seek finds it done.
    if (command.type !== 'seek') seekNow();
    switch (command.type) {
      case 'hello':
        return {};
      case 'seek': {
        const at = indexOf(command.step);
        if (at === null) return 'step';
        await seekSoon(at);
        return stateNow();
      }
      case 'step':
        actions.stepBy(command.by);
        return stateNow();
      case 'play':
        actions.play();
        return stateNow();
      case 'pause':
        actions.pause();
        return stateNow();
      case 'load': {
        options.onWanted();
        guard.opens();
        const end = await actions.openLink(command.link, { play: store.getState().playhead.playing });
        if (end === 'opened') guard.opened();
        return loaded(end);
      }
      case 'getState': {
        const { scene, sceneId } = store.getState();
        const beats = scene === null ? [] : beatsOf(scene.steps, sceneId.look);
        return { ...stateNow(), link: linkOf(store.getState()), beats, title: options.title() };
      }
      case 'set': {
        const notDone = guard.sets(command.op as JsonOp);
        const { ui, playhead } = store.getState();
        // With play=0 nothing moves unless somebody asked for it: what the op leads to is there at once.
        const isStill = ui.embed?.play === 'no' && !playhead.playing;
        const poked = actions.poke(command.op);
        if (isStill) actions.pause();
        const end = await poked;
        if (isStill) {
          if (end === 'done') actions.seekEnd();
          actions.pause();
        }
        if (end === 'done') return stateNow();
        notDone();
        return end === 'overtaken' ? end : end.code;
      }
      case 'focus': {
        const selection = selectionOf(command.node);
        if (selection === null) return 'node';
        actions.select(selection);
        return {};
      }
      case 'answer':
        return answerQuiz(store, command.choice, command.quiz) ? {} : 'quiz';
      case 'export': {
        const { order } = command;
        // A film opens again at its first step.
        const at = indexOf(order.step ?? order.steps?.[0] ?? store.getState().playhead.step);
        const count = store.getState().scene?.steps.length ?? 0;
        const [first, last] = order.steps === undefined ? [0, count - 1] : order.steps.map(indexOf);
        if (at === null || at >= count || first == null || last == null) return 'step';
        const control = new AbortController();
        making.set(id, control);
        const onProgress = (done: number, of: number): void => say({ type: 'progress', id, done, of }, from);
        const place = { step: Math.max(-1, at), steps: { from: first, to: last } };
        return options.onExport(order, place, { onProgress, signal: control.signal }).finally(() => making.delete(id));
      }
      case 'cancel':
        making.get(command.of)?.abort();
        return { cancelled: making.has(command.of) };
      case 'view':
        options.onView(command.change);
        return {};
      case 'subscribe':
        topics = command.topics;
        audience = from;
        // Asked before anybody listened.
        tellQuestion(store.getState().quiz);
        if (topics.includes('finding') && !findingsAsked) {
          findingsAsked = true;
          options.onFindings((finding) => tell('finding', finding));
        }
        return { topics, title: options.title() };
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
    if (NEEDS_ORIGIN.has(command.type) && (options.origin === null || event.origin !== options.origin)) {
      say({ type: 'error', id, code: 'origin' }, from);
      return;
    }
    // Never silence: what breaks here is a fault of ours, and said so.
    const result = await run(command, from, id).catch(() => 'fault');
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
      const steps = scene?.steps;
      tell('step', {
        name: steps?.get(playhead.step)?.name ?? null,
        id: steps === undefined ? null : stepName(steps, playhead.step),
        index: playhead.step,
        count: steps?.length ?? 0,
        sentence: topics.includes('step') ? options.sentence(playhead.step) : null,
      });
    }
    if (now.quiz !== before.quiz) tellQuiz(now, before);
    if (now.notice !== null && now.notice !== before.notice) tell('error', { code: now.notice.code });
    if (now.fault !== null && now.fault !== before.fault) tell('error', { code: 'fault' });
  });

  ready('*');

  return {
    forwardKey(pressed) {
      if (!PARENT_KEYS.has(pressed.key)) return false;
      say({ type: 'key', ...pressed }, audience);
      return true;
    },
    resized(width, height) {
      if (Math.abs(width - size.width) <= RESIZE_PX && Math.abs(height - size.height) <= RESIZE_PX) return;
      size = { width, height };
      tell('resize', size);
    },
    readdressed: () => guard.opens(),
    consent: guard,
    stop() {
      guard.stop();
      if (rest !== null) clearTimeout(rest);
      wire.removeEventListener('message', onMessage);
      stopWatching();
    },
  };
}
