/**
 * The rules of src/README.md as tables. A new folder, package or exception is one row here, seen in review.
 * Sources are parsed, not searched, so a word in a comment or a string breaks no rule.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { parseAst } from 'vite';
import { describe, expect, test } from 'vitest';
import { PARTS, type Part } from './spec/parts.ts';

const SRC = import.meta.dirname;
const REPO = dirname(SRC);

/** Folder -> what it may import. `t:` = types only. A path with a slash opens just that module or subfolder. `*` = anything but app. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  spec: ['base'],
  engine: ['base', 'spec'],
  log: ['base', 'spec', 'engine/view', 't:engine'],
  explain: ['base', 'spec', 'log', 'engine/view', 't:engine', 't:i18n'],
  trace: ['base', 'spec', 'engine'],
  scenes: ['base', 'spec', 'i18n/langs'],
  chapters: ['spec', 't:i18n'],
  share: ['base', 'spec'],
  worker: ['base', 'spec', 'engine', 'log', 'explain', 'trace'],
  i18n: ['base'],
  store: [
    'chapters',
    'base',
    'spec',
    'explain/late',
    'explain/deeds',
    'share',
    'log',
    'i18n',
    'scenes',
    'worker/client',
    'scene/clock',
    'scene/advance',
    'engine/view',
    't:engine',
  ],
  scene: ['base', 'spec', 'log', 'i18n/langs', 'explain/locate', 'engine/view', 't:scenes'],
  views: [
    'base',
    'spec',
    'log',
    'explain',
    'store',
    'scene',
    'scenes',
    'chapters',
    'share',
    'i18n',
    'engine/view',
    'trace/recipe',
    't:engine',
    't:trace',
    'worker/trace-client',
    'worker/reason-client',
  ],
  embed: ['spec', 'log', 'share', 'store', 'i18n/langs'],
  app: ['*'],
  cli: ['*', '!views', 'views/figure'],
};

/** Package -> folders that may import it. A package that is not here may not be imported. */
const PACKAGES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^node:/, ['cli']],
  [/^esbuild$|^vite$|^@playwright\/test$|^@bokuweb\/zstd-wasm$/, ['cli']],
  [/^react(-dom)?(\/|$)/, ['views', 'app', 'store']], // in store: one hook file, see below
  [/^virtual:irqscope-presets$/, ['embed']],
  [/^stylis$/, ['views']],
  [/^linkedom$/, ['cli']],
  [/^vitest$/, ['cli']],
  [/^gifenc$/, ['views']], // on demand: films
  [/^virtual:truth$/, ['views']],
  [/^zustand(\/|$)/, ['store']],
  [/^fflate$/, ['share', 'trace', 'worker', 'cli']],
  [/^d3$/, ['views']], // by name, in chunks that come after the first motion
  [/^valibot$/, ['embed', 'scenes']], // the messages' chunk, and presets' check, which no page has; not before the first motion
  [/^fzstd$/, ['trace']], // on demand: trace.dat version 7
];

/** Global or property -> the only folders that may say it. */
const WORDS: readonly { word: string; only?: readonly string[]; never?: readonly string[] }[] = [
  { word: 'postMessage', only: ['worker', 'embed'] },
  { word: 'location', only: ['app', 'cli'] },
  { word: 'history', only: ['app', 'cli'] },
  // Clocks, chance and time that pass by themselves. What is not in the ECMAScript library fails in tsconfig.engine.json too.
  ...['Date', 'Math.random', 'Promise', 'async', 'await', 'setTimeout', 'setInterval', 'console'].map((word) => ({
    word,
    never: ['base', 'spec', 'engine'],
  })),
];

/** How often each escape hatch is used today. These numbers may only fall. */
const ESCAPES = { 'as any': 0, 'biome-ignore': 0, '@ts-ignore': 0, '@ts-nocheck': 0, '@ts-expect-error': 0 };

type Node = { readonly type: string; readonly [key: string]: unknown };
type Import = { readonly from: string; readonly typeOnly: boolean; readonly later: boolean };
type Source = {
  path: string;
  folder: string;
  isTest: boolean;
  text: string;
  imports: Import[];
  words: Set<string>;
  anyCasts: number;
  /** Casts of an element or an argument to number. */
  elementCasts: number;
  /** Arguments read by their place. */
  byPlace: number;
};

