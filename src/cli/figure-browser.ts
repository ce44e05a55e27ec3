/** Pictures of pixels: a browser draws the figure's SVG. */
import { chromium } from '@playwright/test';
import type { Figure } from '../views/figure/figure.ts';
import { CHROMIUM_ARGS, findChromium } from './browser.mjs';

/** @returns null where there is no browser */
export async function pngOf({ svg, width, height }: Figure, scale: number): Promise<Uint8Array | null> {
  const executablePath = process.env.CHROMIUM ?? (await findChromium());
  if (executablePath === undefined) return null;
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS }).catch(() => null);
  if (browser === null) return null;
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
    await page.setContent(`<!doctype html><style>*{margin:0}svg{display:block}</style>${svg}`);
    return await page.screenshot({ clip: { x: 0, y: 0, width, height } });
  } finally {
    await browser.close();
  }
}
