/** What is done to the workers' scripts when they are built; `worker-scripts.test.ts` runs what comes of it against the engine as it is. */
import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';
import { parseAst } from 'vite';
import { ALL_EVENTS } from '../spec/events/all.ts';
import { withoutSources } from './page-build.ts';

const codeOf = (text: string, name: string): string =>
  Object.hasOwn(ALL_EVENTS, name) ? String(ALL_EVENTS[name as keyof typeof ALL_EVENTS].code).padEnd(text.length) : text;

/**
 * In a built worker an event is its code, written where it is recorded, and quirks are the kernels that are without them; what
 * else their rows say is for readers (9 kB gzip).
 */
export const engineCodes = (): Plugin => ({
  name: 'engine-codes',
  apply: 'build',
  load(id) {
    // Which function records an event, and who says so, no worker asks.
    if (/\/src\/spec\/events\/(?!sources)[\w-]+\.ts$/.test(id)) return withoutSources(readFileSync(id, 'utf8'));
    if (id.endsWith('/src/spec/quirks.ts')) return readFileSync(id, 'utf8').replaceAll(/,\s*fn: '\w+'/g, '');
    // Without EV: who reads it otherwise than by name fails the build.
    if (id.endsWith('/src/engine/core/events.ts')) return `export { CHIP, KICK, REQ } from '../../spec/names.ts';`;
    if (!/\/src\/(engine|trace)\/.*\.ts$/.test(id)) return undefined;
    return readFileSync(id, 'utf8')
      .replaceAll(/\bEV\.(\w+)/g, codeOf)
      .replace(/^(import \{.*)\bEV\b,? ?(.*\} from '.*\/events\.ts';)$/m, '$1$2');
  },
});

// -- the engine's worker in two scripts

interface Piece {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
const isPiece = (v: unknown): v is Piece =>
  typeof v === 'object' && v !== null && typeof (v as Piece).type === 'string';

function pieces(code: string, types: readonly string[]): Piece[] {
  const found: Piece[] = [];
  const go = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) go(one);
    else if (isPiece(value)) {
      if (types.includes(value.type)) found.push(value);
      else for (const one of Object.values(value)) go(one);
    }
  };
  go(parseAst(code));
  return found;
}

const nameOf = (v: unknown): string => String((v as { name?: unknown; value?: unknown }).name ?? (v as Piece).value);
const pairs = ({ specifiers }: Piece, first: string, second: string): string =>
  (specifiers as Piece[]).map((s) => `${nameOf(s[first])}:${nameOf(s[second])}`).join(',');

/** Loads the rest, once. What made a Blob of both (worker/client.ts) has it there already. */
const LOAD = `const irqLate=()=>{if(!self.irqLate){const a=location.href.replace(/\\.js$/,"-late.js");importScripts(self.trustedTypes?trustedTypes.createPolicy("irqscope",{createScriptURL:u=>u}).createScriptURL(a):a)}return self.irqLate};`;

/** A module as a script; nothing in it moves to another line or column, so its source map holds but for a line at the head. */
function script(code: string, exported: string, head: string, mapName: string): string {
  let out = code;
  const put = ({ start, end }: Piece, text: string): void => {
    out = out.slice(0, start) + text.padEnd(end - start) + out.slice(end);
  };
  const types = ['ImportDeclaration', 'ExportNamedDeclaration', 'ImportExpression'];
  for (const piece of pieces(code, types).reverse()) {
    if (piece.type === 'ImportExpression') put(piece, 'irqLate()');
    else if (piece.type === 'ImportDeclaration')
      put(piece, `const{${pairs(piece, 'imported', 'local')}}=self.irqEngine;`);
    else put(piece, `self.${exported}={${pairs(piece, 'exported', 'local')}};`);
  }
  out = out.replace(/\/\/# sourceMappingURL=.*\s*$/, '').trimEnd();
  return `(()=>{"use strict";${head}\n${out}\n})();\n//# sourceMappingURL=${mapName}\n`;
}

/** Of a register the engine wants its bits; its names, and those of its values, are for who shows it. */
const withoutNames = (rows: string): string =>
  rows
    .replaceAll(/^ {2}cite: '[\w.]+',$/gm, '')
    .replaceAll(/^( {2}name:|name:) '\w+',/gm, "name: '',")
    .replaceAll(/, (values|labels): (\w+|\[[^\]]*\]|\{[^}]*\})/g, '')
    .replaceAll(/, show: '\w+'/g, '')
    .replaceAll(/\b(bits|number|dec|bool|hex|vectors)\('[^']*'/g, "$1(''")
    .replaceAll(/(\bpage\(0x\w+), '\w+'/g, "$1, ''");

/**
 * The engine's worker as two classic scripts: what its first scene needs, and the rest, which it loads with importScripts when an op asks
 * for it (engine/machine/late.ts), in the middle of that op. Bundlers split modules only; so it is bundled as two modules, and
 * they are made scripts here: what the first exports and the second imports goes by a global name. A module worker could not
 * wait for the rest in the middle of an op, nor start in a frame without an origin. The workers that are not the engine's stay one
 * script, as the options of the build have it.
 */
export const lateScript = (): Plugin => {
  let splits = false;
  return {
    name: 'late-script',
    apply: 'build',
    options({ input }) {
      splits = [input ?? []].flat().some((file) => String(file).endsWith('/engine.worker.ts'));
    },
    outputOptions: (options) => (splits ? { ...options, format: 'es', codeSplitting: true } : options),
    load(id) {
      if (!splits) return undefined;
      if (/\/src\/spec\/registers\/[\w-]+\.ts$/.test(id)) return withoutNames(readFileSync(id, 'utf8'));
      if (!id.endsWith('/src/engine/machine/late.ts')) return undefined;
      return `let parts; export const late = () => (parts ??= import('./late-parts.ts'));`;
    },
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one): one is Rolldown.OutputChunk => one.type === 'chunk');
      const [first] = chunks.filter(({ isEntry }) => isEntry);
      if (!splits || first === undefined) return;
      const [rest, ...more] = chunks.filter(({ isEntry }) => !isEntry);
      if (rest === undefined || more.length > 0)
        throw new Error(`the engine's worker is ${chunks.map(({ fileName }) => fileName).join(', ')}`);
      const mapText = ({ map }: Rolldown.OutputChunk): string =>
        JSON.stringify({ ...JSON.parse(map?.toString() ?? '{}'), mappings: `;${map?.mappings ?? ''}` });
      const name = first.fileName.replace(/\.js$/, '-late.js');
      const mapOf = (file: string): string => `${file.replace(/.*\//, '')}.map`;
      this.emitFile({
        type: 'asset',
        fileName: name,
        source: script(rest.code, 'irqLate', '', mapOf(name)),
      });
      this.emitFile({ type: 'asset', fileName: `${name}.map`, source: mapText(rest) });
      delete bundle[rest.fileName];
      first.code = script(first.code, 'irqEngine', LOAD, mapOf(first.fileName));
      if (first.map) first.map.mappings = `;${first.map.mappings}`;
      // They are written from the chunks.
      delete bundle[`${first.fileName}.map`];
      delete bundle[`${rest.fileName}.map`];
    },
  };
};
