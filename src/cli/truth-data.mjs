/**
 * What "How true is it?" says, taken from the tests themselves whenever the app is built: how many sequences and ops of
 * each kind the engine is held against, and every place whose comment says that KVM differs from a manual (`@differs`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Folders of engine/golden that golden.test.ts and cases.test.ts run, most ops first; `cases` are read, not recorded. */
const KINDS = ['random', 'fresh', 'directed', 'restore', 'bsp', 'create', 'roads', 'cases'];

/** Files below a folder. @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/**
 * Remarks in a source text: from the tag to the next tag, empty line or end of the comment.
 * @param {string} text @returns {{from: string, ids: string[], text: string}[]} `ids`: rows of spec/differs.ts
 */
export function differsIn(text) {
  const found = [];
  for (const [, from, ids, rest] of text.matchAll(/^ \* @differs ([^:\n(]+) \(([^)\n]+)\): (.+(?:\n \* (?!@).+)*)/gm)) {
    found.push({ from, ids: ids.split(', '), text: rest.replaceAll(/\s*\n \* /g, ' ') });
  }
  return found;
}

/** @param {string} root folder of the project */
export function truthData(root) {
  const golden = join(root, 'src/engine/golden');
  const compared = KINDS.map((kind) => {
    const files = filesBelow(join(golden, kind)).filter((file) => /\.jsonl(\.gz)?$/.test(file));
    const lines = files.map((file) => {
      const bytes = readFileSync(file);
      return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n').length;
    });
    return { kind, sequences: files.length, ops: lines.reduce((sum, n) => sum + n, 0) };
  });
  const differs = filesBelow(join(root, 'src/engine'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      differsIn(readFileSync(file, 'utf8')).map((remark) => ({ ...remark, file: file.slice(root.length + 1) })),
    );
  return { compared, differs };
}
