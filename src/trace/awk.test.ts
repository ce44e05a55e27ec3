/**
 * The report's numbers against those of another program: a few lines of awk over the same text. With TRACES=DIRECTORY over every
 * recording below it too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { bytesSource } from './source.ts';

const AWK = `
{
  event = ""
  for (i = 1; i <= NF; i++) if ($i ~ /^kvm_[a-z_]+:$/) { event = substr($i, 1, length($i) - 1); break }
  if (event == "") next
  n["count " event]++
  if (event == "kvm_set_irq") {
    n["gsi " $(i + 2) ($(i + 4) == "0" ? " low" : " high")]++
    key = $(i + 2) "/" $(i + 6)
    if ($(i + 4) == "1" && level[key] != "1") n["gsi " $(i + 2) " edges"]++
    level[key] = $(i + 4)
  }
  if (event == "kvm_inj_virq" && $(i + 1) == "IRQ" && $0 !~ /reinjected/) n["injected " $(i + 2)]++
  if (event == "kvm_apic_accept_irq" && $0 ~ /\\((Fixed|LowPrio)/) n["accepted " $(i + 2) " " $(i + 4)]++
  if (event == "kvm_eoi") n["eoi " $(i + 2) " " $(i + 4)]++
  if (event == "kvm_entry") { v = $(i + 2); sub(/,/, "", v); n["entries " v]++ }
}
END { for (k in n) print k "\\t" n[k] }
`;
const hasAwk = spawnSync('awk', ['BEGIN { exit 0 }']).status === 0;
if (!hasAwk) console.log('no awk here: the counts are not held against those of another program');

const OTHERS = process.env.TRACES;
const FILES = [
  ...readdirSync('public/traces').map((name) => `public/traces/${name}`),
  ...readdirSync('src/trace/recordings').map((name) => `src/trace/recordings/${name}`),
  ...(OTHERS === undefined
    ? []
    : (readdirSync(OTHERS, { recursive: true }) as string[]).map((name) => join(OTHERS, name))),
].filter((name) => /\.txt\.gz$|(ftrace|report)\.txt\.xz$/.test(name) && !name.includes('perf-trace'));

/** What awk counts, by what it counts. */
function counted(text: Uint8Array): Record<string, number> {
  const out = execFileSync('awk', [AWK], {
    input: text,
    maxBuffer: 2 ** 24,
    env: { ...process.env, LC_ALL: 'C' },
  }).toString();
  return Object.fromEntries(
    out
      .trimEnd()
      .split('\n')
      .map((line) => [line.split('\t')[0] ?? '', Number(line.split('\t')[1])]),
  );
}

describe.skipIf(!hasAwk)('the counts are those of awk', () => {
  test.each(FILES)(
    '%s',
    async (path) => {
      const bytes = path.endsWith('.xz')
        ? new Uint8Array(execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 30 }))
        : new Uint8Array(gunzipSync(readFileSync(path)));
      const { rows, summary } = await analyse(bytesSource(bytes));
      const told: Record<string, number> = {};
      const add = (key: string, n: number): void => {
        if (n > 0) told[key] = (told[key] ?? 0) + n;
      };
      for (const [event, n] of Object.entries(summary.counts as Record<string, number>)) {
        if (event.startsWith('kvm_')) add(`count ${event}`, n);
      }
      for (const { gsi, low, high, edges } of rows.gsiRows()) {
        add(`gsi ${gsi} low`, low);
        add(`gsi ${gsi} high`, high);
        add(`gsi ${gsi} edges`, edges);
      }
      for (const { vcpu, vector, accepted, injected, eoi } of rows.vectorRows()) {
        add(`injected 0x${vector.toString(16)}`, injected);
        add(`accepted ${vcpu.toString(16)} ${vector}`, accepted);
        add(`eoi ${vcpu.toString(16)} ${vector}`, eoi);
      }
      for (const { vcpu, entries } of rows.vcpuRows('unknown', false)) add(`entries ${vcpu}`, entries);
      const own = counted(bytes);
      // An EOI of nothing (vector -1) is no vector's.
      for (const key of Object.keys(own)) if (/^eoi \w+ -1$/.test(key)) delete own[key];
      expect(Object.keys(own).length).toBeGreaterThan(10);
      expect(told).toEqual(own);
    },
    240_000,
  );
});
