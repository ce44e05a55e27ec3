/** The free quarter of a wide stage, where the kernel's call path stands. */
import type { StageLayout } from '../../scene/layout.ts';

/** Least room for what stands in the free quarter, px. */
const QUARTER = { w: 420, h: 200 } as const;

/** Under the chips, over the way back, beside where it goes up to the sources; null where that is too little. */
export function freeQuarter(
  layout: StageLayout,
  k: number,
): { left: number; top: number; width: number; height: number } | null {
  const chips = layout.columns[2];
  if (layout.form !== 'wide' || chips === undefined) return null;
  const [sources, next] = layout.columns;
  const left = sources === undefined || next === undefined ? 0 : (sources.x + sources.w + next.x) / 2;
  const top = Math.max(...layout.columns.slice(0, 3).map((c) => c.bottom)) + 58;
  const box = {
    left: left * k,
    top: top * k,
    width: (chips.x + chips.w - left) * k,
    height: (layout.backY - 16 - top) * k,
  };
  return box.width < QUARTER.w || box.height < QUARTER.h ? null : box;
}
