// The size gate, in gzip bytes: what a browser must load before the first animation, the workers, the one file, and what other
// people's pages load.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, say } from './deps.mjs';

const FIRST_LOAD_MAX = 127_900;
const WORKER_MAX = 41_000;
/** What its first scene does without; comes when an op asks for it. */
const LATE_WORKER_MAX = 21_000;
/** Comes when somebody opens a trace: the engine again, every importer, gzip and zstd. */
const TRACE_WORKER_MAX = 110_000;
/** Beside every run, after the first motion: the engine again, gates and rules. */
const REASON_WORKER_MAX = 81_000;
/** The whole page, for a stick or a mail. */
const ONE_FILE_MAX = 685_000;
/** Each script that a deck or a page loads, with all it imports. */
const EMBED_MAX = 15_000;

const dist = join(root, 'dist');
const manifestFile = join(dist, '.vite/manifest.json');
if (!existsSync(manifestFile)) {
  say('there is no dist/.vite/manifest.json; npm run build makes it');
  process.exit(1);
}
/** @type {Record<string, { file: string, isEntry?: boolean, imports?: string[] }>} */
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));

/** @param {string} file */
const gzipBytes = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

/** The entry and all it imports statically; chunks behind import() come later and do not count. */
const first = new Set();
/** @param {string} key */
function visit(key) {
  const chunk = manifest[key];
  if (!chunk || first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const next of chunk.imports ?? []) visit(next);
}
for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);

const assets = readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`);
const workers = assets.filter((file) => /\/worker-.*\.js$/.test(file));
const startsWorker = assets.some(
  (file) => file.endsWith('.js') && /new Worker\(/.test(readFileSync(join(dist, file), 'utf8')),
);

/** @type {string[]} */
const broken = [];
/** @param {string} what @param {Iterable<string>} files @param {number} max */
function gate(what, files, max) {
  let total = 0;
  for (const file of files) {
    const bytes = gzipBytes(file);
    total += bytes;
    console.log(`  ${String(bytes).padStart(7)}  ${file}`);
  }
  console.log(`${what}: ${total} of ${max} gzip bytes`);
  if (total > max) broken.push(`${what} is ${total - max} bytes over`);
}

if (first.size === 0) broken.push('the manifest names no entry');
gate('JavaScript before the first animation', first, FIRST_LOAD_MAX);
// Parts whose events a page loads when a log first has them: none of their rows is in it.
const eventFiles = join(root, 'src/spec/events');
const lateParts = /LATE_PARTS = \[([^\]]*)\]/.exec(readFileSync(join(eventFiles, 'late.ts'), 'utf8'))?.[1] ?? '';
const firstText = [...first].map((file) => readFileSync(join(dist, file), 'utf8')).join('');
for (const [, part] of lateParts.matchAll(/'([a-z-]+)'/g)) {
  const names = [...readFileSync(join(eventFiles, `${part}.ts`), 'utf8').matchAll(/^ {2}(\w+): \{/gm)];
  const early = names.map(([, name]) => name).filter((name) => firstText.includes(`${name}:{code:`));
  if (names.length === 0) broken.push(`no events are found in the part ${part}`);
  if (early.length > 0) broken.push(`events of ${part} are in the first load: ${early.join(', ')}`);
}
if (!firstText.includes('irr_set:{code:')) broken.push('the first load is not read as it is written');
if (startsWorker && workers.length === 0)
  broken.push('the page starts a worker but there is no assets/worker-*.js to measure');
const ofTraces = workers.filter((file) => file.includes('trace'));
const ofReason = workers.filter((file) => file.includes('reason'));
const ofEngine = workers.filter((file) => file.includes('engine'));
const isLate = (/** @type {string} */ file) => file.endsWith('-late.js');
if (ofEngine.length !== 2) broken.push(`the engine's worker is not two scripts: ${ofEngine.join(', ')}`);
gate(
  'worker',
  ofEngine.filter((file) => !isLate(file)),
  WORKER_MAX,
);
gate('the rest of the worker, on demand', ofEngine.filter(isLate), LATE_WORKER_MAX);
if (ofTraces.length > 0) gate('worker of traces, on demand', ofTraces, TRACE_WORKER_MAX);
if (ofReason.length > 0) gate('worker of questions and findings', ofReason, REASON_WORKER_MAX);
if (existsSync(join(dist, 'irqscope.html'))) gate('the page in one file', ['irqscope.html'], ONE_FILE_MAX);
else broken.push('there is no dist/irqscope.html');
const scripts = existsSync(join(dist, 'embed'))
  ? readdirSync(join(dist, 'embed')).filter((n) => /\.m?js$/.test(n))
  : [];
for (const name of ['irq-scope.js', 'reveal-irqscope.js', 'reveal-irqscope.mjs'])
  if (!scripts.includes(name)) broken.push(`there is no dist/embed/${name}`);
for (const name of scripts) {
  // Each is whole: what it imported would have to be counted too.
  if (/\bimport\s*[("'{*\w]/.test(readFileSync(join(dist, 'embed', name), 'utf8').replace(/import\.meta/g, '')))
    broken.push(`embed/${name} imports another file`);
  gate(`embed/${name}`, [`embed/${name}`], EMBED_MAX);
}
for (const line of broken) say(line);
process.exit(broken.length === 0 ? 0 : 1);