const isNode = (v: unknown): v is Node => typeof v === 'object' && v !== null && typeof (v as Node).type === 'string';
const nameOf = (v: unknown): string => (isNode(v) && typeof v.name === 'string' ? v.name : '');
/** `x[i]`, `x.args.name`: what is a number already. */
const isElement = (v: unknown): boolean =>
  isNode(v) &&
  v.type === 'MemberExpression' &&
  (v.computed === true || (isNode(v.object) && (nameOf(v.object) === 'args' || nameOf(v.object.property) === 'args')));
const HOSTS = ['window', 'globalThis', 'self', 'document', 'parent', 'top'];
const PAGE_MEMBERS = /^(href|search|hash|pathname|origin|host|reload|assign|pushState|replaceState|back|forward|go)$/;

/** Calls `visit` for every node of the tree, with its parent and the key it hangs on. */
function walk(node: Node, visit: (node: Node, parent: Node | null, key: string) => void): void {
  const go = (n: Node, parent: Node | null, key: string): void => {
    visit(n, parent, key);
    for (const [k, value] of Object.entries(n)) {
      if (Array.isArray(value)) for (const v of value) isNode(v) && go(v, n, k);
      else if (isNode(value)) go(value, n, k);
    }
  };
  go(node, null, '');
}

function read(path: string, text: string): Source {
  const source: Source = {
    path,
    folder: path.includes('/') ? (path.split('/')[0] ?? '') : '',
    isTest: /\.test\.tsx?$/.test(path),
    text,
    imports: [],
    words: new Set(),
    anyCasts: 0,
    elementCasts: 0,
    byPlace: 0,
  };
  const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js';
  const program = parseAst(text, { lang }, path) as unknown as Node;
  walk(program, (n, parent, key) => {
    switch (n.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType': {
        const from = n.source as { value?: unknown } | null | undefined;
        if (typeof from?.value === 'string') {
          const typeOnly = n.importKind === 'type' || n.exportKind === 'type' || n.type === 'TSImportType';
          source.imports.push({ from: from.value, typeOnly, later: n.type === 'ImportExpression' });
        }
        break;
      }
      case 'MemberExpression': {
        const object = nameOf(n.object);
        const property = n.computed === true ? '' : nameOf(n.property);
        if (property === 'postMessage') source.words.add(property);
        if (object === 'Math' && property === 'random') source.words.add('Math.random');
        if (HOSTS.includes(object) && (property === 'location' || property === 'history')) source.words.add(property);
        const ofArgs = object === 'args' || (isNode(n.object) && nameOf(n.object.property) === 'args');
        if (ofArgs && n.computed === true && typeof (n.property as { value?: unknown }).value === 'number')
          source.byPlace++;
        if ((object === 'location' || object === 'history') && PAGE_MEMBERS.test(property)) source.words.add(object);
        break;
      }
      case 'Identifier': {
        const isProperty =
          (parent?.type === 'MemberExpression' && key === 'property' && parent.computed !== true) ||
          (/Property|MethodDefinition|Signature|TSEnumMember/.test(parent?.type ?? '') && key === 'key') ||
          parent?.type === 'TSQualifiedName';
        const name = nameOf(n);
        if (!isProperty && name !== 'location' && name !== 'history') source.words.add(name);
        break;
      }
      case 'AwaitExpression':
        source.words.add('await');
        break;
      case 'TSAsExpression':
      case 'TSTypeAssertion':
        if (isNode(n.typeAnnotation) && n.typeAnnotation.type === 'TSAnyKeyword') source.anyCasts++;
        if (isNode(n.typeAnnotation) && n.typeAnnotation.type === 'TSNumberKeyword' && isElement(n.expression))
          source.elementCasts++;
        break;
    }
    if (n.async === true) source.words.add('async');
  });
  return source;
}

function sourcesUnder(dir: string): Source[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts'))
    .sort()
    .map((file) => read(file, readFileSync(join(dir, file), 'utf8')));
}

/** The path under src an import names, without extension and query; null when it leaves src. */
function target(path: string, from: string): string | null {
  const to = relative(SRC, resolve(SRC, dirname(path), from.replace(/\?.*$/, ''))).replaceAll('\\', '/');
  return to.startsWith('..') ? null : to.replace(/\.(ts|tsx|mjs)$/, '');
}

