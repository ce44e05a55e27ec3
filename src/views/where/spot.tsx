/** An exercise: a scene with a bug and without its story. Which component is to blame, and since which op; then the answer. */
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { COMPONENTS, type ComponentKind } from '../../engine/view/tables.ts';
import type { SceneLog } from '../../log/log.ts';
import { firstStepOf } from '../../log/op-steps.ts';
import type { Bug } from '../../scenes/check-preset.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import type { Found } from '../../worker/reason-client.ts';
import { Chip } from '../kit/chip.tsx';
import { type Translate, useLang } from '../shared/use-t.ts';
import { nameAt, selectionOf } from './place.ts';

/** Components to choose from at most. */
const MOST = 8;

/** Components that do something in a scene, with the one to blame among them, in the order of the stage. */
function placesOf({ steps }: SceneLog, blamed: string): readonly string[] {
  const count = new Map<string, number>();
  for (let i = 0; i < steps.length; i++) {
    const where = steps.get(i)?.where ?? 0;
    const place = `${COMPONENTS[where >> 16]}:${where & 0xffff}`;
    count.set(place, (count.get(place) ?? 0) + 1);
  }
  count.delete(blamed);
  const most = [...count].sort((a, b) => b[1] - a[1]).slice(0, MOST - 1);
  const order = (place: string): number => {
    const [kind, index] = place.split(':');
    return COMPONENTS.indexOf(kind as ComponentKind) * 256 + Number(index);
  };
  return [blamed, ...most.map(([place]) => place)].sort((a, b) => order(a) - order(b));
}

/** What was said of an op: it is the one, or it is earlier or later than that. */
type Said = 'right' | 'earlier' | 'later';

interface Props {
  readonly bug: Bug;
  readonly found: readonly Found[];
  readonly scene: SceneLog;
  readonly t: Translate;
  readonly onShow: () => void;
}

export function Spot({ bug, found, scene, t, onShow }: Props): ReactNode {
  const { actions } = useApp();
  const lang = useLang();
  const selected = useStore((state) => state.ui.selected);
  const step = useStore((state) => state.playhead.step);
  const [said, setSaid] = useState<{ readonly command: number; readonly is: Said } | null>(null);
  const places = useMemo(() => placesOf(scene, bug.at), [scene, bug.at]);
  const place = selected === null ? null : `${selected.kind}:${selected.index}`;
  const since = found.find(({ id }) => id === bug.finding)?.since.command;
  // What is wrong from before the first step has no op to point at.
  const asksOp = since !== undefined && firstStepOf(scene, since) >= 0;
  const command = scene.steps.get(step)?.command;
  const partRight = place === bug.at;
  const opRight = !asksOp || said?.is === 'right';
  const whole = partRight && opRight && since !== undefined;
  useEffect(() => {
    if (whole) onShow();
  }, [whole, onShow]);
  const nameOf = (at: string): string => nameAt(lang, scene.config, at);
  const guessOp = (): void => {
    if (command === undefined || since === undefined) return;
    setSaid({ command, is: command === since ? 'right' : command > since ? 'earlier' : 'later' });
  };
  return (
    <div className="wh-spot" data-part={partRight ? 'right' : 'open'} data-op={opRight ? 'right' : 'open'}>
      <fieldset>
        <legend>{t('findings.spot')}</legend>
        {places.map((at) => (
          <Chip
            key={at}
            pressed={at === place}
            onClick={() => {
              const selection = selectionOf(at);
              if (selection !== null) actions.select(selection);
            }}
          >
            {nameOf(at)}
          </Chip>
        ))}
      </fieldset>
      <p role="status">
        {place !== null && t(partRight ? 'findings.spotted' : 'findings.notIt', { place: nameOf(place) })}
      </p>
      {asksOp && (
        <>
          <p>{t('findings.spotOp')}</p>
          <button type="button" className="btn" disabled={command === undefined} onClick={guessOp}>
            {t('findings.thisOp', { op: String(scene.commands[command ?? -1]?.op.op ?? '') })}
          </button>
          <p role="status">{said !== null && t(`findings.op.${said.is}`)}</p>
        </>
      )}
      <button type="button" className="link-btn" onClick={onShow}>
        {t('findings.reveal')}
      </button>
    </div>
  );
}
