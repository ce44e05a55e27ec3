// A static server for dist, on loopback only. Used by `npm start` and by the end-to-end tests.
// PORT=n asks for that port; without it the usual one, or any free one when that is taken.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, say } from './deps.mjs';

const HOST = '127.0.0.1';
const USUAL_PORT = 4173;

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * @param {string} dir
 * @param {string} url
 * @returns {string | null} the file to send, or null when there is none inside dir
 */
function fileFor(dir, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  let file = normalize(join(dir, path));
  if (file !== dir && !file.startsWith(dir + sep)) return null;
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  return existsSync(file) && statSync(file).isFile() ? file : null;
}

/** @param {string} dir */
function staticServer(dir) {
  return createServer((req, res) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const file = fileFor(dir, req.url ?? '/');
    if (!file) {
      res.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found\n');
      return;
    }
    res.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      // A sandboxed frame has an opaque origin, and module scripts are fetched with CORS.
      'access-control-allow-origin': '*',
    });
    if (req.method === 'HEAD') res.end();
    else createReadStream(file).pipe(res);
  });
}

/**
 * @param {string} dir
 * @param {number | undefined} port exactly this one; undefined: the usual one or any free one
 * @returns {Promise<string>} the address
 */
export function serve(dir, port = undefined) {
  const server = staticServer(resolve(dir));
  return new Promise((done, fail) => {
    server.on('error', (/** @type {NodeJS.ErrnoException} */ e) => {
      if (e.code === 'EADDRINUSE' && port === undefined) server.listen(0, HOST);
      else fail(e);
    });
    server.on('listening', () => {
      const at = server.address();
      done(`http://${HOST}:${typeof at === 'object' && at ? at.port : port}/`);
    });
    server.listen(port ?? USUAL_PORT, HOST);
  });
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

export async function serveDist() {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'index.html'))) {
    say('there is no dist/index.html; npm run build makes it');
    process.exit(1);
  }
  try {
    process.stdout.write(`irqscope is at ${await serve(dist, wantedPort())}\n`);
  } catch (e) {
    say(`cannot serve: ${/** @type {Error} */ (e).message}`);
    process.exit(1);
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await serveDist();
