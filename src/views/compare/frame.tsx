/** One side of a comparison: our own page in a frame. */
import { useEffect, useRef, useState } from 'react';
import { store } from '../../store/app-store.ts';
import { linkOfSide, type Side } from '../../store/compare/run-sides.ts';
import { useStore } from '../../store/use-store.ts';
import type { Translate } from '../shared/use-t.ts';

export interface FrameState {
  readonly step: number;
  readonly playing: boolean;
}

/** What the transport says to a side. */
export type Command =
  | { readonly type: 'seek'; readonly step: number }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'play' | 'pause' };

interface Control {
  say(command: Command): void;
  stop(): void;
}

/** Wires a frame to us; the app has the way. */
export type Connect = (
  frame: HTMLIFrameElement,
  on: { readonly onState: (state: FrameState) => void; readonly onKey: (key: string) => void },
) => Control;

interface FrameProps {
  readonly side: Side;
  /** Step it opens at. */
  readonly step: number;
  readonly name: string;
  readonly connect: Connect;
  readonly onState: (state: FrameState) => void;
  readonly onKey: (key: string) => void;
  /** Gets what speaks to the frame; null: it is gone. */
  readonly onControl: (say: ((command: Command) => void) | null) => void;
  readonly t: Translate;
}

/** The page's parameters that the frame shares. */
function frameUrl(link: string): string {
  const { theme, lang, reducedMotion } = store.getState().ui;
  const looks = `theme=${theme}&lang=${lang}&motion=${reducedMotion ? 'reduce' : 'full'}`;
  return `?embed=1&controls=0&play=0&keys=parent&${looks}#${link}`;
}

export function Frame({ side, step, name, connect, onState, onKey, onControl, t }: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const looks = useStore(({ ui }) => `${ui.theme} ${ui.lang} ${ui.reducedMotion}`);
  const [src, setSrc] = useState<string | null | 'too long'>(null);
  // What is called from the frame's messages is the newest of each.
  const on = useRef({ step, onState, onKey, onControl });
  useEffect(() => {
    on.current = { step, onState, onKey, onControl };
  });

  useEffect(() => {
    let wanted = looks !== '';
    void linkOfSide(side, on.current.step).then((link) => {
      if (wanted) setSrc(link === null ? 'too long' : frameUrl(link));
    });
    return () => {
      wanted = false;
    };
  }, [side, looks]);

  useEffect(() => {
    const element = frame.current;
    if (element === null || src === null || src === 'too long') return;
    const control = connect(element, {
      onState: (state) => on.current.onState(state),
      onKey: (key) => on.current.onKey(key),
    });
    on.current.onControl(control.say);
    return () => {
      control.stop();
      on.current.onControl(null);
    };
  }, [src, connect]);

  if (src === 'too long') return <p className="cmp-frame cmp-none">{t('cmp.tooLong')}</p>;
  if (src === null) return <div className="cmp-frame" />;
  // Another address is another page: only with a key of its own does the frame not go back through our history.
  return <iframe key={src} ref={frame} className="cmp-frame" src={src} title={name} />;
}
