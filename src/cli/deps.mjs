// Installs what the lockfile asks for and node_modules lacks. Runs before anything is installed, so it has no dependencies.
// All of its talk goes to standard error: the commands that use it own standard output.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locked } from './lock.mjs';
import { say } from './say.mjs';

export { say };

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** @param {string} dir @returns {boolean} false in a checkout that belongs to another user */
export function isWritable(dir) {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} Entry */

/** @param {string} file @returns {any} null when it is not there or half written */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {unknown} value @returns {string[]} every script a field of package.json names, however deep its conditions */
function scriptsIn(value) {
  if (typeof value === 'string') return /^[^*]+\.[cm]?js$/.test(value) ? [value] : [];
  return typeof value === 'object' && value ? Object.values(value).flatMap(scriptsIn) : [];
}

/** An install that was stopped, or a cleaner, leaves folders without their files. @param {string} dir @param {Entry} want */
function isWhole(dir, want) {
  const pkg = readJson(join(dir, 'package.json'));
  if (pkg?.version !== want.version) return false;
  return [pkg.main, pkg.bin, pkg.exports].flatMap(scriptsIn).every((file) => existsSync(join(dir, file)));
}

/**
 * What package-lock.json says against what npm recorded as installed, and against the files that are there.
 * @param {string} [dir] the repository
 * @returns {string[]} the packages that are missing, of another version, or without the files they name
 */
export function missingPackages(dir = root) {
  /** @type {Record<string, Entry>} */
  const wanted = readJson(join(dir, 'package-lock.json')).packages;
  /** @type {Record<string, Entry>} */
  const have = readJson(join(dir, 'node_modules/.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted)
    .filter(([path, want]) => {
      if (path === '') return false;
      // Which of the optional packages belong on this machine, npm knows: those it recorded.
      if (!have[path]) return !want.optional && !want.devOptional;
      return have[path].version !== want.version || !isWhole(join(dir, path), want);
    })
    .map(([path]) => path);
}

/** @returns {boolean} */
function install() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const run = npm?.endsWith('js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  return run.status === 0;
}

export function ensureDeps() {
  if (missingPackages().length === 0) return;
  if (!isWritable(root)) {
    say(`packages are missing, and ${root} is not yours to write; its owner can run npm ci`);
    process.exit(1);
  }
  const good = locked(join(root, '.install.lock'), 'installing', () => {
    const missing = missingPackages();
    if (missing.length === 0) return true;
    say(`${missing.length} packages are not installed as the lockfile says; running npm ci`);
    return install();
  });
  if (good) return;
  say('npm ci failed, see above');
  process.exit(1);
}
