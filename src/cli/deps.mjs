// Installs what the lockfile asks for and node_modules lacks. Runs before anything is installed, so it has no dependencies.
// All of its talk goes to standard error: the commands that use it own standard output.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
const lock = join(root, '.install.lock');

/** @param {string} text */
export function say(text) {
  process.stderr.write(`irqscope: ${text}\n`);
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Node ${process.versions.node} is too old, 20.19 or newer is needed.`);
  process.exit(1);
}

/**
 * What package-lock.json says against what npm recorded as installed, version by version.
 * @returns {string[]} the packages that are missing or of another version
 */
function missingPackages() {
  /** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>} Packages */
  /** @type {Packages} */
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const record = join(root, 'node_modules/.package-lock.json');
  /** @type {Packages} */
  const have = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).packages : {};
  return Object.entries(wanted)
    .filter(
      ([path, want]) => path !== '' && !want.optional && !want.devOptional && have[path]?.version !== want.version,
    )
    .map(([path]) => path);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return /** @type {NodeJS.ErrnoException} */ (e).code === 'EPERM';
  }
}

/** Two first commands at once must not run `npm ci` over each other. */
function takeLock() {
  for (let waited = 0; ; waited++) {
    try {
      const fd = openSync(lock, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return;
    } catch (e) {
      if (/** @type {NodeJS.ErrnoException} */ (e).code !== 'EEXIST') throw e;
      if (waited === 0) say('another command is installing, waiting for it');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
      if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    }
  }
}

export function ensureDeps() {
  checkNode();
  if (missingPackages().length === 0) return;
  takeLock();
  let good = true;
  try {
    const missing = missingPackages();
    if (missing.length === 0) return;
    say(`${missing.length} packages are not installed as the lockfile says; running npm ci`);
    const npm = process.env.npm_execpath;
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const run = npm?.endsWith('js')
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
    good = run.status === 0;
  } finally {
    rmSync(lock, { force: true });
  }
  if (good) return;
  say('npm ci failed, see above');
  process.exit(1);
}
