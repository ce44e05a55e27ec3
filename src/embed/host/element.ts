/**
 * `<irq-scope>`: a live scene in somebody's page. The element frames the page and speaks to it by messages; it holds no
 * engine. See src/embed/README.md for its attributes, properties and events.
 */
import { linkText } from '../../share/link-text.ts';
import { connectFrame, type FrameClient, FrameError, type FrameEvents, type FrameMessage } from './frame-client.ts';
import { frameUrl, pageUrl, QUERY_ATTRIBUTES } from './page-url.ts';

/** What a running frame changes without being loaded again. */
const LIVE = new Set(['preset', 'state', 'step', 'theme', 'lang', 'panels', 'controls']);
const OBSERVED = [...LIVE, 'title', 'width', 'height'] as const;
const EVENTS: ReadonlySet<string> = new Set<keyof FrameEvents>([
  'ready',
  'step',
  'state',
  'error',
  'key',
  'quiz',
  'finding',
  'resize',
  'progress',
]);

/** A step as an author writes it: an index, `name#n` or `end`. */
export type StepName = number | string;

const STYLE = `:host{display:block;inline-size:100%;max-inline-size:100%}
:host([hidden]){display:none}
.box{position:relative;inline-size:100%;block-size:100%;min-block-size:0}
iframe{display:block;inline-size:100%;block-size:100%;border:0;background:transparent}
img{display:block;inline-size:100%;block-size:100%;object-fit:contain}
button{position:absolute;inset:0;inline-size:100%;block-size:100%;margin:0;padding:0;border:0;background:none;cursor:pointer;font:600 1rem/1.3 system-ui,sans-serif}
button span{position:absolute;inset-inline-start:50%;inset-block-end:8%;translate:-50% 0;padding:.5em 1em;border-radius:2em;color:#fff;background:#14181f}
button:focus-visible{outline:3px solid #1560d2;outline-offset:-3px}`;

let scriptUrl: string | null = null;
/** Tells the element where its script came from; the page is looked for beside it. */
export function setScriptUrl(url: string | null): void {
  scriptUrl = url;
}

const stepOf = (text: string): StepName => (/^-?\d+$/.test(text) ? Number(text) : text);
const px = (text: string | null): string => (text === null ? '' : /^\d+$/.test(text) ? `${text}px` : text);

declare global {
  interface HTMLElementTagNameMap {
    'irq-scope': IrqScopeElement;
  }
}

