// Builds dist so that nobody ever meets half of it: into a folder of its own, then a rename. One build at a time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWritable, root, say } from './deps.mjs';
import { locked } from './lock.mjs';

/** @param {string} dir @returns {boolean} */
function buildInto(dir) {
  const run = spawnSync(process.execPath, [join(root, 'src/cli/build-into.mjs'), dir], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return run.status === 0;
}

/**
 * In a checkout that is not ours to write the build lies in a temporary folder, which goes with the process.
 * @returns {string | null} the folder of the build; null when it failed (the build has said why, on standard error)
 */
export function buildDist() {
  if (!isWritable(root)) {
    const dir = mkdtempSync(join(tmpdir(), 'irqscope-dist-'));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
    return buildInto(dir) ? dir : null;
  }
  const dist = join(root, 'dist');
  return locked(join(root, '.build.lock'), 'building', () => {
    const next = join(root, 'dist-next');
    const last = join(root, 'dist-last');
    if (!buildInto(next)) {
      rmSync(next, { recursive: true, force: true });
      return null;
    }
    rmSync(last, { recursive: true, force: true });
    if (existsSync(dist)) renameSync(dist, last);
    renameSync(next, dist);
    rmSync(last, { recursive: true, force: true });
    return dist;
  });
}

/** @returns {string} the folder of the build; ends the process with a sentence when there is none */
export function builtDist() {
  const dir = buildDist();
  if (dir) return dir;
  say('the build failed, see above');
  process.exit(1);
}