/** @returns what is wrong with one import, or null. */
function complaint(source: Source, { from, typeOnly }: Import): string | null {
  const line = `src/${source.path} imports ${typeOnly ? 'types of ' : ''}${from}`;
  if (!from.startsWith('.')) {
    if (source.isTest) return null;
    const row = PACKAGES.find(([name]) => name.test(from));
    if (!row) return `${line}: the package is not in the table`;
    return row[1].includes(source.folder) ? null : `${line}: only ${row[1].join(', ')} may`;
  }
  const to = target(source.path, from);
  if (to === null) {
    const cliReachesE2e = source.folder === 'cli' || source.isTest;
    return cliReachesE2e ? null : `${line}: it is outside src`;
  }
  const folder = to.split('/')[0] ?? '';
  if (folder === source.folder) return null;
  if (folder === 'app') return `${line}: nothing imports app`;
  if (source.isTest) return null;
  const allowed = MAY_IMPORT[source.folder] ?? [];
  const named = allowed.some((rule) => rule.includes('/') && to.startsWith(`${rule}/`));
  if (!named && allowed.includes(`!${folder}`)) return `${line}: ${source.folder} may import anything but that`;
  const fits = allowed.some((rule) => {
    if (rule === '*') return true;
    if (rule.startsWith('t:')) return typeOnly && rule.slice(2) === folder;
    return to === rule || to.startsWith(`${rule}/`);
  });
  return fits ? null : `${line}: ${source.folder} may import ${allowed.join(', ') || 'nothing'}`;
}

const sources = sourcesUnder(SRC);
const product = sources.filter((s) => !s.isTest && s.folder !== '');
const everything = [...sources, ...sourcesUnder(join(REPO, 'e2e'))].filter((s) => s.path !== 'architecture.test.ts');

describe('who may import whom', () => {
  test('every import is allowed by the table', () => {
    expect(sources.flatMap((s) => s.imports.map((i) => complaint(s, i)).filter((c) => c !== null))).toEqual([]);
  });

  test('imports name the file, extension included', () => {
    const bare = sources.flatMap((s) =>
      s.imports
        .filter((i) => i.from.startsWith('.') && posix.extname(i.from.replace(/\?.*$/, '')) === '')
        .map((i) => `src/${s.path} imports ${i.from}`),
    );
    expect(bare).toEqual([]);
  });

  test('at most one file of store knows React', () => {
    const hooks = product.filter((s) => s.folder === 'store' && s.imports.some((i) => /^react/.test(i.from)));
    expect(hooks.map((s) => s.path).slice(1)).toEqual([]);
  });

  test('the table itself bites', () => {
    const complaintOf = (path: string, text: string) => {
      const s = read(path, text);
      return s.imports.map((i) => complaint(s, i)?.replace(/^.*: /, '') ?? 'fine')[0];
    };
    expect(complaintOf('engine/a.ts', `import { x } from '../store/b.ts'`)).toBe('engine may import base, spec');
    expect(complaintOf('engine/a.ts', `import 'node:fs'`)).toBe('only cli may');
    expect(complaintOf('views/a.tsx', `import type { S } from '../engine/machine/state.ts'`)).toBe('fine');
    expect(complaintOf('views/a.tsx', `import { S } from '../engine/machine/state.ts'`)).toMatch(/^views may import/);
    expect(complaintOf('views/a.tsx', `import { S } from '../engine/view/lapic.ts'`)).toBe('fine');
    expect(complaintOf('scene/a.ts', `export * from '../store/a.ts'`)).toMatch(/^scene may import/);
    expect(complaintOf('store/a.ts', `const c = await import('../worker/client.ts')`)).toBe('fine');
    expect(complaintOf('store/a.ts', `import { run } from '../worker/engine.worker.ts'`)).toMatch(/^store may import/);
    expect(complaintOf('cli/a.ts', `import { V } from '../views/a.tsx'`)).toBe('cli may import anything but that');
    expect(complaintOf('cli/a.ts', `import { V } from '../app/main.tsx'`)).toBe('nothing imports app');
    expect(complaintOf('scene/a.ts', `import * as d3 from 'lodash'`)).toBe('the package is not in the table');
    const wordsOf = (text: string) => read('engine/a.ts', text).words;
    expect(wordsOf('const t = Date.now()')).toContain('Date');
    expect(wordsOf('const t = Math.random()')).toContain('Math.random');
    expect(wordsOf('async function f() {}')).toContain('async');
    expect(wordsOf('// Date\nconst t = "Date" + x.Date')).not.toContain('Date');
    expect(wordsOf('window.location.hash')).toContain('location');
    expect(wordsOf('state.history.at(0)')).not.toContain('history');
  });
});

