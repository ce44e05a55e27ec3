// dist/irqscope.html: the page in one file, for a stick or a mail. Script, style, worker, scenes and texts are in it, and it
// asks for nothing: its policy allows no connection at all, and only the very script and style it was built with.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { root } from './deps.mjs';

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
        return `export const createRunner = ${absent}; export const createSession = ${absent}; export const recallFrom = ${absent};`;
      }
      if (!id.startsWith('\0inside:')) return undefined;
      const name = id.slice('\0inside:'.length);
      const file = readdirSync(assets).find((asset) => asset.startsWith(`worker-${name}-`) && asset.endsWith('.js'));
      if (file === undefined) throw new Error(`the build has no worker ${name}`);
      const script = readFileSync(join(assets, file), 'utf8').replace(/\/\/# sourceMappingURL=.*/, '');
      return `export default URL.createObjectURL(new Blob([${JSON.stringify(script)}], { type: 'text/javascript' }));`;
    },
  };
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
  // Nothing in the script or the style may end its element.
  script = script
    .replace(/\/\/# sourceMappingURL=.*/, '')
    .replaceAll('</script', '<\\/script')
    .replaceAll('<!--', '<\\!--');
  style = style.replaceAll('</style', '<\\/style');
  const policy = [
    `default-src 'none'`,
    `script-src ${allowed(script)}`,
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
    .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`);
  if (!page.includes(policy)) throw new Error('index.html has no policy to replace');
  writeFileSync(join(dist, 'irqscope.html'), page);
}
