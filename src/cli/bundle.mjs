// Bundles one of our TypeScript programs for Node: imports of packages stay imports, so what runs is as plain as in the
// browser build. import.meta.url is the bundle's; programs find files from process.cwd(), which is the repository.
import { join } from 'node:path';
import { root } from './deps.mjs';

/** @type {Record<string, string>} */
export const PROGRAMS = {
  conform: 'src/cli/conform.ts',
  callpaths: 'src/cli/callpaths.ts',
  chapters: 'src/cli/chapters.ts',
  'verify-kernel': 'src/cli/verify-kernel.ts',
  'test-kvm': 'e2e/kvm/test-kvm.ts',
  bench: 'src/cli/bench.ts',
  bugs: 'src/cli/bugs.ts',
  'preset-table': 'src/cli/preset-table.ts',
  figure: 'src/cli/figure.ts',
  posters: 'src/cli/posters.ts',
  gallery: 'src/cli/gallery.ts',
  trace: 'src/cli/trace.ts',
};

/** Away from the repository a bare name leads nowhere, so a package is imported by where it lies. @type {import('esbuild').Plugin} */
const packagesByAddress = {
  name: 'packages-by-address',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined;
      return { path: path.startsWith('node:') ? path : import.meta.resolve(path), external: true };
    });
  },
};
/** A terminal starts no worker: the address of its script is never asked for. @type {import('esbuild').Plugin} */
const noWorker = {
  name: 'no-worker',
  setup(b) {
    b.onResolve({ filter: /\?worker&url$/ }, ({ path }) => ({ path, namespace: 'no-worker' }));
    b.onLoad({ filter: /.*/, namespace: 'no-worker' }, () => ({ contents: 'export default ""' }));
  },
};

/**
 * What linkedom makes of each node and each attribute is a target of events, with a map of its listeners: a quarter of the time
 * of a drawing, in which nobody listens.
 */
const NOBODY_LISTENS = `export class EventTarget {
  _getParent() { return null; }
  addEventListener() {}
  removeEventListener() {}
  dispatchEvent() { return true; }
}`;

/** Programs that draw need what only the page's own bundler knows: globs, style sheets as text. */
const WITH_VITE = new Set(['figure', 'posters', 'gallery']);

/** @param {string} name @param {string} source @param {string} dir */
async function bundleWithVite(name, source, dir) {
  const { build: viteBuild } = await import('vite');
  await viteBuild({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'as-above',
        enforce: 'pre',
        resolveId(id, importer) {
          if (id.endsWith('?worker&url')) return '\0no-worker';
          if (importer === undefined || id === 'linkedom' || !/^[@a-z]/i.test(id)) return undefined;
          // Packages of a package that is bundled (linkedom) are its own, and bundled with it.
          if (/[\\/]node_modules[\\/]/.test(importer)) return id === 'canvas' ? { id, external: true } : undefined;
          return { id: id.startsWith('node:') ? id : import.meta.resolve(id), external: true };
        },
        load(id) {
          if (id === '\0no-worker') return 'export default ""';
          return /linkedom[\\/]esm[\\/]interface[\\/]event-target\.js$/.test(id) ? NOBODY_LISTENS : undefined;
        },
      },
    ],
    build: {
      ssr: join(root, source),
      outDir: dir,
      target: 'node20',
      sourcemap: 'inline',
      copyPublicDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
    ssr: { noExternal: true },
  });
}

/**
 * @param {string} name one of PROGRAMS @param {string} dir an empty folder for the bundle
 * @returns {Promise<string>} the file to run; rejects when the source has an error, which is said on standard error
 */
export async function bundle(name, dir) {
  const source = PROGRAMS[name] ?? '';
  const out = join(dir, `${name}.mjs`);
  if (WITH_VITE.has(name)) await bundleWithVite(name, source, dir);
  else {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [join(root, source)],
      outfile: out,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      plugins: [noWorker, packagesByAddress],
      sourcemap: 'inline',
      define: { 'import.meta.env.DEV': 'false' },
      logLevel: 'error',
    });
  }
  return out;
}
