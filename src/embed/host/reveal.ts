/**
 * The reveal.js plugin: the steps of a scene are fragments of its slide. What a scene shows is always derived from the
 * fragments that are visible, never counted, so back, deep links, the overview, a remote and print agree by themselves.
 */
import type { IrqScopeElement, StepName } from './element.ts';
import { type PresetFacts, stopsOf } from './fragments.ts';
import { isPrint, printDeck } from './reveal-print.ts';
import { addFragments, type Deck, firstStep, lastVisible, type SlideScene } from './slides.ts';

const SCENES = 'irq-scope';

/** The key's events, as the deck would have got them with the frame out of the way: reveal.js 4 has `?` from `keypress`. */
function sayKey(detail: Readonly<Record<string, unknown>>): void {
  const key = String(detail.key);
  const goesOn = dispatchKey('keydown', key, typeof detail.keyCode === 'number' ? detail.keyCode : 0, detail);
  if (goesOn && key.length === 1) dispatchKey('keypress', key, key.charCodeAt(0), detail);
}

/** @returns false where a listener prevented what comes after it */
function dispatchKey(
  type: 'keydown' | 'keypress',
  key: string,
  keyCode: number,
  detail: Readonly<Record<string, unknown>>,
): boolean {
  const charCode = type === 'keypress' ? keyCode : 0;
  const event = new KeyboardEvent(type, {
    key,
    code: typeof detail.code === 'string' ? detail.code : '',
    keyCode,
    charCode,
    which: keyCode,
    shiftKey: detail.shift === true,
    altKey: detail.alt === true,
    bubbles: true,
    cancelable: true,
  });
  if (event.keyCode !== keyCode) Object.defineProperty(event, 'keyCode', { value: keyCode });
  if (event.charCode !== charCode) Object.defineProperty(event, 'charCode', { value: charCode });
  return document.dispatchEvent(event);
}

/**
 * @param presets what the build found out about each preset
 * @param define makes the element known, once its attributes say that it stands in a deck
 */
export function createPlugin(presets: Readonly<Record<string, PresetFacts>>, define: () => void) {
  return () => {
    let deck: Deck | null = null;
    const scenes = new Map<Element, SlideScene>();
    const events = ['ready', 'slidechanged', 'fragmentshown', 'fragmenthidden', 'overviewhidden'];

    const factsOf = (element: Element): PresetFacts | null => {
      const preset = element.hasAttribute('state') ? null : element.getAttribute('preset');
      return preset === null || !Object.hasOwn(presets, preset) ? null : (presets[preset] ?? null);
    };
    const add = (scene: SlideScene): void => {
      scene.fragments.push(...addFragments(scene.element, scene.element, scene.stops));
    };

    function prepare(element: IrqScopeElement): SlideScene {
      const stops = stopsOf(element.getAttribute('steps') ?? '', factsOf(element));
      const scene: SlideScene = { element, stops: stops ?? [], fragments: [], asked: null, up: false };
      scenes.set(element, scene);
      if (stops !== null) add(scene);
      element.addEventListener('key', onKey);
      void element.ready.then(() => arrive(scene, stops === null));
      return scene;
    }

    /** The scene is there. @param open its steps were not known until now */
    async function arrive(scene: SlideScene, open: boolean): Promise<void> {
      if (deck === null) return;
      scene.up = true;
      scene.asked = null;
      if (open && scene.fragments.length === 0) {
        const { count, beats } = await scene.element.getState().catch(() => ({ count: 0, beats: [] }));
        const facts = { count: Number(count), beats: Array.isArray(beats) ? (beats as number[]) : [] };
        scene.stops = stopsOf(scene.element.getAttribute('steps') ?? '', facts) ?? [];
        add(scene);
        deck.sync();
      }
      show(scene);
    }

    /** Brings a scene to where its fragments say it is, awake only on the slide that is shown. */
    function show(scene: SlideScene): void {
      if (!scene.up || deck === null) return;
      const { element, fragments, stops } = scene;
      const shown = deck.getCurrentSlide()?.contains(element) === true;
      const silent = deck.isSpeakerNotes?.() === true;
      element.wake(shown && !silent);
      if (silent) element.pause().catch(() => {});
      const at = lastVisible(fragments);
      const step = at < 0 ? firstStep(element) : (stops[at] as StepName);
      if (step === scene.asked) return;
      const first = scene.asked === null;
      scene.asked = step;
      // A scene that plays by itself begins where it likes; afterwards the clicker has the last word.
      if (first && at < 0 && element.getAttribute('step') === null) return;
      element.seek(step).catch(() => {
        scene.asked = null;
      });
    }

    const follow = (): void => {
      for (const scene of scenes.values()) show(scene);
    };
    const onKey = (event: Event): void => sayKey((event as CustomEvent<Readonly<Record<string, unknown>>>).detail);

    return {
      id: 'irqscope',
      init(theDeck: Deck): Promise<void> | undefined {
        deck = theDeck;
        const found = [...theDeck.getRevealElement().querySelectorAll<IrqScopeElement>(SCENES)];
        if (isPrint(theDeck)) return printDeck(theDeck, found, factsOf, define);
        for (const element of found) element.setAttribute('keys', 'parent');
        define();
        for (const element of found) prepare(element);
        for (const type of events) theDeck.on(type, follow);
        return undefined;
      },
      destroy(): void {
        for (const type of events) deck?.off(type, follow);
        for (const { element, fragments } of scenes.values()) {
          element.removeEventListener('key', onKey);
          for (const fragment of fragments) fragment.remove();
        }
        scenes.clear();
        deck = null;
      },
    };
  };
}
