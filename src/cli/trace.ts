/** `npm run -s trace -- FILE [--json] ...`: a recording of KVM's tracepoints, or a pasted text, as a report. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { traces } from '../i18n/en/traces.ts';
import { addTexts, hasText, translate } from '../i18n/index.ts';
import { type AnalyseOptions, analyse } from '../trace/analyse.ts';
import { pasteIn } from '../trace/pastes/index.ts';
import { RECIPES } from '../trace/recipe.ts';
import { pasteRows, reportRows } from '../trace/report.ts';
import { type ByteSource, bytesSource, TraceError } from '../trace/source.ts';
import { asUtf8 } from '../trace/utf16.ts';
import { reportText } from './trace-text.ts';

addTexts('en', traces);
const say = (key: string, params: Record<string, string | number>): string =>
  hasText(key) ? translate('en', key, params) : key;

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const USAGE =
  'usage: npm run -s trace -- FILE [--json] [--at LINE] [--window FROM:TO] [--kernel 6.1|6.18|auto] [--vm N]; FILE - is standard input; --recipe prints how to record';

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

interface Arguments {
  file: string;
  json: boolean;
  options: AnalyseOptions;
}

function parseArguments(argv: readonly string[]): Arguments {
  const options: { -readonly [K in keyof AnalyseOptions]: AnalyseOptions[K] } = {};
  let file: string | undefined;
  let json = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    const value = (): string => argv[++i] ?? fail(`${word} needs a value; ${USAGE}`);
    const count = (text: string): number =>
      /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : fail(`${word} ${text}: a number from 1 on is needed`);
    if (word === '--json') json = true;
    else if (word === '--at') options.at = count(value());
    else if (word === '--vm') options.vm = count(value()) - 1;
    else if (word === '--kernel') {
      const kernel = value();
      if (kernel !== '6.1' && kernel !== '6.18' && kernel !== 'auto') fail(`--kernel ${kernel}: 6.1, 6.18 or auto`);
      options.kernel = kernel;
    } else if (word === '--window') options.window = parseWindow(value());
    else if (word.startsWith('--')) fail(`no option ${word}; ${USAGE}`);
    else if (file === undefined) file = word;
    else fail(`one file, not two (${file} and ${word})`);
  }
  if (file === undefined) fail(USAGE);
  return { file, json, options };
}

function parseWindow(text: string): NonNullable<AnalyseOptions['window']> {
  const m = /^(\d+(?:\.\d+)?)(s?):(\d+(?:\.\d+)?)(s?)$/.exec(text);
  if (m === null || m[2] !== m[4] || (m[2] === '' && /\./.test(text))) {
    fail(`--window ${text}: two lines as 100:200, or two times as 1.5s:2s`);
  }
  const scale = m[2] === 's' ? 1e6 : 1;
  const from = Number(m[1]) * scale;
  const to = Number(m[3]) * scale;
  if (to < from) fail(`--window ${text}: it ends before it begins`);
  return { from, to, unit: m[2] === 's' ? 'us' : 'line' };
}

function fileSource(path: string): ByteSource {
  const full = isAbsolute(path) ? path : join(process.env.INIT_CWD ?? process.cwd(), path);
  let fd: number;
  let size: number;
  try {
    const stat = statSync(full);
    if (stat.isDirectory()) fail(`${path} is a directory`);
    size = stat.size;
    fd = openSync(full, 'r');
  } catch (error) {
    fail(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  process.on('exit', () => closeSync(fd));
  let buffer = Buffer.alloc(0);
  return {
    size,
    read(from, length) {
      // One buffer again and again: whoever reads a slice is done with it before the next.
      const want = Math.max(0, Math.min(length, size - from));
      if (want >= 65_536 && buffer.length < want) buffer = Buffer.alloc(want);
      const own = want < 65_536 ? Buffer.alloc(want) : buffer;
      const n = want === 0 ? 0 : readSync(fd, own, 0, want, from);
      return Promise.resolve(new Uint8Array(own.buffer, own.byteOffset, n));
    },
  };
}

async function standardInput(): Promise<ByteSource> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return bytesSource(new Uint8Array(Buffer.concat(parts)));
}

if (process.argv.includes('--recipe')) {
  const out = RECIPES.map(({ id, commands }) =>
    [
      say(`trace.recipe.${id}`, {}),
      ...commands.map((line) => `    ${line}`),
      `  ${say(`trace.recipe.${id}.cost`, {})}`,
    ].join('\n'),
  );
  process.stdout.write(`${out.join('\n\n')}\n`);
  process.exit(0);
}

const { file, json, options } = parseArguments(process.argv.slice(2));
try {
  const source = await asUtf8(file === '-' ? await standardInput() : fileSource(file));
  const paste = await pasteIn(source);
  const rows =
    paste === null ? [...reportRows(await analyse(source, options), options, say)] : [...pasteRows(paste, say)];
  process.stdout.write(json ? `${rows.map((row) => JSON.stringify(row)).join('\n')}\n` : reportText(rows));
} catch (error) {
  if (error instanceof TraceError)
    fail(`${file === '-' ? 'standard input' : file}: ${say(`trace.error.${error.code}`, error.params)}`);
  throw error;
}
