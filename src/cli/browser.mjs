// Finds a Chromium for the end-to-end tests, or gets one: a system browser, else the test runner's own download, else apt.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, say } from './deps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** A download that prints nothing for this long is given up: a closed network must not hold the tests. */
const QUIET_MS = 45_000;
const WHOLE_MS = 300_000;

/** The flags every launch of ours uses: no sandbox (containers), and none of the browser's own traffic. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} file */
function starts(file) {
  return spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** @returns {string | undefined} CHROMIUM_PATH, or a browser of this system */
function systemChromium() {
  const asked = process.env.CHROMIUM_PATH ?? process.env.CHROME_BIN;
  if (asked) return asked;
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  return [...onPath, ...MAC].find((file) => isExecutable(file) && starts(file));
}

async function downloadedChromium() {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return file && existsSync(file) && starts(file) ? file : undefined;
}

/** @returns {Promise<string | undefined>} */
export async function findChromium() {
  return systemChromium() ?? (await downloadedChromium());
}

/** @returns {Promise<boolean>} */
function download() {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ['node_modules/@playwright/test/cli.js', 'install', '--no-shell', 'chromium'],
      {
        cwd: root,
        env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const giveUp = () => child.kill('SIGKILL');
    let quiet = setTimeout(giveUp, QUIET_MS);
    const whole = setTimeout(giveUp, WHOLE_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        process.stderr.write(text);
        clearTimeout(quiet);
        quiet = setTimeout(giveUp, QUIET_MS);
      });
    }
    child.on('close', (status) => {
      clearTimeout(quiet);
      clearTimeout(whole);
      done(status === 0);
    });
  });
}

function installWithApt() {
  const isRoot = process.getuid?.() === 0;
  const sudo = isRoot ? [] : ['sudo', '-n'];
  for (const args of [['update'], ['install', '-y', 'chromium']]) {
    const [command = '', ...rest] = [...sudo, 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (spawnSync(command, rest, { env, stdio: ['ignore', 2, 2] }).status !== 0) return false;
  }
  return true;
}

/** @returns {Promise<string>} the browser's executable; throws one sentence when there is no way to one */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  say('no Chromium on this system; trying the download of Playwright');
  if (await download()) {
    const file = await downloadedChromium();
    if (file) return file;
    say('the downloaded browser does not start here (libraries missing?)');
  } else {
    say('the download did not work');
  }
  say('trying apt-get install chromium');
  if (installWithApt()) {
    const file = systemChromium();
    if (file) return file;
  }
  throw new Error('no Chromium could be found or installed; set CHROMIUM_PATH to one');
}
