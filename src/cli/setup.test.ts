/** `npm start` and `npm test` from a fresh, old, half-installed, foreign or busy checkout: one sentence, or it works. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { findChromium } from './browser.mjs';
import { missingPackages } from './deps.mjs';

const CLI = import.meta.dirname;
const made: string[] = [];
const children: ChildProcess[] = [];

/** A folder with spaces in its name, as people have them, open to other users. */
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'irqscope set-up '));
  chmodSync(dir, 0o755);
  made.push(dir);
  return dir;
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

function write(dir: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

const json = JSON.stringify;
const node = (args: string[], options: object = {}) =>
  spawnSync(process.execPath, args, { encoding: 'utf8', ...options });

/** Runs to the end without holding this thread. */
function started(args: string[], options: object): Promise<{ status: number | null; err: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  children.push(child);
  let err = '';
  child.stderr?.on('data', (text) => {
    err += text;
  });
  return new Promise((done) => child.on('close', (status) => done({ status, err })));
}

describe('Node', () => {
  const pretend = join(folder(), 'old.cjs');
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: process.env.AS_NODE } });`,
  );
  const scripts: Record<string, string> = JSON.parse(readFileSync(join(CLI, '../../package.json'), 'utf8')).scripts;

  it.each(['12.22.0', '18.20.4', '20.18.3'])(
    '%s is told in one sentence that it is too old, by every script',
    (version) => {
      for (const name of ['start', 'test', 'serve', 'conform']) {
        const words = (scripts[name] ?? '').split(' ').slice(1);
        const { status, stderr } = node(['-r', pretend, ...words], {
          cwd: join(CLI, '../..'),
          env: { ...process.env, AS_NODE: version },
        });
        expect([name, status, stderr]).toEqual([
          name,
          1,
          `irqscope: Node ${version} is too old, 20.19 or newer is needed.\n`,
        ]);
      }
    },
  );

  it('the file that says so is plain enough for a Node that is ten years old', () => {
    const text = readFileSync(join(CLI, 'go.cjs'), 'utf8');
    const plain = (target: string) => transformSync(text, { target, supported: { 'dynamic-import': true } }).code;
    expect(plain('es5')).toBe(plain('esnext'));
  });
});

const LOCK = json({
  packages: { '': {}, 'node_modules/a': { version: '1.2.0' }, 'node_modules/b': { version: '3.0.0', optional: true } },
});
const RECORD = json({ packages: { 'node_modules/a': { version: '1.2.0' } } });
const A = json({
  name: 'a',
  version: '1.2.0',
  main: './dist/a.js',
  bin: 'bin/a.js',
  exports: { '.': { types: './a.d.ts', default: './dist/a.mjs' } },
});
const WHOLE = {
  'package-lock.json': LOCK,
  'node_modules/.package-lock.json': RECORD,
  'node_modules/a/package.json': A,
  'node_modules/a/dist/a.js': '',
  'node_modules/a/dist/a.mjs': '',
  'node_modules/a/bin/a.js': '',
};

describe('what is installed', () => {
  const missing = (change: Record<string, string | null>): string[] => {
    const dir = folder();
    write(dir, WHOLE);
    for (const [name, text] of Object.entries(change)) {
      if (text === null) rmSync(join(dir, name), { recursive: true });
      else write(dir, { [name]: text });
    }
    return missingPackages(dir);
  };

  it('is enough when every package has its files; what npm left out for this machine is not missed', () => {
    expect(missing({})).toEqual([]);
  });

  it.each([
    ['nothing', { node_modules: null }],
    ['no record', { 'node_modules/.package-lock.json': null }],
    ['half a record', { 'node_modules/.package-lock.json': RECORD.slice(0, 20) }],
    ['another version', { 'node_modules/a/package.json': A.replace('1.2.0', '1.1.0') }],
    ['half a package.json', { 'node_modules/a/package.json': A.slice(0, 30) }],
    ['no folder', { 'node_modules/a': null }],
    ['no dist', { 'node_modules/a/dist': null }],
    ['no bin', { 'node_modules/a/bin': null }],
  ])('is not: %s', (_, change) => {
    expect(missing(change)).toEqual(['node_modules/a']);
  });

  it('is whole in this checkout', () => {
    expect(missingPackages()).toEqual([]);
  });
});

/** A checkout of nothing but the launchers, whose npm and build are the given scripts. */
function checkout(npm: string, files: Record<string, string>): { dir: string; env: NodeJS.ProcessEnv } {
  const dir = folder();
  for (const name of ['go.cjs', 'deps.mjs', 'lock.mjs', 'say.mjs', 'dist.mjs'])
    cpSync(join(CLI, name), join(dir, 'src/cli', name));
  write(dir, { 'package.json': json({ type: 'module' }), 'npm.cjs': npm, ...files });
  return { dir, env: { ...process.env, npm_execpath: join(dir, 'npm.cjs') } };
}

/** What `npm ci` would do to WHOLE, slowly enough to be met; each run is a line in a file. */
const NPM = `const fs = require('fs'), path = require('path');
fs.appendFileSync('ran', process.argv.slice(2).join(' ') + '\\n');
const files = ${json(WHOLE)};
setTimeout(() => {
  for (const name in files) {
    fs.mkdirSync(path.dirname(name), { recursive: true });
    fs.writeFileSync(name, files[name]);
  }
}, 500);`;
const ENSURE = { 'src/cli/ensure.mjs': `import { ensureDeps } from './deps.mjs'; ensureDeps();` };

describe('set-up', () => {
  it('repairs a package without its files, once, though two commands need it at the same time', async () => {
    const { 'node_modules/a/dist/a.js': _, ...half } = WHOLE;
    const { dir, env } = checkout(NPM, { ...half, ...ENSURE });
    const run = () => started([join(dir, 'src/cli/go.cjs'), 'ensure'], { env, cwd: tmpdir() });
    const ends = await Promise.all([run(), run()]);
    expect(ends.map((end) => end.status)).toEqual([0, 0]);
    expect(readFileSync(join(dir, 'ran'), 'utf8')).toBe('ci --include=dev --no-audit --no-fund\n');
    expect(missingPackages(dir)).toEqual([]);
  });

  it('a lock whose owner was killed holds nobody up', () => {
    const { dir, env } = checkout(NPM, { 'package-lock.json': LOCK, ...ENSURE, '.install.lock': '999999999' });
    expect(node([join(dir, 'src/cli/go.cjs'), 'ensure'], { env }).status).toBe(0);
  });

  it('an install that fails is one sentence after npm’s own', () => {
    const { dir, env } = checkout('process.exit(1)', { 'package-lock.json': LOCK, ...ENSURE });
    const { status, stderr } = node([join(dir, 'src/cli/go.cjs'), 'ensure'], { env });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toBe('irqscope: npm ci failed, see above');
  });

  /** Writes the output folder file by file; the page is complete when both are there. */
  const BUILD_INTO = `import fs from 'node:fs';
