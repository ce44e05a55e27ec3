/** The page of promises against the code: its caps are the caps there are, its codes the codes that are said. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NEEDS_ORIGIN } from '../embed/messages.ts';
import { app } from '../i18n/en/app.ts';
import { errors } from '../i18n/en/errors.ts';
import { notices } from '../i18n/en/notices.ts';
import { MAX_OPS, MOST_KEY_BYTES } from '../spec/limits.ts';
import { URL_FILE_MAX } from '../views/share/fetch-file.ts';
import { WATCH } from '../worker/client.ts';
import { CAPS } from '../worker/protocol.ts';
import { LINK_CAPS } from './link.ts';

const SRC = join(import.meta.dirname, '..');
const text = readFileSync(join(import.meta.dirname, 'PROMISES.md'), 'utf8');
const section = (title: string): string => text.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
const grouped = (n: number): string => n.toLocaleString('en-US');

test('each cap stands there as the code has it', () => {
  const caps = section('Caps');
  for (const n of [LINK_CAPS.text, LINK_CAPS.json, CAPS.linkOps, MAX_OPS, CAPS.vcpus, CAPS.rows, CAPS.opRows])
    expect(caps).toContain(` ${grouped(n)}`);
  expect(caps).toContain(`${CAPS.keptBytes / 1e6} MB`);
  expect(caps).toContain(grouped(Math.floor((CAPS.keptBytes - MOST_KEY_BYTES) / CAPS.readBytes)));
  expect(caps).toContain(`${CAPS.readBytes} bytes an event`);
  expect(caps).toContain(`${WATCH.silentMs / 1000} s`);
  expect(section('The page')).toContain(`${URL_FILE_MAX / 2 ** 20} MiB`);
});

test('each code that has a sentence is listed, and none that has not', () => {
  const listed = new Set([...section('Codes').matchAll(/`([a-z][\w.*-]+)`/g)].map(([, code]) => code as string));
  const said = Object.keys({ ...app, ...errors, ...notices }).flatMap((key) =>
    /^error\.(?!at$|unknown$)/.test(key) ? [key.slice(6)] : [],
  );
  expect(said.filter((code) => !listed.has(code.startsWith('op.') ? 'op.*' : code))).toEqual([]);
  // Those without are said to a host alone: they stand in its code.
  const host =
    readFileSync(join(SRC, 'embed/host-link.ts'), 'utf8') + readFileSync(join(SRC, 'app/framed.tsx'), 'utf8');
  const messages = readFileSync(join(SRC, 'embed/messages.ts'), 'utf8');
  const silent = [...listed].filter((code) => !said.includes(code) && code !== 'op.*');
  const figures = readdirSync(join(SRC, 'views/figure'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(SRC, 'views/figure', name), 'utf8'))
    .join('');
  const links = readFileSync(join(SRC, 'store/actions/links.ts'), 'utf8');
  for (const code of silent) expect(host + messages + figures + links, code).toContain(`'${code}'`);
});

test('what needs the origin is what the page says', () => {
  const frame = section('A page around a frame');
  for (const command of NEEDS_ORIGIN) expect(frame).toContain(`\`${command}\``);
});

test('each kind of fault is named with its test, and the tests are there', () => {
  const rows = [...section('Kinds').matchAll(/^\| [A-K] [^|]*\|([^|]*)\|$/gm)];
  expect(rows).toHaveLength(11);
  for (const [, tests] of rows) {
    const files = [...(tests as string).matchAll(/`([\w./-]+\.(?:spec|test)\.ts)`/g)].map(([, file]) => file as string);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) readFileSync(join(SRC, '..', file));
  }
});
