// dist/irqscope.html: the page in one file, for a stick or a mail. Script, style, worker, scenes and texts are in it, and it
// asks for nothing: its policy allows no connection at all, and only the very scripts and style it was built with.
// The script is packed: three workers and the page have the engine and its words in common, megabytes from each other, which is
// farther than what a server or a mail packs it with can see (gzip: 32 kB). 832 kB gzip as it is, 650 kB packed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compress, init } from '@bokuweb/zstd-wasm';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import { root } from './deps.mjs';

/** Of 22: the highest that needs no more memory to unpack than what is unpacked. */
const ZSTD_LEVEL = 19;
/** A script element's type that no browser runs. */
const PACKED = 'application/zstd';

/** @param {string} text @returns {string} the source expression of a policy that allows exactly this text */
const allowed = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A worker's address is that of a Blob made of its script, which the page's own build has made. @param {string} dist @returns {import('vite').Plugin} */
function workersInside(dist) {
  const assets = join(dist, 'assets');
  return {
    name: 'workers-inside',
    enforce: 'pre',
    resolveId(id, importer = '') {
      // The engine is in it once, as its worker: a worker of a Blob starts wherever this file does.
      if (/client\.ts$/.test(importer) && /\/(runner|session|recall)\.ts$/.test(id)) return '\0no-second-engine';
      return id.endsWith('?worker&url') ? `\0inside:${basename(id, '?worker&url').replace(/\.ts$/, '')}` : undefined;
    },
    load(id) {
      if (id === '\0no-second-engine') {
        const absent = `() => { throw new Error('the engine is in its worker alone'); }`;
        return `export const createRunner = ${absent}; export const createSession = ${absent}; export const recallLong = ${absent};`;
      }
      if (!id.startsWith('\0inside:')) return undefined;
      const name = id.slice('\0inside:'.length);
      // The engine's is two scripts, the first without a second name.
      const files = readdirSync(assets).filter((asset) => asset.startsWith(`worker-${name}-`) && asset.endsWith('.js'));
      if (files.length === 0) throw new Error(`the build has no worker ${name}`);
      const script = files
        .sort((a, b) => a.length - b.length)
        .map((file) => readFileSync(join(assets, file), 'utf8').replace(/\/\/# sourceMappingURL=.*/, ''))
        .join('');
      return `export default URL.createObjectURL(new Blob([${JSON.stringify(script)}], { type: 'text/javascript' }));`;
    },
  };
}

/** What unpacks the script and runs it, as a script. */
async function unpacker() {
  const entry = `import { decompress } from 'fzstd';
    const text = atob(document.querySelector('script[type="${PACKED}"]').textContent);
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const script = document.createElement('script');
    script.type = 'module';
    // The policy knows the hash of it.
    script.textContent = new TextDecoder().decode(decompress(bytes));
    document.body.append(script);`;
  const { outputFiles } = await bundle({
    stdin: { contents: entry, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Writes irqscope.html beside the built page. @param {string} dist */
export async function buildSingle(dist) {
  const made = await build({
    root,
    logLevel: 'warn',
    configLoader: 'runner',
    plugins: [workersInside(dist)],
    define: { __ONE_FILE__: 'true' },
    build: {
      write: false,
      copyPublicDir: false,
      manifest: false,
      sourcemap: false,
      cssCodeSplit: false,
      rolldownOptions: { output: { format: 'es', codeSplitting: false } },
    },
  });
  const { output } = /** @type {import('vite').Rolldown.RolldownOutput} */ (Array.isArray(made) ? made[0] : made);
  let script = '';
  let style = '';
  let html = '';
  for (const part of output) {
    if (part.type === 'chunk') script += part.code;
    else if (part.fileName.endsWith('.css')) style += String(part.source);
    else if (part.fileName.endsWith('.html')) html = String(part.source);
    else if (!part.fileName.endsWith('.js')) throw new Error(`${part.fileName} would be left outside of the one file`);
  }
  script = script.replace(/\/\/# sourceMappingURL=.*/, '');
  await init();
  const packed = Buffer.from(compress(Buffer.from(script), ZSTD_LEVEL)).toString('base64');
  const loader = await unpacker();
  // Nothing in a script or the style may end its element.
  if (/<\/script|<!--/.test(loader)) throw new Error('what unpacks the script ends its own element');
  style = style.replaceAll('</style', '<\\/style');
  const policy = [
    `default-src 'none'`,
    `script-src ${allowed(loader)} ${allowed(script)}`,
    `style-src ${allowed(style)}`,
    // Positions and colours that the drawing computes stand in style attributes.
    `style-src-attr 'unsafe-inline'`,
    `worker-src blob:`,
    `img-src data: blob:`,
    `media-src blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const page = html
    .replace(
      /(<meta\s+http-equiv="Content-Security-Policy"\s+content=")[^"]*/,
      () => `${html.match(/(<meta\s+http-equiv="Content-Security-Policy"\s+content=")/)?.[1]}${policy}`,
    )
    .replace(/\s*<link[^>]+rel="(icon|stylesheet|modulepreload)"[^>]*>/g, '')
    .replace(/\s*<script[^>]*src=[^>]*><\/script>/g, '')
    .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
    .replace('</body>', () => `  <script type="${PACKED}">${packed}</script>\n  <script>${loader}</script>\n  </body>`);
  if (!page.includes(policy)) throw new Error('index.html has no policy to replace');
  writeFileSync(join(dist, 'irqscope.html'), page);
}