const out = process.argv[2];
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(out + '/index.html', 'page');
await new Promise((done) => setTimeout(done, 300));
fs.writeFileSync(out + '/script.js', 'script');`;
  /** Builds, and meanwhile looks for a dist without its script. */
  const BUILD = `import { buildDist } from './dist.mjs';
import { readdirSync } from 'node:fs';
const dir = buildDist();
process.stderr.write(dir + ': ' + readdirSync(dir).sort().join(' ') + '\\n');`;
  const BUILDER = { 'src/cli/build-into.mjs': BUILD_INTO, 'src/cli/try.mjs': BUILD };

  it('two builds at once leave one whole dist', async () => {
    const { dir, env } = checkout('', BUILDER);
    const run = () => started([join(dir, 'src/cli/go.cjs'), 'try'], { env });
    for (const { status, err } of await Promise.all([run(), run()])) {
      expect(status).toBe(0);
      expect(err).toContain(`${join(dir, 'dist')}: index.html script.js\n`);
    }
  });

  it('a build that fails leaves the last one', () => {
    const { dir, env } = checkout('', { ...BUILDER, 'dist/index.html': 'old' });
    writeFileSync(join(dir, 'src/cli/build-into.mjs'), `throw new Error('no')`);
    expect(node([join(dir, 'src/cli/go.cjs'), 'try'], { env }).status).not.toBe(0);
    expect(readFileSync(join(dir, 'dist/index.html'), 'utf8')).toBe('old');
  });

  // Only root can run something as somebody else; everybody else can at least take the right to write away.
  it('in a checkout that is another user’s the build lies elsewhere, and a missing package is one sentence', () => {
    const { dir, env } = checkout('', BUILDER);
    const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    if (!('uid' in other)) chmodSync(dir, 0o555);
    const built = node([join(dir, 'src/cli/go.cjs'), 'try'], { env, cwd: tmpdir(), ...other });
    if (!('uid' in other)) chmodSync(dir, 0o755);
    expect(built.stderr).toMatch(/^.*irqscope-dist-.*: index\.html script\.js\n$/);
    write(dir, { 'package-lock.json': LOCK, ...ENSURE });
    if (!('uid' in other)) chmodSync(dir, 0o555);
    const missing = node([join(dir, 'src/cli/go.cjs'), 'ensure'], { env, cwd: tmpdir(), ...other });
    if (!('uid' in other)) chmodSync(dir, 0o755);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/^irqscope: packages are missing, and .* is not yours to write; .*\n$/);
  });

  it('run names the programs there are, whatever it is asked for', () => {
    for (const name of ['constructor', '__proto__', '']) {
      const { status, stderr } = node([join(CLI, 'go.cjs'), 'run', name]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^irqscope: no program ".*"; there are conform, /);
    }
  });
});

describe('behind a proxy', () => {
  /** A tar of one package, as npm fetches it. */
  function tarball(files: Record<string, string>): Buffer {
    const blocks: Buffer[] = [];
    for (const [name, text] of Object.entries(files)) {
      const head = Buffer.alloc(512);
      head.write(`package/${name}`, 0);
      head.write('0000644\0', 100);
      head.write('0000000\0'.repeat(2), 108);
      head.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
      head.write('00000000000\0', 136);
      head.write('        0', 148);
      head.write('ustar\x0000', 257);
      head.write(
        `${head
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
      blocks.push(head, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\0')));
    }
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  }

  it('what is missing is fetched through it, by whichever of its names it is known', async () => {
    const tgz = tarball({ 'package.json': A, 'dist/a.js': '', 'dist/a.mjs': '', 'bin/a.js': '' });
    const asked: string[] = [];
    const proxy = createServer((request, answer) => {
      asked.push(String(request.url));
      answer.end(tgz);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const { port } = proxy.address() as AddressInfo;
    const resolved = 'http://packages.invalid/a/-/a-1.2.0.tgz';
    const integrity = `sha512-${createHash('sha512').update(tgz).digest('base64')}`;
    const root = { name: 'x', version: '1.0.0', dependencies: { a: '1.2.0' } };
    const lock = {
      ...{ name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true },
      packages: { '': root, 'node_modules/a': { version: '1.2.0', resolved, integrity, bin: { a: 'bin/a.js' } } },
    };
    try {
      const by = async (name: string): Promise<void> => {
        const { dir, env } = checkout('', { ...ENSURE, 'package-lock.json': json(lock) });
        write(dir, { 'package.json': json({ ...root, type: 'module' }) });
        // npm's own, which is found by its name; nothing of this machine's settings.
        for (const key of Object.keys(env)) if (/^npm_|proxy$/i.test(key)) delete env[key];
        const own = {
          npm_config_cache: join(dir, 'cache'),
          npm_config_registry: 'http://packages.invalid/',
          npm_config_update_notifier: 'false',
        };
        const { status, err } = await started([join(dir, 'src/cli/go.cjs'), 'ensure'], {
          env: { ...env, ...own, npm_config_userconfig: join(dir, 'none'), [name]: `http://127.0.0.1:${port}` },
        });
        expect([name, status, err.split('\n')[0]]).toEqual([
          name,
          0,
          'irqscope: 1 packages are not installed as the lockfile says; running npm ci',
        ]);
        expect(missingPackages(dir)).toEqual([]);
      };
      await Promise.all(['npm_config_proxy', 'http_proxy', 'HTTP_PROXY'].map(by));
    } finally {
      proxy.close();
    }
    expect(new Set(asked)).toEqual(new Set([resolved]));
  }, 120_000);

  it('what lies behind https is asked of it by a tunnel, and where that is refused npm’s words are followed by one sentence', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(String(request.url));
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const { port } = proxy.address() as AddressInfo;
    const root = { name: 'x', version: '1.0.0', dependencies: { a: '1.2.0' } };
    const a = { version: '1.2.0', resolved: 'https://packages.invalid/a/-/a-1.2.0.tgz' };
    const lock = { ...root, lockfileVersion: 3, requires: true, packages: { '': root, 'node_modules/a': a } };
    try {
      for (const name of ['https_proxy', 'HTTPS_PROXY']) {
        asked.length = 0;
        const { dir, env } = checkout('', { ...ENSURE, 'package-lock.json': json(lock) });
        write(dir, { 'package.json': json({ ...root, type: 'module' }) });
        for (const key of Object.keys(env)) if (/^npm_|proxy$/i.test(key)) delete env[key];
        const own = {
          npm_config_cache: join(dir, 'cache'),
          npm_config_registry: 'https://packages.invalid/',
          npm_config_update_notifier: 'false',
          npm_config_fetch_retries: '0',
        };
        const { status, err } = await started([join(dir, 'src/cli/go.cjs'), 'ensure'], {
          env: { ...env, ...own, npm_config_userconfig: join(dir, 'none'), [name]: `http://127.0.0.1:${port}` },
        });
        expect([name, status, new Set(asked)]).toEqual([name, 1, new Set(['packages.invalid:443'])]);
        expect(err.trim().split('\n').at(-1)).toBe('irqscope: npm ci failed, see above');
      }
    } finally {
      proxy.close();
    }
  }, 120_000);

  it('what is on this machine is not asked of it', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    vi.stubEnv('NO_PROXY', 'intern.example');
    vi.stubEnv('no_proxy', undefined);
    vi.stubEnv('CHROMIUM_PATH', 'x');
    await import('../../e2e/playwright.config.ts');
    expect(process.env.NO_PROXY).toBe('intern.example,127.0.0.1,localhost');
    expect(process.env.no_proxy).toBe('127.0.0.1,localhost');
    vi.unstubAllEnvs();
  });
});

