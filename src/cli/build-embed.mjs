// The scripts that other people's pages load: the element, and the deck plugin in its two forms. Small, without
// dependencies of their own, and beside the page they frame.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './deps.mjs';

const node = process.execPath;

/** What each preset has, by running it. @returns {string} JSON */
function presetTable() {
  const run = spawnSync(node, [join(root, 'src/cli/run.mjs'), 'preset-table'], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the presets cannot be run: ${run.stderr.trim()}`);
  return run.stdout;
}

/** A picture of each preset, for pages that can only have pictures. @param {string} dist */
function posters(dist) {
  const run = spawnSync(node, [join(root, 'src/cli/run.mjs'), 'posters', join(dist, 'posters')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`the posters cannot be drawn: ${run.stderr.trim()}`);
}

/** Declarations of the module, file by file beside it. @param {string} out */
function declarations(out) {
  const made = join(root, 'node_modules/.cache/irqscope/embed-types');
  rmSync(made, { recursive: true, force: true });
  const tsc = spawnSync(
    node,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--ignoreConfig', 'src/embed/irq-scope.ts', '--declaration', '--emitDeclarationOnly', '--outDir', made],
      ...['--rootDir', 'src', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'],
      ...['--allowImportingTsExtensions', '--lib', 'es2022,dom,dom.iterable', '--strict', '--skipLibCheck'],
      ...['--types', 'vite/client'],
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (tsc.status !== 0) throw new Error(`no declarations: ${tsc.stdout}${tsc.stderr}`);
  const ours = join(made, 'embed');
  for (const file of readdirSync(ours, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    mkdirSync(dirname(join(out, file)), { recursive: true });
    // What is beside it there is JavaScript.
    const text = readFileSync(join(ours, file), 'utf8').replace(/(from '\.[^']*)\.ts'/g, "$1.js'");
    writeFileSync(join(out, file), text);
  }
}

/** Writes dist/embed. @param {string} dist */
export async function buildEmbed(dist) {
  const out = join(dist, 'embed');
  mkdirSync(out, { recursive: true });
  const table = presetTable();
  /** @type {import('esbuild').Plugin} */
  const presets = {
    name: 'irqscope-presets',
    setup(b) {
      b.onResolve({ filter: /^virtual:irqscope-presets$/ }, ({ path }) => ({ path, namespace: 'presets' }));
      b.onLoad({ filter: /.*/, namespace: 'presets' }, () => ({ contents: `export default ${table}`, loader: 'js' }));
    },
  };
  /** @type {import('esbuild').BuildOptions} */
  const common = {
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    plugins: [presets],
    logLevel: 'error',
  };
  const plugin = join(root, 'src/embed/reveal-irqscope.ts');
  await build({
    ...common,
    entryPoints: [join(root, 'src/embed/irq-scope.ts')],
    format: 'esm',
    outfile: join(out, 'irq-scope.js'),
  });
  await build({ ...common, entryPoints: [plugin], format: 'esm', outfile: join(out, 'reveal-irqscope.mjs') });
  await build({
    ...common,
    entryPoints: [plugin],
    format: 'iife',
    globalName: 'RevealIrqscope',
    // A classic script has no import.meta; it knows itself from document.currentScript.
    define: { 'import.meta.url': 'null' },
    footer: { js: 'RevealIrqscope=RevealIrqscope.default;' },
    outfile: join(out, 'reveal-irqscope.js'),
  });
  declarations(out);
  posters(dist);
}
