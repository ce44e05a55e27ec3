// Runs one of our TypeScript programs: node src/cli/run.mjs NAME [arguments]
// Installs what is missing first. Standard input and output belong to the program alone.
//
// The program is bundled (imports of packages stay imports) and loaded into this process: one start of Node, and
// code as plain as in the browser build. So import.meta.url is the bundle's; programs find files from process.cwd(),
// which is the repository here, and the paths a person types from process.env.INIT_CWD.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDeps, root, say } from './deps.mjs';

/** @type {Record<string, string>} */
const PROGRAMS = {
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

const name = process.argv[2] ?? '';
const source = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
if (!source) {
  say(`no program "${name}"; there are ${Object.keys(PROGRAMS).join(', ')}`);
  process.exit(2);
}
process.env.INIT_CWD ??= process.cwd();
process.chdir(root);
ensureDeps();

const { build } = await import('esbuild');
// A folder a process: two runs at the same time must not read each other's half-written bundle, and the repository
// may belong to another user.
const dir = mkdtempSync(join(tmpdir(), 'irqscope-run-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const out = join(dir, `${name}.mjs`);

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

/** Programs that draw need what only the page's own bundler knows: globs, style sheets as text. */
const WITH_VITE = new Set(['figure', 'posters', 'gallery']);

async function bundleWithVite() {
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
          if (importer === undefined || !/^[@a-z]/i.test(id)) return undefined;
          return { id: id.startsWith('node:') ? id : import.meta.resolve(id), external: true };
        },
        load: (id) => (id === '\0no-worker' ? 'export default ""' : undefined),
      },
    ],
    build: {
      ssr: join(root, source ?? ''),
      outDir: dir,
      target: 'node20',
      sourcemap: 'inline',
      copyPublicDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
    ssr: { noExternal: true },
  });
}

try {
  if (WITH_VITE.has(name)) await bundleWithVite();
  else
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
} catch {
  process.exit(1); // esbuild has said why, on standard error
}
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, join(root, source));
await import(pathToFileURL(out).href);
