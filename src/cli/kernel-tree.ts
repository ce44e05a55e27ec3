/**
 * A Linux source tree, from a directory or from a bare git directory, and what can be read off a C file without a
 * compiler: which functions it defines and what their bodies say.
 *
 * A definition is a name in a declaration that begins at the first column, followed by a parameter list and a body; the
 * body ends at the first `}` in the first column. One macro makes functions that are named here:
 * `DEFINE_IDTENTRY_SYSVEC(name) { ... }` (and its relatives) defines `name`. Both arms of an #ifdef count. A macro with
 * parameters counts as a function, its text as the body.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KernelTree {
  /** Text of a file, by its path from the root of the tree; null if there is none. */
  read(path: string): string | null;
  /** Paths of the .c and .h files under a directory. */
  list(directory: string): readonly string[];
}

const isC = (path: string) => path.endsWith('.c') || path.endsWith('.h');

export function directoryTree(root: string): KernelTree {
  return {
    read: (path) => {
      try {
        return readFileSync(join(root, path), 'utf8');
      } catch {
        return null;
      }
    },
    list: (directory) => {
      try {
        return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
          .filter(isC)
          .map((name) => `${directory}/${name}`)
          .sort();
      } catch {
        return [];
      }
    },
  };
}

function git(gitDir: string, args: readonly string[]): string | null {
  const run = spawnSync('git', [`--git-dir=${gitDir}`, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return run.status === 0 ? run.stdout : null;
}

export function gitTree(gitDir: string, revision: string): KernelTree {
  return {
    read: (path) => git(gitDir, ['cat-file', 'blob', `${revision}:${path}`]),
    list: (directory) =>
      (git(gitDir, ['ls-tree', '-r', '--name-only', revision, '--', `${directory}/`]) ?? '').split('\n').filter(isC),
  };
}

/** Version the tree's own Makefile gives, such as 6.12.117; null without one. */
export function treeVersion(tree: KernelTree): string | null {
  const makefile = tree.read('Makefile');
  if (makefile === null) return null;
  const part = (name: string) => new RegExp(`^${name} *= *(\\d+)`, 'm').exec(makefile)?.[1] ?? '?';
  return `${part('VERSION')}.${part('PATCHLEVEL')}.${part('SUBLEVEL')}`;
}

export interface CFile {
  /** The text with comments and the insides of string literals blanked out; offsets are kept. */
  readonly text: string;
  /** Body texts of every function and function-like macro, by name; more than one where an #ifdef has two. */
  readonly bodies: ReadonlyMap<string, readonly string[]>;
}

const COMMENT_OR_LITERAL = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
const DECLARATION = /^(?![#\s])(?:[A-Za-z_][^\n;{}=#()]*?[\s*])?(\w+)\(/gm;
const MACRO = /^#[ \t]*define[ \t]+(\w+)\([^)]*\)((?:[^\n]*\\\n)*[^\n]*)/gm;
const NOT_A_NAME = new Set(['if', 'for', 'while', 'switch', 'return', 'sizeof']);

function blank(source: string): string {
  return source.replace(COMMENT_OR_LITERAL, (found) =>
    found.startsWith('/')
      ? found.replace(/[^\n]/g, ' ')
      : found.charAt(0) + ' '.repeat(found.length - 2) + found.charAt(0),
  );
}

/** Offset behind the parenthesis that closes the one before `at`. */
function closing(text: string, at: number): number {
  let depth = 1;
  let i = at;
  while (i < text.length && depth > 0) {
    const c = text.charAt(i++);
    if (c === '(') depth++;
    else if (c === ')') depth--;
  }
  return i;
}

function count(text: string, c: string): number {
  return text.split(c).length - 1;
}

export function scanC(source: string): CFile {
  const text = blank(source);
  const bodies = new Map<string, string[]>();
  const add = (name: string, body: string): void => {
    const known = bodies.get(name);
    if (known === undefined) bodies.set(name, [body]);
    else known.push(body);
  };
  for (const match of text.matchAll(DECLARATION)) {
    const written = match[1] ?? '';
    const open = match.index + match[0].length;
    const close = closing(text, open);
    const attributes = /(?:\s|__\w+(?:\([^)]*\))?)*/y;
    attributes.lastIndex = close;
    attributes.exec(text);
    const brace = attributes.lastIndex;
    if (text.charAt(brace) !== '{' || NOT_A_NAME.has(written)) continue;
    const made = written.startsWith('DEFINE_IDTENTRY');
    const name = made ? (text.slice(open, close - 1).split(',')[0] ?? '').trim() : written;
    const line = text.indexOf('\n', brace);
    const first = text.slice(brace, line < 0 ? undefined : line);
    const oneLine = count(first, '{') === count(first, '}');
    const end = oneLine ? brace + first.length : text.indexOf('\n}', brace);
    const body = text.slice(brace, end < 0 ? undefined : end);
    add(name, body);
  }
  for (const [, name = '', body = ''] of text.matchAll(MACRO)) add(name, body);
  return { text, bodies };
}