describe('the browser', () => {
  it.each([
    [['chromium', 'chromium-headless-shell'], 'chromium', 'chromium-headless-shell'],
    [['chromium'], 'chromium', 'chromium'],
    [['google-chrome', 'headless_shell'], 'google-chrome', 'headless_shell'],
    [['chrome-headless-shell'], 'chrome-headless-shell', 'chrome-headless-shell'],
    [['chromium', 'chromium-headless-shell does not start'], 'chromium', 'chromium'],
  ])('of %j: a figure is made by %s, the tests run in %s', async (have, figures, tests) => {
    const dir = folder();
    for (const one of have) {
      const [name = '', ...fails] = one.split(' ');
      writeFileSync(join(dir, name), `#!/bin/sh\nexit ${fails.length}\n`, { mode: 0o755 });
    }
    vi.stubEnv('PATH', dir);
    for (const name of ['CHROMIUM_PATH', 'CHROME_BIN']) vi.stubEnv(name, undefined);
    vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', dir);
    const found = [await findChromium(), await findChromium({ shellFirst: true })];
    vi.unstubAllEnvs();
    expect(found).toEqual([join(dir, figures), join(dir, tests)]);
  });
});

describe('the server', () => {
  /** Serves a folder in a process of its own that may have only 256 files open; its address. */
  async function serving(files: Record<string, string>, env: object = {}): Promise<{ url: string; err: () => string }> {
    const dir = folder();
    write(dir, files);
    const script = `import { serveAndSay } from ${json(join(CLI, 'serve.mjs'))}; await serveAndSay(${json(dir)});`;
    const child = spawn(
      'sh',
      ['-c', 'ulimit -n 256; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      {
        env: { ...process.env, PORT: '0', ...env },
      },
    );
    children.push(child);
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    const url = await new Promise<string>((done, fail) => {
      child.stdout.on('data', (text) => done(/http:\S+/.exec(String(text))?.[0] ?? ''));
      child.on('close', () => fail(new Error(err)));
    });
    return { url, err: () => err };
  }

  it('survives 600 downloads that are given up', async () => {
    const { url, err } = await serving({ 'index.html': 'page', 'big.js': 'x'.repeat(8 << 20) });
    const { port } = new URL(url);
    const giveUp = () =>
      new Promise<void>((done) => {
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write('GET /big.js HTTP/1.1\r\nHost: x\r\n\r\n'),
        );
        socket.once('data', () => socket.destroy());
        socket.once('error', () => done());
        socket.once('close', () => done());
      });
    for (let round = 0; round < 30; round++) await Promise.all(Array.from({ length: 20 }, giveUp));
    expect(await (await fetch(url)).text()).toBe('page');
    expect((await (await fetch(new URL('big.js', url))).text()).length).toBe(8 << 20);
    expect(err()).toBe('');
  }, 60_000);

  it('sends the headers a page of strangers’ links should have, and nothing from outside its folder', async () => {
    const { url } = await serving({
      'index.html': 'page',
      'a.js': 'let a;',
      'assets/a-0123abcd.js': 'let a;',
      'sub/index.html': 'sub',
    });
    const script = await fetch(new URL('a.js', url), { headers: { origin: 'null' } });
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^text\/javascript/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'access-control-allow-origin': '*',
      'cache-control': 'no-cache',
    });
    // What has its hash in its name is asked for once; what is not there may come.
    const named = async (name: string) => (await fetch(new URL(`assets/${name}`, url))).headers.get('cache-control');
    expect(await named('a-0123abcd.js')).toBe('max-age=31536000, immutable');
    expect(await named('b-0123abcd.js')).toBeNull();
    expect(await (await fetch(new URL('sub/', url))).text()).toBe('sub');
    for (const path of ['nothing.js', '..%2f..%2fetc%2fpasswd', '%00', '%', '%2e%2e/%2e%2e/etc/passwd']) {
      const answer = await fetch(`${url}${path}`);
      expect([path, answer.status < 400]).toEqual([path, false]);
    }
  }, 60_000);

  it('takes another port when the usual one is taken; a port asked for and taken is one sentence', async () => {
    const first = await serving({ 'index.html': 'one' });
    const { port } = new URL(first.url);
    await expect(serving({ 'index.html': 'two' }, { PORT: port })).rejects.toThrow(
      new RegExp(`^irqscope: cannot serve: Port ${port} is already in use\n$`),
    );
    const [a, b] = await Promise.all([
      serving({ 'index.html': 'a' }, { PORT: '' }),
      serving({ 'index.html': 'b' }, { PORT: '' }),
    ]);
    expect(await (await fetch(a.url)).text()).toBe('a');
    expect(await (await fetch(b.url)).text()).toBe('b');
  }, 60_000);
});
