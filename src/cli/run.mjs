// Runs one of our TypeScript programs: node src/cli/run.mjs NAME [arguments]
// Installs what is missing first. Standard input and output belong to the program alone.
//
// The program is bundled (bundle.mjs) and loaded into this process: one start of Node. It finds the paths a person types
// from process.env.INIT_CWD.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, PROGRAMS } from './bundle.mjs';
import { ensureDeps, root, say } from './deps.mjs';

const name = process.argv[2] ?? '';
const source = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
if (!source) {
  say(`no program "${name}"; there are ${Object.keys(PROGRAMS).join(', ')}`);
  process.exit(2);
}
process.env.INIT_CWD ??= process.cwd();
process.chdir(root);
ensureDeps();

// A folder a process: two runs at the same time must not read each other's half-written bundle, and the repository
// may belong to another user.
const dir = mkdtempSync(join(tmpdir(), 'irqscope-run-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
let out = '';
try {
  out = await bundle(name, dir);
} catch {
  process.exit(1); // the bundler has said why, on standard error
}
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, join(root, source));
await import(pathToFileURL(out).href);
