import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { eventSourcesApart } from './src/cli/page-build.ts';
import { chunkNames } from './src/cli/page-chunks.ts';
import { truthData } from './src/cli/truth-data.mjs';
import { engineCodes, lateScript } from './src/cli/worker-scripts.ts';

const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/package.json`, 'utf8')) as { version: string };
/** The dev server injects an inline script and a websocket; the built page has neither and keeps its policy. */
const devWithoutCsp: Plugin = {
  name: 'dev-without-csp',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/\s*<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

/** `virtual:truth`: what the help says about how true this is, counted from the tests' own data. */
const truth: Plugin = {
  name: 'truth',
  resolveId: (id) => (id === 'virtual:truth' ? '\0truth' : undefined),
  load: (id) =>
    id === '\0truth'
      ? `export default ${JSON.stringify({ compared: truthData(import.meta.dirname).compared })};`
      : undefined,
};

// Tests draw with the React of the build, which checks nothing and is twice as fast.
if (process.env.VITEST) {
  process.env.NODE_ENV = 'production';
  // Which portion of long loops this run tries (src/cli/portion.ts).
  if (process.env.PORTION === undefined && process.env.DEEP === undefined) {
    process.env.PORTION = String(Date.now() % 1_000_000);
    console.log(`PORTION=${process.env.PORTION}`);
  }
}

/** What a test file may do to the modules or the process of those after it; what is spied on or stubbed by name is put back. */
const CHANGES_PROCESS = /\bvi\.(mock|doMock|resetModules|stubEnv|useFakeTimers)/;
/** A run of millions of words takes twice as long in a process that others have filled. */
const FILLS_PROCESS = /\bmanyRows\(/;
/** Test files that get modules of their own; the others of a process share theirs, which loads them once and not 120 times. */
const apart = readdirSync(join(import.meta.dirname, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => {
    const text = readFileSync(join(import.meta.dirname, 'src', file), 'utf8');
    return CHANGES_PROCESS.test(text) || FILLS_PROCESS.test(text);
  })
  .map((file) => `src/${file.replaceAll('\\', '/')}`);
const TESTS = 'src/**/*.test.{ts,tsx}';

export default defineConfig({
  // Relative, so that the build can be served from any folder of any static host.
  base: './',
  plugins: [react(), devWithoutCsp, truth, eventSourcesApart()],
  define: { __APP_VERSION__: JSON.stringify(version), __ONE_FILE__: 'false' },
  build: {
    target: 'es2022',
    manifest: true,
    // A stack in a report names our sources.
    sourcemap: true,
    // Every browser we build for knows modulepreload.
    // The page itself preloads what it needs to move; lists of what each panel needs would be 1 kB more before that.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, deps, { hostType }) => (hostType === 'html' ? deps : []),
    },
    // Data URLs would need a wider policy than the page has.
    assetsInlineLimit: 0,
    // A slow build on a busy machine is no warning.
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [{ name: chunkNames(), debugName: 'first load', includeDependenciesRecursively: false }],
        },
      },
    },
  },
  worker: {
    // A classic script: in a frame without an origin a module worker cannot start from a Blob, a classic one can.
    format: 'iife',
    plugins: () => [lateScript(), engineCodes()],
    // The size gate finds the worker by this name.
    rolldownOptions: { output: { entryFileNames: 'assets/worker-[name]-[hash].js' } },
  },
  test: {
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: [TESTS],
          exclude: apart,
          isolate: false,
          setupFiles: ['src/cli/settle-imports.ts'],
          unstubGlobals: true,
          restoreMocks: true,
        },
      },
    ],
    environment: 'node',
    maxWorkers: '100%',
    // A young generation of its usual 16 MB is collected all the time while scenes run: a twentieth of the whole.
    execArgv: ['--max-semi-space-size=64'],
    // Figures read these as texts; every other style sheet is nobody's business in a test.
    css: { include: [/\.css\?raw$/] },
    // For a machine with many times more work than cores; a test that hangs still ends.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
