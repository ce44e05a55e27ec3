// `npm run build`: everything that is served, every time: the page, and what other pages load (src/embed/README.md).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDeps, root, say } from './deps.mjs';

/** Writes dist. @throws what went wrong */
export async function buildAll() {
  ensureDeps();
  const [{ build }, { buildEmbed }] = await Promise.all([import('vite'), import('./build-embed.mjs')]);
  await build({ root, logLevel: 'warn' });
  await buildEmbed(join(root, 'dist'));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildAll();
  } catch (e) {
    say(`the build failed: ${/** @type {Error} */ (e).message}`);
    process.exit(1);
  }
}
