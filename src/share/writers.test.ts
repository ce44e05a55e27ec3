/** How long links get, and links that other programs write as the README says. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHeadlessApp } from '../cli/headless-app.ts';
import { loadLinkCodec } from '../store/actions/links.ts';
import { decodeLink, encodeLink } from './link.ts';

type Op = Readonly<Record<string, unknown>>;

/** What a person does by hand on the page, as its controls write it: the thing itself, then the machine settles. */
const EDITS: readonly ((n: number) => Op)[] = [
  (n) => ({ op: 'irq_line', gsi: [4, 11][n % 2], level: (n >> 1) & 1 }),
  (n) => ({ op: 'irqfd_signal', gsi: 24 + (n % 3) }),
  (n) => ({ op: 'msi', addr: 0xfee00000 + ((n % 2) << 12), data: 0x41 + (n % 7) }),
  (n) => ({ op: 'run', vcpu: n % 2 }),
  (n) => ({ op: 'advance', ns: 1_000 * (1 + (n % 4)) }),
];

test.each([1, 2, 3, 4, 5])('fifty changes by hand are a link of 500 characters at most (mix %i)', (seed) => {
  const log: Op[] = [];
  let chance = seed * 7919;
  for (let i = 0; i < 50; i++) {
    chance = (chance * 1103515245 + 12345) & 0x7fffffff;
    const edit = EDITS[(chance >> 8) % EDITS.length] as (n: number) => Op;
    log.push(edit(chance >> 16), { op: 'settle', events: 16 });
  }
  const text = encodeLink({
    kind: 'ops',
    base: { id: 'intx-shared', version: 1 },
    keep: 20,
    start: null,
    log,
    step: { index: 1_234, set: 2 },
    view: { sel: 'ioapic:0.redirLo', panel: 'inspector' },
    hash: 'Ab_-09',
  });
  expect(text?.length, `seed ${seed}`).toBeLessThanOrEqual(500);
  expect(decodeLink(text ?? '')).toMatchObject({ ok: true, dropped: [] });
});

/** The program that stands in the README behind a heading. */
function program(heading: string): string {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const after = readme.slice(readme.indexOf(heading) + heading.length);
  const lines = after.split('\n').slice(after.split('\n').findIndex((line) => line.startsWith('    ')));
  return lines
    .slice(
      0,
      lines.findIndex((line) => line !== '' && !line.startsWith('    ')),
    )
    .map((line) => line.slice(4))
    .join('\n');
}

for (const [heading, command, args] of [
  ['To make one in Python:', 'python3', ['-c']],
  ['In JavaScript', process.execPath, ['--input-type=module', '-e']],
] as const) {
  test(`the program of the README under “${heading}” writes a link that opens`, async (context) => {
    const run = spawnSync(command, [...args, program(heading)], { encoding: 'utf8' });
    context.skip(run.error !== undefined, `${command} is not here`);
    expect(run.stderr).toBe('');
    const link = run.stdout.trim();
    expect(link).toMatch(/^#s=k1\.[\w-]+$/);
    expect(decodeLink(link)).toMatchObject({ ok: true, dropped: [] });
    await loadLinkCodec();
    const app = createHeadlessApp();
    expect(await app.actions.openLink(link.slice(1), { play: false })).toBe('opened');
    const { scene, sceneId, notice } = app.store.getState();
    expect([sceneId.preset, notice]).toEqual(['msix-blk', null]);
    expect(scene?.commands.length).toBeGreaterThan(sceneId.kept);
    app.close();
  });
}
