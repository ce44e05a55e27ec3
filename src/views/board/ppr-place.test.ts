/** PPR's name stands where it covers nothing that waits. */
import { expect, test } from 'vitest';
import { createRng, nextBelow } from '../../base/rng.ts';
import { type GridBox, underWater, vectorCell } from '../../scene/vector-boxes.ts';
import { textWidth } from './text-fit.ts';
import { pprPlace, WRITTEN } from './VectorSet.tsx';

const SEED = Number(process.env.SEED ?? 20_261_130);

test(`no vector of a grid of any size is under it (SEED=${SEED})`, () => {
  const rng = createRng(SEED);
  const word = textWidth('PPR 0x00', 11, 'mono');
  for (let run = 0; run < 2_000; run++) {
    const pitch = WRITTEN + nextBelow(rng, 80) / 10;
    const box: GridBox = { kind: 'grid', x: 50, y: 20, w: 16 * pitch, h: 16 * pitch, pitch };
    const [ppr, vector] = [nextBelow(rng, 16) << 4, nextBelow(rng, 256)];
    const { left, dy } = pprPlace(box, ppr, [vector], 1);
    const from = left ? box.x : box.x + box.w - word;
    const base = underWater(box, ppr).y + dy;
    const { x, y, w, h } = vectorCell(box, vector);
    const covers = x + w / 2 > from && x + w / 2 < from + word && y + h / 2 > base - 8 && y + h / 2 < base;
    expect(covers, `SEED=${SEED}: ${vector} at PPR ${ppr}, pitch ${pitch}`).toBe(false);
  }
});
