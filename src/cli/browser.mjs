// Finds a Chromium, or gets one: a system browser, else the test runner's own download, else apt. The end-to-end tests would
// rather have a headless shell, the same engine without a browser's windows: a sixth less CPU.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, say } from './deps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const SHELLS = ['chromium-headless-shell', 'chrome-headless-shell', 'headless_shell'];
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

/** @param {string[]} names @returns {string | undefined} the first of them on the PATH that starts */
function onPath(names) {
  const files = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)));
  return files.find((file) => isExecutable(file) && starts(file));
}

/** @returns {Promise<{ whole: string | undefined, shell: string | undefined }>} what Playwright has downloaded before */
async function downloaded() {
  const { chromium } = await import('@playwright/test');
  // Where the whole browser is, or would be: .../chromium-REVISION/..., with the shell's folder beside it.
  const whole = chromium.executablePath();
  const [, home = '', revision = ''] = /^(.*[\\/])chromium(-\d+)[\\/]/.exec(whole) ?? [];
  const shellHome = `${home}chromium_headless_shell${revision}`;
  const folders = existsSync(shellHome) ? readdirSync(shellHome) : [];
  const shells = folders.flatMap((folder) =>
    SHELLS.flatMap((file) => [join(shellHome, folder, file), join(shellHome, folder, `${file}.exe`)]),
  );
  /** @param {string} file */
  const works = (file) => existsSync(file) && starts(file);
  return { whole: [whole].find(works), shell: shells.find(works) };
}

/**
 * CHROMIUM_PATH, or a browser of this system, or one that Playwright has downloaded.
 * @param {{ shellFirst?: boolean }} [wish] a headless shell rather than a whole browser; without it, only where there is no other
 * @returns {Promise<string | undefined>}
 */
export async function findChromium({ shellFirst = false } = {}) {
  const asked = process.env.CHROMIUM_PATH ?? process.env.CHROME_BIN;
  if (asked) return asked;
  const system = () => onPath(NAMES) ?? MAC.find((file) => isExecutable(file) && starts(file));
  const here = shellFirst ? onPath(SHELLS) : system();
  if (here) return here;
  const { whole, shell } = await downloaded();
  return shellFirst ? (shell ?? system() ?? whole) : (whole ?? onPath(SHELLS) ?? shell);
}

/** @returns {Promise<boolean>} */
function download() {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ['node_modules/@playwright/test/cli.js', 'install', '--only-shell', 'chromium'],
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

/** @param {string[]} args @returns {boolean} */
function apt(...args) {
  const [command = '', ...rest] = [...(process.getuid?.() === 0 ? [] : ['sudo', '-n']), 'apt-get', ...args];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, rest, { env, stdio: ['ignore', 2, 2] }).status === 0;
}

/** For the end-to-end tests. @returns {Promise<string>} the browser's executable; throws one sentence when there is no way to one */
export async function ensureChromium() {
  const found = await findChromium({ shellFirst: true });
  if (found) return found;
  say('no Chromium on this system; trying the download of Playwright');
  if (await download()) {
    const { shell, whole } = await downloaded();
    const file = shell ?? whole;
    if (file) return file;
    say('the downloaded browser does not start here (libraries missing?)');
  } else {
    say('the download did not work');
  }
  // Debian has the shell as a package of its own, others the whole browser alone.
  say('trying apt-get install chromium-headless-shell, then chromium');
  const packages = ['chromium-headless-shell', 'chromium'];
  if (apt('update') && packages.some((name) => apt('install', '-y', name))) {
    const file = onPath([...SHELLS, ...NAMES]);
    if (file) return file;
  }
  throw new Error('no Chromium could be found or installed; set CHROMIUM_PATH to one');
}
