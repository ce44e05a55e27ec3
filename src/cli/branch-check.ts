/**
 * Holds the functions of the list of branches (`engine/golden/branches`) against a kernel tree at v6.18: each must be defined in
 * its file, and of a file that is listed whole every function must be there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KernelTree, scanC } from './kernel-tree.ts';

/** One file of the list: its head says which source it is about, and whether all of that. */
export interface ListedBranches {
  readonly file: string;
  readonly whole: boolean;
  readonly functions: readonly string[];
}

/** @param folder where the list's files are */
export function readBranches(folder: string): ListedBranches[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => {
      const [head = '', ...rows] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
      const { file, whole } = JSON.parse(head) as { file: string; whole: boolean };
      const functions = new Set(rows.map((row) => (JSON.parse(row) as { function: string }).function));
      return { file, whole, functions: [...functions] };
    });
}

/** @returns a line for each function that is not in its file, and for each of a whole file that no branch is listed of */
export function checkBranches(tree: KernelTree, listed: readonly ListedBranches[]): string[] {
  return listed.flatMap(({ file, whole, functions }) => {
    if (!/\.[ch]$/.test(file)) return [];
    const source = tree.read(file);
    if (source === null) return [`${file}: not there, its branches are listed`];
    const { bodies } = scanC(source);
    const absent = functions
      .filter((fn) => !bodies.has(fn))
      .map((fn) => `${fn} (${file}): not defined there, branches are listed`);
    const missing = whole ? [...bodies.keys()].filter((fn) => !functions.includes(fn) && isFunction(source, fn)) : [];
    return [...absent, ...missing.map((fn) => `${fn} (${file}): none of its branches is listed`)];
  });
}

/** Not a macro. */
const isFunction = (source: string, fn: string): boolean =>
  !new RegExp(`^#[ \\t]*define[ \\t]+${fn}\\(`, 'm').test(source);
