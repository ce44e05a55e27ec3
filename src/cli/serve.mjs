// Serves a build on loopback only, with vite's preview server. Used by `npm start` and by the end-to-end tests.
// PORT=n asks for that port; without it the usual one, or any free one when that is taken.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { preview } from 'vite';
import { root, say } from './deps.mjs';

const HOST = '127.0.0.1';
const USUAL_PORT = 4173;

const HEADERS = {
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  // A sandboxed frame has an opaque origin, and module scripts are fetched with CORS.
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/**
 * The preview server pipes a file into the answer and never closes it when the other end goes away (sirv's send), so some
 * hundred aborted downloads used up the process's files.
 * @type {import('vite').Plugin}
 */
const closeAbortedFiles = {
  name: 'close-aborted-files',
  configurePreviewServer: ({ middlewares }) => {
    middlewares.use((_, res, next) => {
      res.on('pipe', (file) => res.on('close', () => /** @type {import('node:fs').ReadStream} */ (file).destroy()));
      next();
    });
  },
};

/** Files of the build whose name says what is in them. */
const NAMED = /^\/assets\/[^?]+-[\w-]{8}\.\w+(\?|$)/;

/**
 * What has such a name never changes, so nobody asks for it twice: a page has some hundred of them, and asking whether each is
 * still the same was a third of the CPU of opening it again.
 * @type {import('vite').Plugin}
 */
const keepNamed = {
  name: 'keep-named',
  configurePreviewServer: ({ middlewares }) => {
    middlewares.use((req, res, next) => {
      if (!NAMED.test(req.url ?? '')) return next();
      const write = res.writeHead.bind(res);
      /** @param {number} status @param {Record<string, string>} [headers] */
      const kept = (status, headers) =>
        write(status, status >= 400 ? headers : { ...headers, 'Cache-Control': 'max-age=31536000, immutable' });
      res.writeHead = /** @type {typeof res.writeHead} */ (kept);
      next();
    });
  },
};

/**
 * @param {string} dir
 * @param {number | undefined} port exactly this one (0: any); undefined: the usual one or any free one
 * @returns {Promise<string>} the address; rejects when the port is taken
 */
export async function serve(dir, port = undefined) {
  /** @param {number} at */
  const listen = (at) =>
    preview({
      configFile: false,
      root: resolve(dir),
      // Not a single-page application: what is not there is a 404 and never index.html.
      appType: 'mpa',
      base: '/',
      logLevel: 'silent',
      build: { outDir: '.' },
      plugins: [closeAbortedFiles, keepNamed],
      // The files are public and there is nothing behind them, so whatever name a proxy calls us by is right.
      preview: { host: HOST, port: at, strictPort: true, headers: HEADERS, cors: false, allowedHosts: true },
    });
  let server;
  try {
    server = await listen(port ?? USUAL_PORT);
  } catch (e) {
    if (port !== undefined || !/already in use/.test(/** @type {Error} */ (e).message)) throw e;
    server = await listen(0);
  }
  const at = server.httpServer.address();
  return `http://${HOST}:${typeof at === 'object' && at ? at.port : port}/`;
}

/** The PORT of the environment, checked. */
function wantedPort() {
  const text = process.env.PORT;
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  say(`PORT=${text} is not a port number`);
  process.exit(1);
}

/** @param {string} dir the build; ends the process with a sentence when there is none or the port is taken */
export async function serveAndSay(dir) {
  if (!existsSync(join(dir, 'index.html'))) {
    say('there is no dist/index.html; npm run build makes it');
    process.exit(1);
  }
  try {
    process.stdout.write(`irqscope is at ${await serve(dir, wantedPort())}\n`);
  } catch (e) {
    say(`cannot serve: ${/** @type {Error} */ (e).message}`);
    process.exit(1);
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await serveAndSay(join(root, 'dist'));