test('words stay in their folders', () => {
  const found = product.flatMap((s) =>
    WORDS.filter(
      ({ word, only, never }) => s.words.has(word) && (only?.includes(s.folder) === false || never?.includes(s.folder)),
    ).map(({ word }) => `src/${s.path} says ${word}`),
  );
  expect(found).toEqual([]);
});

test('escape hatches may only fall', () => {
  const counts = Object.fromEntries(
    Object.keys(ESCAPES).map((word) => [
      word,
      everything.reduce((sum, s) => {
        if (word === 'as any') return sum + s.anyCasts;
        if (word === '@ts-expect-error' && s.isTest) return sum;
        return sum + s.text.split(word).length - 1;
      }, 0),
    ]),
  );
  expect(counts, 'fewer than in ESCAPES: lower the number there; more: find another way').toEqual(ESCAPES);
});

test('a file is named for what it provides', () => {
  const vague = everything.filter((s) => /(^|\/)(utils?|helpers?|misc|common)\.(ts|tsx|mjs)$/.test(s.path));
  expect(vague.map((s) => s.path)).toEqual([]);
});

test('every folder has its paragraph in src/README.md and its row in the table', () => {
  const folders = readdirSync(SRC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const readme = readFileSync(join(SRC, 'README.md'), 'utf8');
  const titles = [...readme.matchAll(/^## (.+)$/gm)].map((m) => m[1]);
  expect(folders.filter((name) => !titles.includes(name) || !(name in MAY_IMPORT))).toEqual([]);
});

test('the paragraph of a folder names all that it may import, and all of that is imported', () => {
  const readme = readFileSync(join(SRC, 'README.md'), 'utf8').replaceAll('`', '');
  for (const [folder, rules] of Object.entries(MAY_IMPORT)) {
    if (rules.includes('*')) continue;
    const paragraph = readme.split(`\n## ${folder}\n`)[1]?.split('\n## ')[0] ?? '';
    const said = paragraph.slice(paragraph.lastIndexOf('Imports'));
    const used = product
      .filter((s) => s.folder === folder)
      .flatMap((s) => s.imports.map((i) => target(s.path, i.from)));
    const wrong = rules.filter((rule) => {
      const name = rule.replace('t:', '');
      const isUsed = used.some((to) => to === name || to?.startsWith(`${name}/`));
      return !isUsed || !new RegExp(`(?<![\\w/])${name}(?![\\w/])`).test(said);
    });
    expect([folder, wrong]).toEqual([folder, []]);
  }
});

/** Room of the engine -> what else of the engine it may import. `t:` = types only; a path opens just that module. */
const ENGINE_ROOMS: Record<string, readonly string[]> = {
  // The machine's type has parts that are kvm's own.
  core: ['t:kvm'],
  // recalculate_apic_map and the inhibits that an APIC sets are lapic.c's, kept in kvm/ because the whole VM shares them;
  // so is kvm_lapic_set_pv_eoi, beside the rest of PV EOI.
  chips: ['core', 'kvm/apic-map', 'kvm/inhibits', 'kvm/pv-eoi'],
  // The order of a bus is told by whoever shows one, too.
  kvm: ['core', 'chips', 'view/io-ranges'],
  // What an entry put in before it is left at once is begun by the model guest at the next.
  vmx: ['core', 'chips', 'kvm', 'world/guest'],
  // The model guest's own loop is what AVIC leaves out of its way.
  svm: ['core', 'chips', 'kvm', 'world/guest'],
  // The scheduler switches vCPUs in and out of guest mode; vmx asks for it by wire.
  host: ['core', 'chips', 'kvm', 'vmx'],
  world: ['core', 'chips', 'kvm'],
  view: ['core'],
  machine: ['core', 'chips', 'kvm', 'vmx', 'svm', 'host', 'world', 'view'],
};

/** A chip reaches another by wire. One does not: what the i8254 sends to LVT0 goes through the local APIC itself, as in i8254.c. */
const CHIP_TO_CHIP = ['chips/pit/pit imports chips/lapic/timer'];

describe('inside the engine', () => {
  const files = product.filter((s) => /^engine\/(?!golden\/).*\//.test(s.path));
  const roomOf = (path: string): string => path.split('/')[1] ?? '';
  const inside = files.flatMap((s) =>
    s.imports.flatMap((i) => {
      const to = i.from.startsWith('.') ? target(s.path, i.from) : null;
      return to?.startsWith('engine/') ? [{ from: s.path.replace(/\.ts$/, ''), to, typeOnly: i.typeOnly }] : [];
    }),
  );
  const short = (path: string): string => path.replace('engine/', '');

  test('every room has its row, and its imports are in it', () => {
    expect([...new Set(files.map((s) => roomOf(s.path)))].filter((room) => !(room in ENGINE_ROOMS))).toEqual([]);
    const wrong = inside.filter(({ from, to, typeOnly }) => {
      if (roomOf(from) === roomOf(to)) return false;
      return !(ENGINE_ROOMS[roomOf(from)] ?? []).some((rule) => {
        if (rule.startsWith('t:')) return typeOnly && roomOf(to) === rule.slice(2);
        return short(to) === rule || short(to).startsWith(`${rule}/`);
      });
    });
    expect(wrong.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual([]);
  });

  test('a chip imports no other chip, save where that is argued', () => {
    const chipOf = (path: string): string => path.split('/')[2] ?? '';
    const pairs = inside.filter(
      ({ from, to }) => roomOf(from) === 'chips' && roomOf(to) === 'chips' && chipOf(from) !== chipOf(to),
    );
    expect(pairs.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual(CHIP_TO_CHIP);
  });
});

/** Floors with a room for each part: what else is there, and which parts have nothing on that floor and why. */
const FLOORS: Record<
  string,
  { readonly in?: readonly string[]; readonly besides: readonly string[]; readonly without: readonly Part[] }
> = {
  'spec/events': { besides: ['all', 'index', 'late', 'sources', 'text'], without: [] },
  'spec/ops': {
    besides: ['fields', 'index', 'makes-machine', 'run-loop-of', 'save-restore', 'setup'],
    // Guest accesses reach the chips, the timers and PV EOI through the bus, the APIC and its MSRs.
    without: ['pic', 'ioapic', 'timer', 'pit', 'avic', 'pv-eoi'],
  },
  'spec/registers': {
    // The VM-entry event field is every machine's; the rest of the VMCS goes with the run loop.
    besides: ['index', 'entry-info'],
    // The timer's registers are the APIC's, AVIC's and PV EOI's words the vCPU's; the bus and the guest have none.
    without: ['bus', 'timer', 'avic', 'pv-eoi', 'guest'],
  },
  engine: {
    // The rooms by whose code it is; the local APIC's own files stand in its folder, the timer among them.
    in: ['engine/chips', 'engine/chips/lapic', 'engine/kvm', 'engine/vmx', 'engine/svm', 'engine/host', 'engine/world'],
    besides: [
      ...['delivery', 'priority', 'registers', 'state'], // of the local APIC
      ...['apic-map', 'coalesced', 'emulator', 'inhibits', 'ioeventfd', 'memslots'], // what the whole VM shares
      ...['ept', 'inject', 'entry-info', 'vmcs'], // of the run loop
      ...['vfio', 'clock'],
    ],
    without: [],
  },
  'explain/describe': { besides: ['all', 'index', 'words'], without: [] },
  'explain/locate': { besides: ['all', 'index', 'locator', 'makers'], without: [] },
  'explain/forks': {
    besides: ['all', 'fork', 'host', 'index', 'makers'],
    // None of their events had another way.
    without: ['irqfd', 'bus', 'timer', 'pit', 'pv-eoi', 'guest'],
  },
  'explain/gates': {
    besides: ['gate', 'index', 'match', 'rows', 'sources'],
    // These hold nothing back that another part's gate does not: a timer's vector is the APIC's, what APICv holds its priority's.
    without: ['bus', 'timer', 'pit', 'apicv', 'avic', 'pv-eoi', 'pcpu', 'guest', 'userspace'],
  },
  'i18n/en/events': { besides: ['all', 'index'], without: [] },
  'i18n/zh-cn/events': { besides: ['index'], without: [] },
};

test('the same rooms on every floor', () => {
  for (const [floor, { in: folders = [floor], besides, without }] of Object.entries(FLOORS)) {
    const rooms = new Set(
      product.flatMap((s) =>
        folders
          .filter((folder) => s.path.startsWith(`${folder}/`))
          .map((folder) => s.path.slice(folder.length + 1).split(/[/.]/)[0]),
      ),
    );
    const foreign = [...rooms].filter((room) => !(PARTS as readonly unknown[]).includes(room)).sort();
    expect([floor, foreign]).toEqual([floor, [...besides].sort()]);
    expect([floor, PARTS.filter((part) => !rooms.has(part))]).toEqual([floor, without]);
  }
});

/** The file of views/board that draws a part, several where they share a card; null: what draws it is no card. */
const CARDS: Readonly<Record<Part, string | null>> = {
  routing: 'RoutingCard',
  irqfd: 'RoutingCard',
  bus: null, // a panel of its own: views/bus
  pic: 'PicRegisters',
  ioapic: 'ChipCards',
  lapic: 'LapicCard',
  timer: 'LapicCard',
  pit: 'SourceCards',
  vcpu: 'VcpuCard',
  'run-loop': 'RunLoop',
  apicv: 'VectorSet',
  'pi-desc': 'Descriptor',
  vtd: 'HostCards',
  avic: 'LapicCard',
  'pv-eoi': null, // a note beside the local APIC
  pcpu: 'HostCards',
  guest: 'IdtCard',
  device: 'SourceCards',
  userspace: 'SourceCards',
};

test('each part is drawn by the file that is named for it here', () => {
  for (const [part, file] of Object.entries(CARDS))
    if (file !== null) expect([part, existsSync(join(SRC, 'views/board', `${file}.tsx`))]).toEqual([part, true]);
});

/** Circles of modules, each with its reason. */
const CIRCLES: Readonly<Record<string, string>> = {
  'views/machine-editor/machine-editor views/machine-editor/parts':
    'a dialog and its parts, which are made of its fields; one chunk, and nothing of either runs while they load',
};

test('modules need each other in no circle that is not argued', () => {
  const next = new Map(
    product.map((s) => [
      s.path.replace(/\.(ts|tsx|mjs)$/, ''),
      s.imports.flatMap((i) => {
        // A chunk that comes later finds the module that asked for it.
        const to = i.typeOnly || i.later || !i.from.startsWith('.') ? null : target(s.path, i.from);
        return to === null ? [] : [to];
      }),
    ]),
  );
  expect(circles(next)).toEqual(Object.keys(CIRCLES));
  expect(
    circles(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b', 'd']],
        ['d', []],
      ]),
    ),
  ).toEqual(['b c']);
});

/** Strongly connected groups of two and more, each as its sorted names (Tarjan). */
function circles(next: ReadonlyMap<string, readonly string[]>): string[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (at: string): void => {
    index.set(at, index.size);
    low.set(at, index.get(at) as number);
    stack.push(at);
    for (const to of next.get(at) ?? []) {
      if (!next.has(to)) continue;
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(at, Math.min(low.get(at) as number, low.get(to) as number));
    }
    if (low.get(at) !== index.get(at)) return;
    const group = stack.splice(stack.indexOf(at));
    if (group.length > 1) found.push(group.sort().join(' '));
  };
  for (const at of next.keys()) if (!index.has(at)) visit(at);
  return found;
}

test('an element or an argument is a number without being cast to one, while noUncheckedIndexedAccess is off', () => {
  const casts = product.filter((s) => s.elementCasts > 0).map((s) => `${s.path}: ${s.elementCasts}`);
  expect(casts, 'leave the cast out').toEqual([]);
  const castsOf = (text: string): number => read('a.ts', text).elementCasts;
  expect(castsOf('const a = (x[i] as number) + (step.args.gsi as number) + (args.pin as number)')).toBe(3);
  // These may be undefined.
  expect(castsOf('const a = (x.at(-1) as number) + (map.get(1) as number)')).toBe(0);
});

test('arguments of an event are read by name; only the definers know their places', () => {
  const places = product.filter((s) => s.byPlace > 0 && !s.path.startsWith('spec/define/')).map((s) => s.path);
  expect(places).toEqual([]);
  const byPlace = (text: string): number => read('a.ts', text).byPlace;
  expect(byPlace('const a = args[0] + step.args[2]')).toBe(2);
  expect(byPlace('const a = args.gsi + args[name]')).toBe(0);
});
