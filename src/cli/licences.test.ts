/** Supply chain: what is shipped is little, pinned to a hash, and under licences that ask for no more than their notice. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}
const root = join(import.meta.dirname, '../..');
const json = (path: string): Record<string, never> => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { packages } = json('package-lock.json') as unknown as { readonly packages: Readonly<Record<string, Locked>> };
const all = Object.entries(packages).filter(([path]) => path !== '');
/** Types and the compiler come along as somebody's peer and are in no bundle; two that are loaded when asked for stand with the tools. */
const isShipped = ([path, { dev, optional }]: (typeof all)[number]): boolean =>
  /node_modules\/(fzstd|stylis)$/.test(path) ||
  (dev !== true && optional !== true && !/node_modules\/(@types\/|@typescript\/|typescript$|csstype$)/.test(path));
const shipped = all.filter(isShipped);

const D3 = /node_modules\/(d3|d3-[a-z-]+|delaunator|internmap|robust-predicates|commander|iconv-lite|rw|safer-buffer)$/;
/** Licences whose only condition is that their text comes along. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Unlicense'];

test('each package is pinned by a hash of what it is', () => {
  expect(shipped.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});

test('each that we name is named with the version it is pinned to', () => {
  const named = json('package.json') as unknown as Record<string, Readonly<Record<string, string>>>;
  const all = Object.entries({ ...named.dependencies, ...named.devDependencies });
  expect(all.length).toBeGreaterThan(20);
  for (const [name, version] of all)
    expect([name, version.replace(/^npm:.*@/, '')]).toEqual([name, packages[`node_modules/${name}`]?.version]);
});

test('what a page is built from is few packages', () => {
  const { dependencies } = json('package.json') as unknown as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(12);
  // d3 is thirty small ones by the same hand, with four that read text files.
  const others = shipped.map(([path]) => path).filter((path) => !D3.test(path));
  expect(others.length).toBeLessThanOrEqual(10);
});

test('each is under a licence that asks for its notice alone', () => {
  const licences = shipped.map(([path]) => [path, String(json(`${path}/package.json`).license ?? 'none')] as const);
  expect(licences.filter(([, licence]) => !ALLOWED.includes(licence))).toEqual([]);
});

test('none of them runs anything while it is installed', () => {
  expect(shipped.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual([]);
});

test('the list that a release has is CycloneDX and names each shipped package, with version and hash', () => {
  const { scripts } = json('package.json') as unknown as { readonly scripts: Readonly<Record<string, string>> };
  const [, ...words] = (scripts.sbom ?? '').split(' ');
  // What vitest says of itself would leave the tools out.
  const env = { ...process.env, NODE_ENV: '' };
  const { stdout } = spawnSync('npm', words, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, env });
  const { bomFormat, components } = JSON.parse(stdout) as {
    readonly bomFormat: string;
    readonly components: readonly { readonly name: string; readonly version: string; readonly hashes?: unknown[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const listed = new Set(components.filter(({ hashes }) => hashes?.length).map((c) => `${c.name}@${c.version}`));
  const names = shipped.map(([path, { version }]) => `${path.replace(/.*node_modules\//, '')}@${version}`);
  expect(names.filter((name) => !listed.has(name))).toEqual([]);
  expect(names.some((name) => name.startsWith('fzstd@'))).toBe(true);
});