export class IrqScopeElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = OBSERVED;

  #frame: HTMLIFrameElement | null = null;
  #client: FrameClient | null = null;
  #resolveReady: (() => void) | null = null;
  #ready: Promise<void> = new Promise((resolve) => {
    this.#resolveReady = resolve;
  });
  #box: HTMLDivElement;
  #step = -1;
  #count = 0;
  #playing = false;
  #link: string | null = null;
  /** Nobody listens to what happens in it. */
  #still = false;
  /** It was taken out of the page: nothing is asked of it until it is back. */
  #gone = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = STYLE;
    this.#box = document.createElement('div');
    this.#box.className = 'box';
    root.append(style, this.#box);
  }

  /** Its own events, with the message in `detail`, beside those that every element has. */
  override addEventListener<K extends keyof FrameEvents>(
    type: K,
    listener: (event: CustomEvent<FrameEvents[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  connectedCallback(): void {
    this.#gone = false;
    this.#fit();
    if (this.#frame !== null || this.#box.firstChild !== null) return;
    const poster = this.getAttribute('poster');
    if (poster !== null && poster !== '' && poster !== 'none' && !poster.startsWith('step:')) this.#showPoster(poster);
    else this.#open();
  }

  disconnectedCallback(): void {
    // Moved within the page, it is connected again at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'width' || name === 'height') this.#fit();
    else if (name === 'title') now === null ? this.#remember() : this.#name(now);
    else if (this.#client !== null && LIVE.has(name)) void this.#change(name, now);
  }

  /** Step at which the scene stands, from 0; -1: before the first. */
  get step(): number {
    return this.#step;
  }
  set step(step: StepName) {
    this.setAttribute('step', String(step));
  }
  /** Steps in the scene. */
  get count(): number {
    return this.#count;
  }
  get playing(): boolean {
    return this.#playing;
  }
  /** Resolves once the frame answers. */
  get ready(): Promise<void> {
    return this.#ready;
  }
  /** Text of a link to what is shown, without `#`; null until the scene is there, and for what a reader made in the frame. */
  get link(): string | null {
    return this.#link;
  }

  /** @throws FrameError (as every method here) with the contract's code */
  seek(step: StepName): Promise<FrameMessage> {
    return this.#ask('seek', { step });
  }
  stepBy(by: number): Promise<FrameMessage> {
    return this.#ask('step', { by });
  }
  play(): Promise<FrameMessage> {
    return this.#ask('play');
  }
  pause(): Promise<FrameMessage> {
    return this.#ask('pause');
  }
  /** @param link a link's text, as behind the # of an address */
  load(link: string): Promise<FrameMessage> {
    return this.#ask('load', { state: linkText(link) });
  }
  getState(): Promise<FrameMessage> {
    return this.#ask('getState');
  }
  /** Runs one op of the op language at the step that is shown: a branch begins there. */
  set(op: Readonly<Record<string, unknown>>): Promise<FrameMessage> {
    return this.#ask('set', { op });
  }
  /**
   * @param signal ends the making of a film; the promise is refused with `cancelled` then
   * @returns a figure or a film of the scene; see the contract for the formats
   */
  export(options: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<FrameMessage> {
    return this.#ask('export', options, (of) =>
      signal?.addEventListener('abort', () => void this.#ask('cancel', { of }).catch(() => {}), { once: true }),
    );
  }
  /** Selects a component, "ioapic:0". The keyboard focus stays where it is. */
  override focus(node?: string | FocusOptions): Promise<FrameMessage> {
    return typeof node === 'string' ? this.#ask('focus', { node }) : Promise.reject(new FrameError('command'));
  }
  /** Answers the question that is asked. */
  answer(choice: number, quiz?: string): Promise<FrameMessage> {
    return this.#ask('answer', { choice, ...(quiz === undefined ? {} : { quiz }) });
  }

  /** A presentation shows or leaves the slide: a scene that nobody sees sleeps. */
  wake(awake: boolean): void {
    this.#frame?.contentWindow?.postMessage(awake ? 'slide:start' : 'slide:stop', '*');
  }
  /** Loads the frame now, wherever on the page it is, for pictures of it and nothing else. */
  makeReady(): void {
    this.#still = true;
    if (this.#frame === null) this.#open();
    if (this.#frame !== null) this.#frame.loading = 'eager';
  }

  #ask(type: string, fields?: Readonly<Record<string, unknown>>, asked?: (id: number) => void): Promise<FrameMessage> {
    if (this.#gone) return Promise.reject(new FrameError('gone'));
    if (this.#client === null) this.#open();
    return (this.#client as FrameClient).ask(type, fields, asked).then((answer) => {
      // A figure's step is the figure's, not the frame's.
      if (type !== 'export') this.#learn(answer);
      if (type !== 'getState' && type !== 'export' && type !== 'cancel') this.#remember();
      return answer;
    });
  }

  #fit(): void {
    const [width, height] = [this.getAttribute('width'), this.getAttribute('height')];
    if (width !== null) this.style.inlineSize = px(width);
    if (height !== null) this.style.blockSize = px(height);
    else if (this.style.blockSize === '') this.#box.style.aspectRatio = '4 / 3';
    if (height !== null) this.#box.style.aspectRatio = '';
  }

  #name(title: string | null): void {
    if (this.#frame !== null && title !== null) this.#frame.title = title;
  }

  #showPoster(address: string): void {
    const picture = document.createElement('img');
    picture.src = address;
    picture.alt = '';
    const button = document.createElement('button');
    button.type = 'button';
    const label = document.createElement('span');
    label.textContent = `▶ ${this.getAttribute('title') ?? 'irqscope'}`;
    button.append(label);
    button.addEventListener('click', () => this.#open());
    this.#box.replaceChildren(picture, button);
  }

  #open(): void {
    const page = pageUrl(scriptUrl, this.getAttribute('base'), document.baseURI);
    const query: Record<string, string | null> = {
      play: this.getAttribute('play') ?? '0',
      origin: window.origin,
    };
    for (const name of QUERY_ATTRIBUTES) query[name] = this.getAttribute(name);
    const poster = this.getAttribute('poster');
    if (poster?.startsWith('step:')) Object.assign(query, { ctl: '1', poster: poster.slice(5) });
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts allow-popups allow-downloads');
    frame.loading = 'lazy';
    frame.title = this.getAttribute('title') ?? 'irqscope';
    const step = this.getAttribute('step');
    frame.src = frameUrl(page, query, {
      preset: this.getAttribute('preset'),
      state: this.getAttribute('state'),
      step,
    });
    this.#frame = frame;
    const client = connectFrame(frame, (message) => this.#hear(message));
    this.#client = client;
    this.#box.replaceChildren(frame);
    void client.ready.then(
      async () => {
        this.#learn(await client.ask('subscribe', this.#still ? { topics: [] } : {}));
        // A link of the long form has its own step; the author's wins.
        const own = this.getAttribute('step');
        if (own !== null && this.getAttribute('state') !== null) await client.ask('seek', { step: stepOf(own) });
        this.#resolveReady?.();
        this.#remember();
      },
      () => {},
    );
  }

  #close(): void {
    this.#gone = true;
    this.#client?.stop();
    this.#client = null;
    this.#frame?.remove();
    this.#frame = null;
    this.#box.replaceChildren();
    this.#step = -1;
    this.#count = 0;
    this.#playing = false;
    this.#link = null;
    this.#ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
  }

  async #change(name: string, value: string | null): Promise<void> {
    try {
      if (name === 'step') {
        if (value !== null && value !== '') await this.seek(stepOf(value));
      } else if (name === 'preset' || name === 'state') {
        const [state, preset] = [this.getAttribute('state'), this.getAttribute('preset')];
        if (state !== null && state !== '') await this.load(state);
        else if (preset !== null) await this.#ask('load', { preset });
      } else await this.#ask('view', { [name]: value ?? '' });
    } catch (e) {
      const code = e instanceof FrameError ? e.code : 'fault';
      if (code !== 'gone') this.#tell('error', { type: 'error', code });
    }
  }

  #learn({ step, count, playing, link, title }: FrameMessage): void {
    if (Number.isInteger(step)) this.#step = step as number;
    if (Number.isInteger(count)) this.#count = count as number;
    if (typeof playing === 'boolean') this.#playing = playing;
    if (typeof link === 'string') this.#link = link;
    if (typeof title === 'string' && title !== '' && this.getAttribute('title') === null) this.#name(title);
  }

  /** Asks for the link of what is shown; what a reader made by hand is not told without their word, and nobody is asked for it here. */
  #remember(): void {
    this.#client?.ask('getState', { quiet: true }).then(
      (answer) => this.#learn(answer),
      (e: unknown) => {
        if (e instanceof FrameError && e.code === 'refused') this.#link = null;
      },
    );
  }

  #hear(message: FrameMessage): void {
    if (message.type === 'state') {
      this.#learn(message);
      if (message.playing === false) this.#remember();
    }
    if (EVENTS.has(message.type)) this.#tell(message.type, message);
  }

  #tell(type: string, detail: FrameMessage): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: type !== 'error' && type !== 'resize' }));
  }
}

/** Makes `<irq-scope>` known; a second script of the same page finds it made. */
export function defineElement(url: string | null): void {
  if (scriptUrl === null) setScriptUrl(url);
  if (customElements.get('irq-scope') === undefined) customElements.define('irq-scope', IrqScopeElement);
}
