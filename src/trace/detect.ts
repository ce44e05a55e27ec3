/** What a file is, by its first bytes. */

export type TraceFormat = 'trace.dat' | 'perf-trace' | 'perf-script' | 'trace-cmd report' | 'ftrace' | 'bare';

/** Files that another program must turn into text first: what they begin with, and the command. */
const FOREIGN: readonly { readonly magic: readonly number[]; readonly what: string; readonly run: string }[] = [
  {
    magic: [0x50, 0x45, 0x52, 0x46, 0x49, 0x4c, 0x45, 0x32],
    what: 'perf.data',
    run: 'perf script -i FILE > trace.txt',
  },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: '.xz', run: 'xz -d FILE' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: '.zst', run: 'zstd -d FILE' },
  { magic: [0x42, 0x5a, 0x68], what: '.bz2', run: 'bzip2 -d FILE' },
  { magic: [0x50, 0x4b, 0x03, 0x04], what: '.zip', run: 'unzip FILE' },
];
const DAT = [0x17, 0x08, 0x44, 0x74, 0x72, 0x61, 0x63, 0x69, 0x6e, 0x67];

const begins = (b: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => b[i] === byte);

export const isGzip = (b: Uint8Array): boolean => b[0] === 0x1f && b[1] === 0x8b;
export const isTraceDat = (b: Uint8Array): boolean => begins(b, DAT);

/** A file we cannot read but can say how to turn into one we can. */
export function foreignFile(b: Uint8Array): { what: string; run: string } | null {
  return FOREIGN.find((row) => begins(b, row.magic)) ?? null;
}

const RULES: readonly (readonly [TraceFormat, RegExp])[] = [
  ['perf-trace', /^\s*\d+\.\d{3} (?:\S.*\/\d+ |(?:\(.{8,12}\): )?(?:\d+ )?)kvm:\w+\(/],
  ['perf-script', /\d:\s+(?:\d+\s+)?\w+:kvm_\w+: /],
  ['trace-cmd report', /^cpus=\d|^version = \d|\d: (\(\+\d+\))? *\w+: {2,}\S|^\S+: {1,3}.+-\d+ +\[\d+\]/],
  ['ftrace', /^# tracer:|\[\d+\] +[^\s\d]\S{2,5} +\d+(\.\d+)?: ?/],
  ['trace-cmd report', /\[\d+\] +\d+\.\d+: +(\(\+\d+\) *)?\w+: /],
  ['ftrace', /^(?:.* |[>\s#]*)\d+(\.\d+|us[ +!#*@$])?: +kvm_\w+: /],
  ['ftrace', /^\s*\d+\)\s.*\| +\/\* kvm_\w+: /],
  ['bare', /^[>\s#]*(?:kvm:)?kvm_\w+: /],
];

/** A header says more than as many lines. */
const HEADER_VOTES = 1000;

/** How much of a file is looked at first. */
export const HEAD = 65_536;

/** @param head the first bytes @param most so many of them are looked at @returns null where no line of it is an event of KVM in a form we know */
export function detectFormat(head: Uint8Array, most = HEAD): TraceFormat | null {
  const votes = new Map<TraceFormat, number>();
  const lines = new TextDecoder().decode(head.subarray(0, most)).split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.length > 4096) continue;
    const rule = RULES.find(([, pattern]) => pattern.test(line));
    if (rule === undefined) continue;
    const isHeader = /^cpus=|^# tracer:/.test(line);
    votes.set(rule[0], (votes.get(rule[0]) ?? 0) + (isHeader ? HEADER_VOTES : 1));
    // Fewer lines are left than would outvote it.
    if (isHeader && votes.size === 1 && lines.length - i <= HEADER_VOTES) return rule[0];
  }
  let best: TraceFormat | null = null;
  for (const [format, n] of votes) if (best === null || n > (votes.get(best) ?? 0)) best = format;
  return best;
}
