/** Pictures of pixels: a browser draws the figure's SVG. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from '@playwright/test';
import { build } from 'esbuild';
import type { Carried } from '../share/carried.ts';
import type { CodedFilm, FilmEncoder, FilmSize } from '../views/figure/encode-film.ts';
import type { Figure } from '../views/figure/figure.ts';
import { type Film, type FilmFormat, RATE } from '../views/figure/film.ts';
import { CHROMIUM_ARGS, findChromium } from './browser.mjs';

async function launch(): Promise<Browser | null> {
  const executablePath = process.env.CHROMIUM ?? (await findChromium({ shellFirst: true }));
  if (executablePath === undefined) return null;
  return chromium.launch({ executablePath, args: CHROMIUM_ARGS }).catch(() => null);
}

/**
 * A browser with one processor. Chromium's H.264 coder (OpenH264) cuts a picture in as many slices as there are processors and
 * moves the cuts by the time each slice took, so that no film would be the same bytes twice. A process inherits the
 * processors of the thread that starts it; where there is no `taskset` (util-linux) the film is as good and its bytes differ.
 */
async function launchOnOne(): Promise<Browser | null> {
  const status = '/proc/self/status';
  const allowed = existsSync(status) ? /^Cpus_allowed_list:\s*(\d+)(\S*)/m.exec(readFileSync(status, 'utf8')) : null;
  if (allowed === null) return launch();
  const [, first, others] = allowed as unknown as [string, string, string];
  const use = (list: string) => spawnSync('taskset', ['-cp', list, String(process.pid)], { stdio: 'ignore' });
  use(first);
  try {
    return await launch();
  } finally {
    use(`${first}${others}`);
  }
}

/** @returns null where there is no browser */
export async function pngOf({ svg, width, height }: Figure, scale: number): Promise<Uint8Array | null> {
  const browser = await launch();
  if (browser === null) return null;
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
    await page.setContent(`<!doctype html><style>*{margin:0}svg{display:block}</style>${svg}`);
    return await page.screenshot({ clip: { x: 0, y: 0, width, height } });
  } finally {
    await browser.close();
  }
}

/** What stands in the page that codes a film. */
interface FilmPage {
  readonly Film: { createFilmEncoder(format: FilmFormat, size: FilmSize): Promise<FilmEncoder | null> };
  encoder: FilmEncoder;
}

/** Browsers code films for pages with TLS alone; nothing is asked of this one, the answer is ours. */
const SAFE_PAGE = 'https://figure.invalid/';

/**
 * Codes a film in a browser.
 * @param onProgress frames done
 * @returns null where there is no browser; 'format' where it codes no film
 */
export async function filmOf(
  film: Film,
  format: FilmFormat,
  scale: number,
  carried: Carried,
  onProgress: (done: number) => void,
): Promise<CodedFilm | 'format' | null> {
  const browser = await (format === 'mp4' ? launchOnOne() : launch());
  if (browser === null) return null;
  try {
    const page = await browser.newPage();
    await page.route(SAFE_PAGE, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(SAFE_PAGE);
    const bundle = await build({
      entryPoints: ['src/views/figure/encode-film.ts'],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'Film',
      logLevel: 'error',
    });
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
    let done = 0;
    for await (const { figure, frames } of film.pictures()) {
      const { svg, width, height } = figure;
      const size: FilmSize = { width, height, scale, rate: RATE[format] };
      const can = await page.evaluate(
        async ([svg, frames, format, size]) => {
          const film = globalThis as unknown as FilmPage;
          if (film.encoder === undefined) {
            const made = await film.Film.createFilmEncoder(format, size);
            if (made === null) return false;
            film.encoder = made;
          }
          await film.encoder.add(svg, frames);
          return true;
        },
        [svg, frames, format, size] as const,
      );
      if (!can) return 'format';
      done += frames;
      onProgress(done);
    }
    const { base64, ...coded } = await page.evaluate(async (carried) => {
      const { data, ...rest } = await (globalThis as unknown as FilmPage).encoder.finish(carried);
      const base64 = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
        reader.readAsDataURL(new Blob([data]));
      });
      return { ...rest, base64 };
    }, carried);
    return { ...coded, data: new Uint8Array(Buffer.from(base64, 'base64')) };
  } finally {
    await browser.close();
  }
}
