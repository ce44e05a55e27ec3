// Everything that is served, into one folder: node build-into.mjs DIR. The page first, then what other pages load of it
// (src/embed/README.md). dist.mjs runs it in a process of its own and puts the folder in its place when all of it is there.
import { resolve } from 'node:path';
import { build } from 'vite';
import { buildEmbed } from './build-embed.mjs';
import { buildLecture } from './build-lecture.mjs';
import { buildOffline } from './build-offline.mjs';
import { buildSingle } from './build-single.mjs';
import { root, say } from './deps.mjs';

const dir = resolve(process.argv[2] ?? 'dist');
try {
  // The runner keeps vite from writing its compiled configuration into node_modules, which may be another user's.
  await build({ root, logLevel: 'warn', configLoader: 'runner', build: { outDir: dir, emptyOutDir: true } });
  await buildEmbed(dir);
  await buildSingle(dir);
  buildLecture(dir);
  await buildOffline(dir);
} catch (e) {
  say(/** @type {Error} */ (e).message);
  process.exit(1);
}
