/** What is done to the page's script when it is built. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { SOURCE_COLUMNS } from '../spec/define/event.ts';
import { FIRST_EVENTS } from '../spec/events/index.ts';

/** The rows of FIRST_EVENTS come without the columns that only `eventSource` reads; it has them (see spec/events/sources.ts). */
export const eventSourcesApart = (): Plugin => ({
  name: 'event-sources-apart',
  apply: 'build',
  load(id) {
    const part = /\/src\/spec\/events\/([\w-]+)\.ts$/.exec(id)?.[1];
    if (part === undefined) return undefined;
    const text = readFileSync(id, 'utf8');
    if (part === 'sources') {
      const columns = Object.entries(FIRST_EVENTS).map(([name, row]) => [
        name,
        Object.fromEntries(Object.entries(row).filter(([key]) => SOURCE_COLUMNS.some((column) => column === key))),
      ]);
      return `import { eventRow } from './index.ts';
const FIRST = ${JSON.stringify(Object.fromEntries(columns))};
export const eventSource = (name) => FIRST[name] ?? eventRow(name);`;
    }
    const isFirst = Object.keys(FIRST_EVENTS).some((name) => new RegExp(`^  ${name}: \\{\\s+code: `, 'm').test(text));
    return isFirst ? withoutSources(text) : undefined;
  },
});

/** A row has one column a line, or is all in one, as the formatter has it. */
const NAMES = `(?:${SOURCE_COLUMNS.join('|')})`;
const COLUMN = new RegExp(`^ {4}${NAMES}: .*,\\n|, ${NAMES}: (?:null|'[^']*')`, 'gm');
/** A part's rows, as text, without the columns that only `eventSource` reads. */
export const withoutSources = (text: string): string => text.replaceAll(COLUMN, '');
