/**
 * Menus of the things on the stage: right button, long press, or `m` (Shift+F10, the menu key) on what has the focus. What is pressed
 * is selected as by a click, and the menu says what can be done to the selection.
 */
import './verbs.css';
import './verb-texts.ts';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { App } from '../../store/create-app.ts';
import type { Selection } from '../../store/types.ts';
import { useApp } from '../../store/use-app.ts';
import { Menu } from './menu.tsx';

/** Where a menu stands, and what has the focus again when it shuts. */
export interface Opened {
  /** Counts the menus, so that each is a new one. */
  readonly nth: number;
  readonly thing: Selection;
  readonly x: number;
  readonly y: number;
  readonly from: HTMLElement | SVGElement;
}

const LONG_PRESS_MS = 500;
const SLIP_PX = 10;
/** Before the stage, whose own gestures keep what they take. */
const BEFORE = { capture: true } as const;

const thingAt = (target: EventTarget | null): SVGElement | null =>
  target instanceof Element ? target.closest<SVGElement>('.bd [data-stop]') : null;

/** Selects a thing as a press of it does, and leaves the panels as they are. */
function selectBy(app: App, press: () => void): Selection | null {
  const { panel } = app.store.getState().ui;
  press();
  app.actions.setPanel(panel);
  return app.store.getState().ui.selected;
}

export function Verbs(): ReactNode {
  const app = useApp();
  const [menu, setMenu] = useState<Opened | null>(null);
  const touch = useRef<{
    readonly timer: ReturnType<typeof setTimeout>;
    readonly x: number;
    readonly y: number;
  } | null>(null);

  useEffect(() => {
    const open = (stop: SVGElement, x: number, y: number, byKey: boolean): void => {
      const thing = selectBy(app, () => {
        stop.focus({ preventScroll: true });
        if (byKey) stop.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        else stop.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, clientX: x, clientY: y }));
      });
      if (thing === null) return;
      app.actions.pause();
      setMenu((was) => ({ nth: (was?.nth ?? 0) + 1, thing, x, y, from: stop }));
    };
    const onContextMenu = (event: MouseEvent): void => {
      const stop = thingAt(event.target);
      if (stop === null) return;
      event.preventDefault();
      callOff();
      open(stop, event.clientX, event.clientY, false);
    };
    const onKey = (event: KeyboardEvent): void => {
      const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey) || event.key === 'm';
      if (!isMenuKey || event.ctrlKey || event.metaKey || event.altKey) return;
      const stop = thingAt(event.target);
      if (stop === null) return;
      event.preventDefault();
      const { left, bottom } = stop.getBoundingClientRect();
      open(stop, left, bottom, true);
    };
    const callOff = (): void => {
      if (touch.current !== null) clearTimeout(touch.current.timer);
      touch.current = null;
    };
    const onDown = (event: PointerEvent): void => {
      callOff();
      const stop = event.pointerType === 'mouse' || !event.isPrimary ? null : thingAt(event.target);
      if (stop === null) return;
      const { clientX: x, clientY: y } = event;
      touch.current = { x, y, timer: setTimeout(() => open(stop, x, y, false), LONG_PRESS_MS) };
    };
    const onMove = ({ clientX, clientY }: PointerEvent): void => {
      const at = touch.current;
      if (at !== null && Math.hypot(clientX - at.x, clientY - at.y) > SLIP_PX) callOff();
    };
    document.addEventListener('contextmenu', onContextMenu);
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onDown, BEFORE);
    document.addEventListener('pointermove', onMove, BEFORE);
    document.addEventListener('pointerup', callOff, BEFORE);
    document.addEventListener('pointercancel', callOff, BEFORE);
    return () => {
      callOff();
      document.removeEventListener('contextmenu', onContextMenu);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onDown, BEFORE);
      document.removeEventListener('pointermove', onMove, BEFORE);
      document.removeEventListener('pointerup', callOff, BEFORE);
      document.removeEventListener('pointercancel', callOff, BEFORE);
    };
  }, [app]);

  const onClose = useCallback(() => setMenu(null), []);
  return menu === null ? null : <Menu key={menu.nth} opened={menu} onClose={onClose} />;
}
