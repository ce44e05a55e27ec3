/**
 * Where the page asks for a text by its key, it fills every brace of that text, and gives a list as a list: no brace is left on screen or
 * in a label, and no English comma in Chinese.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '..');

/** English texts by key, of every area. */
async function englishTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const dir = join(SRC, 'i18n/en');
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const areas: Readonly<Record<string, unknown>> = await import(pathToFileURL(join(dir, file)).href);
    for (const area of Object.values(areas)) {
      for (const [key, text] of Object.entries(area as Record<string, unknown>))
        if (typeof text === 'string') texts.set(key, text);
    }
  }
  return texts;
}

/** A node of a syntax tree, as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly name?: string;
  readonly value?: unknown;
  readonly callee?: Node;
  readonly property?: Node;
  readonly arguments?: readonly Node[];
  readonly consequent?: Node;
  readonly alternate?: Node;
  readonly properties?: readonly Node[];
  readonly key?: Node;
}

/** The keys that an argument can be: a literal, or one of two by a condition. Keys that are put together are not known here. */
function keysOf(node: Node | undefined): string[] {
  if (node?.type === 'Literal' && typeof node.value === 'string') return [node.value];
  return node?.type === 'ConditionalExpression' ? [...keysOf(node.consequent), ...keysOf(node.alternate)] : [];
}

/** Names of an object’s members, null where they cannot be read off (it is spread, or no literal). */
function namesOf(node: Node | undefined): readonly string[] | null {
  if (node === undefined) return [];
  if (node.type !== 'ObjectExpression') return null;
  const names = (node.properties ?? []).map((member) => member.key?.name ?? null);
  return names.includes(null) ? null : (names as string[]);
}

interface Asked {
  readonly key: string;
  readonly given: readonly string[];
  /** Members that are joined with commas before the text has them: each language has a comma of its own. */
  readonly joined: readonly string[];
  readonly at: string;
}

/** Is something in it joined with an English comma? */
function joins(node: Node): boolean {
  const { callee, arguments: args } = node;
  if (node.type === 'CallExpression' && callee?.property?.name === 'join' && args?.[0]?.value === ', ') return true;
  return Object.values(node)
    .flat()
    .some((inner) => inner !== null && typeof inner === 'object' && 'type' in inner && joins(inner as Node));
}

/** Calls of `t(key, params)` in a file, with what they give. */
function asksIn(file: string, text: string): Asked[] {
  const asked: Asked[] = [];
  const visit = (node: Node): void => {
    const name = node.type === 'CallExpression' ? node.callee?.name : undefined;
    if (name === 't' || name === 'translate') {
      const [key, params] = (node.arguments ?? []).slice(name === 't' ? 0 : 1);
      const given = namesOf(params);
      const line = text.slice(0, node.start).split('\n').length;
      const joined = (params?.properties ?? []).filter(joins).map((member) => member.key?.name ?? '');
      if (given !== null) for (const one of keysOf(key)) asked.push({ key: one, given, joined, at: `${file}:${line}` });
    }
    for (const inner of Object.values(node).flat()) {
      if (inner !== null && typeof inner === 'object' && 'type' in inner) visit(inner as Node);
    }
  };
  visit(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file) as unknown as Node);
  return asked;
}

const lacking = (asked: readonly Asked[], texts: ReadonlyMap<string, string>): string[] =>
  asked.flatMap(({ key, given, at }) =>
    [...(texts.get(key) ?? '').matchAll(/\{(\w+)\}/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !given.includes(name))
      .map((name) => `${at}: ${key} wants {${name}}`),
  );

const commas = (asked: readonly Asked[]): string[] =>
  asked.filter(({ joined }) => joined.length > 0).map(({ key, joined, at }) => `${at}: ${key} has ${joined} as a list`);

test('no call leaves a brace of its text unfilled', async () => {
  const texts = await englishTexts();
  const files = ['views', 'app', 'store', 'scene'].flatMap((room) =>
    readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
      .map((name) => join(room, name)),
  );
  const asked = files.flatMap((file) => asksIn(file, readFileSync(join(SRC, file), 'utf8')));
  expect(asked.length).toBeGreaterThan(400);
  expect(lacking(asked, texts)).toEqual([]);
  expect(commas(asked)).toEqual([]);
});

test('it bites', () => {
  const texts = new Map([['a.next', '{op}: go to step {n}']]);
  expect(lacking(asksIn('x.tsx', "t('a.next', { callback, n: 2 })"), texts)).toEqual(['x.tsx:1: a.next wants {op}']);
  expect(lacking(asksIn('x.tsx', "t(odd ? 'a.next' : 'a.none')"), texts)).toHaveLength(2);
  expect(lacking(asksIn('x.tsx', "t('a.next', { op, n })"), texts)).toEqual([]);
  expect(commas(asksIn('x.tsx', "t('a.next', { op: ops.map(f).join(', ') || 'none', n })"))).toHaveLength(1);
});
