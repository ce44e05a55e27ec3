// One command at a time: a lock file with the owner's process id. Has no dependencies, it runs before anything is installed.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { say } from './say.mjs';

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return /** @type {NodeJS.ErrnoException} */ (e).code === 'EPERM';
  }
}

/** @param {string} file @returns {number} the owner's process id, 0 when it has not been written yet or the file is gone */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

/** @param {string} file @param {string} what the other command is doing */
function take(file, what) {
  for (let waited = 0; ; waited++) {
    try {
      const fd = openSync(file, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return;
    } catch (e) {
      if (/** @type {NodeJS.ErrnoException} */ (e).code !== 'EEXIST') throw e;
      if (waited === 0) say(`another command is ${what}, waiting for it`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      const owner = ownerOf(file);
      // Killed while it held the lock; or (10 s without a process id) killed while it took it.
      if (owner > 0 ? !isAlive(owner) : waited > 50) rmSync(file, { force: true });
    }
  }
}

/**
 * Runs `work` while no other process holds the lock.
 * @template T
 * @param {string} file @param {string} what said to the person who waits: "another command is WHAT" @param {() => T} work
 * @returns {T}
 */
export function locked(file, what, work) {
  take(file, what);
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}
