// `npm test`: installs what is missing, a browser included, then every check there is.
// A step that fails does not stop the others, so one run tells all; the last line is the sum.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDeps, isWritable, root, say } from './deps.mjs';

const started = Date.now();
if (!isWritable(root)) {
  say(`npm test writes its build and caches into ${root}, which is not yours to write; clone it for yourself`);
  process.exit(1);
}
ensureDeps();
const { ensureChromium } = await import('./browser.mjs');
const reports = mkdtempSync(join(tmpdir(), 'irqscope-test-'));
const unitReport = join(reports, 'unit.json');
const e2eReport = join(reports, 'e2e.json');

// One number for both suites: what each draws of its longest loops goes by it (portion.ts).
if (process.env.DEEP === undefined) process.env.PORTION ??= String(started % 1_000_000);
say(process.env.DEEP === undefined ? `PORTION=${process.env.PORTION}` : 'DEEP: nothing is left out');

let passed = 0;
let failed = 0;
let skipped = 0;

/**
 * @param {string} title @param {string} script @param {string[]} args @param {Record<string, string>} env
 * @returns {boolean}
 */
function step(title, script, args, env = {}) {
  console.log(`\n== ${title}`);
  const at = Date.now();
  const run = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const good = run.status === 0;
  console.log(`== ${title}: ${good ? 'good' : 'FAILED'} (${((Date.now() - at) / 1000).toFixed(1)} s)`);
  return good;
}

/** A step that is one check: it counts only when it fails. @param {Parameters<typeof step>} args */
function check(...args) {
  const good = step(...args);
  if (!good) failed++;
  return good;
}

/** A step that counts tests itself. @param {boolean} good @param {string} file @param {(report: any) => number[]} read */
function count(good, file, read) {
  const [p = 0, f = 0, s = 0] = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : [];
  passed += p;
  skipped += s;
  // A runner that fails without a failing test (no report, a broken file, no test at all) is a failure too.
  failed += f > 0 || good ? f : 1;
}

/**
 * The build beside the short checks, most of which use one core. What it says waits in a file until its turn comes.
 * @returns {Promise<{ good: boolean, said: string, seconds: number }>}
 */
function building() {
  const at = Date.now();
  const file = join(reports, 'build.txt');
  const out = openSync(file, 'w');
  const child = spawn(process.execPath, [join(root, 'src/cli/go.cjs'), 'build'], {
    cwd: root,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  return new Promise((done) =>
    child.on('close', (status) =>
      done({ good: status === 0, said: readFileSync(file, 'utf8'), seconds: (Date.now() - at) / 1000 }),
    ),
  );
}

const build = building();
// A fifth of its time is collecting garbage of 700 MB at most.
check('types', 'node_modules/typescript/bin/tsc', ['-b'], { GOGC: '400', GOMEMLIMIT: '2GiB' });
check('lint and format', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
check('unused files, exports and dependencies', 'node_modules/knip/bin/knip.js', []);
console.log('\n== build');
const { good: dist, said, seconds } = await build;
process.stdout.write(said);
console.log(`== build: ${dist ? 'good' : 'FAILED'} (${seconds.toFixed(1)} s, beside the steps above)`);
const unit = step('architecture, unit, property and golden tests', 'node_modules/vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitReport}`,
]);
count(unit, unitReport, (r) => [r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests]);
if (!dist) failed++;
else {
  check('size', 'src/cli/size.mjs', []);
  try {
    const chromium = await ensureChromium();
    say(`end-to-end tests use ${chromium}`);
    const e2e = step('end-to-end', 'node_modules/@playwright/test/cli.js', ['test', '-c', 'e2e/playwright.config.ts'], {
      CHROMIUM_PATH: chromium,
      PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport,
    });
    count(e2e, e2eReport, (r) => {
      // Only a browser that no longer answered gets a second try (e2e/test.ts).
      if (r.stats.flaky > 0) say(`${r.stats.flaky} passed only at a second try, named above`);
      return [r.stats.expected + r.stats.flaky, r.stats.unexpected, r.stats.skipped];
    });
  } catch (e) {
    say(/** @type {Error} */ (e).message);
    failed++;
  }
}

rmSync(reports, { recursive: true, force: true });
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s${skipped > 0 ? `, ${skipped} skipped` : ''}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
