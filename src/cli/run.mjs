// Runs one of our TypeScript programs: node src/cli/run.mjs NAME [arguments]
// Installs what is missing first. Standard input and output belong to the program alone.
//
// The program is bundled (imports of packages stay imports) and loaded into this process: one start of Node, and
// code as plain as in the browser build. So import.meta.url is the bundle's; programs find files from process.cwd(),
// which is the repository here, and the paths a person types from process.env.INIT_CWD.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDeps, root, say } from './deps.mjs';

/** @type {Record<string, string>} */
const PROGRAMS = {
  conform: 'src/cli/conform.ts',
  callpaths: 'src/cli/callpaths.ts',
  'verify-kernel': 'src/cli/verify-kernel.ts',
  'test-kvm': 'e2e/kvm/test-kvm.ts',
  bench: 'src/cli/bench.ts',
  trace: 'src/cli/trace.ts',
};

const name = process.argv[2] ?? '';
const source = PROGRAMS[name];
if (!source) {
  say(`no program "${name}"; there are ${Object.keys(PROGRAMS).join(', ')}`);
  process.exit(2);
}
if (!existsSync(join(root, source))) {
  say(`${source} is not written yet`);
  process.exit(2);
}
process.env.INIT_CWD ??= process.cwd();
process.chdir(root);
ensureDeps();

const { build } = await import('esbuild');
// One file a process: two runs at the same time must not read each other's half-written bundle.
const out = join(root, 'node_modules/.cache/irqscope', `${name}-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, source)],
    outfile: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
} catch {
  process.exit(1); // esbuild has said why, on standard error
}
process.on('exit', () => rmSync(out, { force: true }));
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, join(root, source));
await import(pathToFileURL(out).href);
