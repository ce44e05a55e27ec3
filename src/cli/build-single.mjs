// dist/irqscope.html: the page in one file, for a stick or a mail. Script, style, worker, scenes and texts are in it, and it
// asks for nothing: its policy allows no connection at all, and only the very scripts and style it was built with.
// The script is packed: the page and its workers have words in common, megabytes from each other, which is farther than what a
// server or a mail packs it with can see (gzip: 32 kB).
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compress, init } from '@bokuweb/zstd-wasm';
import { build as bundle } from 'esbuild';
import { build, loadConfigFromFile } from 'vite';
import { root } from './deps.mjs';

/** The highest: what is unpacked is one segment, which needs no more memory than itself at any level. */
const ZSTD_LEVEL = 22;
/** A script element's type that no browser runs. */
const PACKED = 'application/zstd';

/** @param {string} text @returns {string} the source expression of a policy that allows exactly this text */
const allowed = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The script of all workers, as a worker of the page is built. */
async function workersScript() {
  const config = await loadConfigFromFile(
    { command: 'build', mode: 'production' },
    undefined,
    root,
    undefined,
    undefined,
    'runner',
  );
  const entry = '\0entry';
  const made = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    worker: config?.config.worker ?? {},
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? `import url from '/src/worker/one-file.worker.ts?worker&url'; globalThis.url = url;`
            : undefined,
      },
    ],
    build: { write: false, target: 'es2022', sourcemap: false, rolldownOptions: { input: entry } },
  });
  const { output } = /** @type {import('vite').Rolldown.RolldownOutput} */ (Array.isArray(made) ? made[0] : made);
  const script = output.find(({ fileName }) => /\/worker-one-file\.worker-[\w-]+\.js$/.test(fileName));
  if (script?.type !== 'asset') throw new Error(`the build has no script of all workers`);
  return String(script.source);
}

/** A worker's address is that of a Blob made of that script. @param {string} script @returns {import('vite').Plugin} */
function workersInside(script) {
  return {
    name: 'workers-inside',
    enforce: 'pre',
    resolveId(id, importer = '') {
      // The engine is in it once, as its worker: a worker of a Blob starts wherever this file does.
      if (/(client|other-seats)\.ts$/.test(importer) && /\/(runner|session|recall)\.ts$/.test(id))
        return '\0no-second-engine';
      if (id === 'virtual:workers') return `\0${id}`;
      return id.endsWith('?worker&url') ? `\0inside:${basename(id, '.worker.ts?worker&url')}` : undefined;
    },
    load(id) {
      if (id === '\0no-second-engine') {
        const absent = `() => { throw new Error('the engine is in its worker alone'); }`;
        return `export const createRunner = ${absent}; export const createSession = ${absent}; export const recallLong = ${absent};`;
      }
      if (id === '\0virtual:workers') return `export default ${JSON.stringify(script)};`;
      if (!id.startsWith('\0inside:')) return undefined;
      const self = JSON.stringify(`self.irqWorker=${JSON.stringify(id.slice('\0inside:'.length))};`);
      return `import script from 'virtual:workers';
        export default URL.createObjectURL(new Blob([${self}, script], { type: 'text/javascript' }));`;
    },
  };
}

/** Sheets that a figure reads as text come without remarks and indents, as those that a page links do. @type {import('vite').Plugin} */
const sheetsAsText = {
  name: 'sheets-as-text',
  enforce: 'pre',
  load(id) {
    if (!id.endsWith('.css?raw')) return undefined;
    const text = readFileSync(id.slice(0, -'?raw'.length), 'utf8');
    return `export default ${JSON.stringify(text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s+/g, ' '))};`;
  },
};

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
    plugins: [workersInside(await workersScript()), sheetsAsText],
    define: { __ONE_FILE__: 'true' },
    resolve: { alias: { 'react-dom/static': join(root, 'src/views/figure/prerender-here.ts') } },
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
  // Notes for a bundler that is still to come.
  script = script.replace(/\/\/# sourceMappingURL=.*/, '').replace(/\/\* ?[@#]__PURE__ ?\*\//g, '');
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
