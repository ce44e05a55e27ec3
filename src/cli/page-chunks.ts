/**
 * Which modules of the page are one file. Left to the bundler, a page asks for 117 files, most of a few hundred bytes, each with
 * its own round trip and compilation; so it asks for about 33.
 */
import { join } from 'node:path';
import type { Rolldown } from 'vite';
import { LATE_PARTS } from '../spec/events/late.ts';

const SRC = join(import.meta.dirname, '..');
/** Before the page moves: split by who else imports it, it would be 5 kB (gzip) more in many files. */
const ENTRY = 'app/main.tsx';
/** What the entry asks for itself: in many files it would be a request each. */
const BESIDE = 'app/beside.ts';
/** What comes to every stage, to every page, and to the panels that are open from the start: what the same ones of them need is one file. */
const TOGETHER = {
  stage: [
    'views/board/extras.tsx',
    'views/timeline/announcer.tsx',
    'views/quiz/guess-switch.tsx',
    'views/glossary/glossary.tsx',
    'views/narrator/ending.tsx',
    'app/notice.tsx',
    'app/offline.ts',
  ],
  page: [
    'views/header/header.tsx',
    'app/side-panels.tsx',
    'views/timeline/timeline.tsx',
    'views/runs/workbench.tsx',
    'views/verbs/verbs.tsx',
    'app/first-minute.ts',
    'app/keep.ts',
  ],
  panels: [
    'views/now/now.tsx',
    'views/callpath/callpath.tsx',
    'views/where/badge.tsx',
    'views/under-way/under-way.tsx',
    'store/actions/edits.ts',
  ],
};
/** What a scene may have to wait for takes nothing along: what an address is read with, cards and events that few scenes have. */
const CODEC = ['share/link.ts', 'store/actions/links.ts'];
const FRAME = ['app/framed.tsx'];
const RARE = [
  'scenes/files.ts',
  ...['IdtCard', 'VcpuForms', 'Descriptor', 'MsiCard', 'HostCards', 'PicRegisters', 'VcpuMap'].map(
    (name) => `views/board/${name}.tsx`,
  ),
  ...LATE_PARTS.flatMap((part) => [`spec/events/${part}.ts`, `explain/locate/${part}.ts`]),
];

/**
 * Each set here has all that its modules import, so no file imports one that needs it in turn.
 * @returns the name of a module's file, for the one group of files that there is; null: the bundler's choice
 */
export function chunkNames(): Rolldown.CodeSplittingNameFunction {
  const firstLoad = new Set<string>();
  const soon = new Set<string>();
  const together = new Map<string, string | null>();
  return (id, graph) => {
    const visit = (module: string, into: Set<string>): Set<string> => {
      if (firstLoad.has(module) || soon.has(module) || into.has(module)) return into;
      into.add(module);
      for (const next of graph.getModuleInfo(module)?.importedIds ?? []) visit(next, into);
      return into;
    };
    if (firstLoad.size === 0) {
      visit(join(SRC, ENTRY), firstLoad);
      visit(join(SRC, BESIDE), soon);
      const ofAll = (files: readonly string[]): Set<string> => {
        const gone = files.find((file) => graph.getModuleInfo(join(SRC, file)) === null);
        if (gone !== undefined) throw new Error(`cli/page-chunks.ts names ${gone}, which the page does not import`);
        return files.reduce((into, file) => visit(join(SRC, file), into), new Set<string>());
      };
      for (const [who, files] of Object.entries(TOGETHER))
        for (const module of ofAll(files)) together.set(module, `${together.get(module) ?? 'for'}-${who}`);
      for (const module of ofAll(FRAME)) together.set(module, together.has(module) ? 'framed-or-not' : 'framed');
      for (const module of ofAll(CODEC)) together.set(module, 'codec');
      for (const module of ofAll(RARE)) together.set(module, null);
    }
    // The entry itself stays the entry.
    if (firstLoad.has(id)) return id === join(SRC, ENTRY) ? null : 'first';
    return soon.has(id) ? 'soon' : (together.get(id) ?? null);
  };
}
