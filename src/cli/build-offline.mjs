// dist/sw.js: the service worker, with the list of what it keeps. Other people's scripts, the one file and the posters are not in
// it: who uses those has a network, or the file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './deps.mjs';

const KEPT = /^(assets\/.*|traces\/.*|favicon\.svg|disk\.js)$/;

/** Writes sw.js beside the built page. @param {string} dist */
export async function buildOffline(dist) {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => KEPT.test(file) && !file.endsWith('.map') && statSync(join(dist, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of ['index.html', ...files]) hash.update(file).update(readFileSync(join(dist, file)));
  await build({
    entryPoints: [join(root, 'src/worker/offline.worker.ts')],
    outfile: join(dist, 'sw.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    define: { __FILES__: JSON.stringify(files), __BUILD__: JSON.stringify(hash.digest('hex').slice(0, 16)) },
  });
}
