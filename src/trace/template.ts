/** Reads an event's text by its templates (tracepoints.ts), from bytes, without making a string. */
import { BLANK } from './bytes.ts';
import type { Names } from './record.ts';
import { APIC_REGISTERS, CHIPS, MODES, SHORTHANDS, TRACEPOINTS } from './tracepoints.ts';

/** Codes past the bytes are conversions. */
const C = {
  dec: 256,
  hex: 257,
  wide: 258,
  skip: 259,
  reason: 260,
  register: 261,
  mode: 262,
  logical: 263,
  trigger: 264,
  assert: 265,
  shorthand: 266,
  write: 267,
  mmio: 268,
  chip: 269,
  optional: 270,
  flag: 271,
  zero: 272,
  none: 273,
  more: 274,
  one: 275,
} as const;
const CONVERSION: Readonly<Record<string, number>> = {
  d: C.dec,
  x: C.hex,
  X: C.wide,
  _: C.skip,
  e: C.reason,
  r: C.register,
  m: C.mode,
  l: C.logical,
  t: C.trigger,
  a: C.assert,
  s: C.shorthand,
  w: C.write,
  i: C.mmio,
  c: C.chip,
  '0': C.zero,
  '1': C.one,
  n: C.none,
  z: C.more,
};

interface Program {
  readonly code: Int32Array;
  readonly flags: readonly Uint8Array[];
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function compile(template: string): Program {
  const code: number[] = [];
  const flags: Uint8Array[] = [];
  for (let i = 0; i < template.length; i++) {
    const ch = template[i] as string;
    if (ch === '%') code.push(CONVERSION[template[++i] as string]);
    else if (ch === '?') code.push(C.optional);
    else if (ch === '{') {
      const end = template.indexOf('}', i);
      flags.push(encode(template.slice(i + 1, end)));
      code.push(C.flag);
      i = end;
    } else code.push(ch.charCodeAt(0));
  }
  return { code: Int32Array.from(code), flags };
}

const PROGRAMS = TRACEPOINTS.map((row) => row.text.map(compile));

/** Of how many fields an event's longest template is. */
export const fieldCount = Uint8Array.from(PROGRAMS, (programs) => Math.max(...programs.map(fieldsOf)));

function fieldsOf({ code }: Program): number {
  let n = 0;
  for (const c of code) if (c > 255 && c !== C.skip && c !== C.optional) n += c === C.wide ? 2 : 1;
  return n;
}

function words(list: readonly string[]): readonly (readonly [number, Uint8Array])[] {
  return list.map((word, i) => [i, encode(word)] as const).sort((a, b) => b[1].length - a[1].length);
}
const MODE_WORDS = words(MODES);
const CHIP_WORDS = words(CHIPS);
const SHORTHAND_WORDS = words(SHORTHANDS);
const LOGICAL_WORDS = words(['physical', 'logical']);
const TRIGGER_WORDS = words(['edge', 'level']);
const ASSERT_WORDS = words(['de-assert', 'assert']);
const WRITE_WORDS = words(['read', 'write']);
const MMIO_WORDS = words(['unsatisfied-read', 'read', 'write']);
const REGISTER_WORDS = APIC_REGISTERS.map(([offset, name]) => [offset, encode(name)] as const).sort(
  (a, b) => b[1].length - a[1].length,
);

/** Where the cursor stands after the last conversion. */
let at = 0;

function word(list: readonly (readonly [number, Uint8Array])[], b: Uint8Array, p: number, end: number): number {
  next: for (let i = 0; i < list.length; i++) {
    const entry = list[i] as readonly [number, Uint8Array];
    const text = entry[1];
    if (p + text.length > end) continue;
    for (let k = 0; k < text.length; k++) if (b[p + k] !== text[k]) continue next;
    at = p + text.length;
    return entry[0];
  }
  return -1;
}

const hexDigit = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

function reasonEnd(b: Uint8Array, p: number, end: number): number {
  let q = p;
  while (q < end && b[q] !== BLANK) q++;
  // SVM's exceptions are two words ("UD excp"); a VMX flag word after the reason is not part of it.
  if (q + 5 <= end && b[q + 1] === 101 && b[q + 2] === 120 && b[q + 3] === 99 && b[q + 4] === 112) return q + 5;
  return q;
}

/** Skips words up to " rip": flags of a failed VMX entry. */
function toRip(b: Uint8Array, p: number, end: number): number {
  for (let q = p; q + 4 <= end; q++) {
    if (b[q] === BLANK && b[q + 1] === 114 && b[q + 2] === 105 && b[q + 3] === 112) return q;
  }
  return p;
}

function run(program: Program, b: Uint8Array, start: number, end: number, f: Float64Array, reasons: Names): boolean {
  const code = program.code;
  let p = start;
  let slot = 0;
  let flag = 0;
  let optional = false;
  for (let i = 0; i < code.length; i++) {
    const c = code[i];
    if (c < 256) {
      if (c === BLANK) {
        const from = p;
        while (p < end && (b[p] === BLANK || b[p] === 44 || b[p] === 9)) p++;
        if (p === from && p < end && !optional && b[p - 1] !== BLANK) return false;
      } else if (p < end && b[p] === c) p++;
      else return optional;
      continue;
    }
    switch (c) {
      case C.dec: {
        let q = p;
        let negative = false;
        if (b[q] === 45) {
          negative = true;
          q++;
        }
        const first = q;
        let v = 0;
        for (; q < end; q++) {
          const d = b[q] - 48;
          if (d < 0 || d > 9) break;
          v = v * 10 + d;
        }
        if (q === first) return optional;
        f[slot++] = negative ? -v : v;
        p = q;
        break;
      }
      case C.hex: {
        const first = p;
        let v = 0;
        for (; p < end; p++) {
          const d = hexDigit(b[p]);
          if (d < 0) break;
          v = v * 16 + d;
        }
        if (p === first) return optional;
        f[slot++] = v;
        break;
      }
      case C.wide: {
        const first = p;
        let lo = 0;
        let hi = 0;
        for (; p < end; p++) {
          const d = hexDigit(b[p]);
          if (d < 0) break;
          hi = (hi << 4) | (lo >>> 28);
          lo = (lo << 4) | d;
        }
        if (p === first) return optional;
        f[slot++] = lo >>> 0;
        f[slot++] = hi >>> 0;
        break;
      }
      case C.skip:
        while (p < end && b[p] !== BLANK) p++;
        break;
      case C.reason: {
        const q = reasonEnd(b, p, end);
        if (q === p) return false;
        f[slot++] = reasons.take(b, p, q);
        p = toRip(b, q, end);
        break;
      }
      case C.register: {
        if (b[p] === 48 && b[p + 1] === 120) {
          let v = 0;
          for (p += 2; p < end; p++) {
            const d = hexDigit(b[p]);
            if (d < 0) break;
            v = v * 16 + d;
          }
          f[slot++] = v;
          break;
        }
        const v = word(REGISTER_WORDS, b, p, end);
        if (v < 0) return false;
        f[slot++] = v;
        p = at;
        break;
      }
      case C.zero:
        f[slot++] = 0;
        break;
      case C.more:
        f[slot++] = p + 1 < end ? 1 : 0;
        break;
      case C.one:
        f[slot++] = 1;
        break;
      case C.none:
        f[slot++] = -1;
        break;
      case C.optional:
        optional = true;
        break;
      case C.flag: {
        const text = program.flags[flag++] as Uint8Array;
        let k = 0;
        while (k < text.length && b[p + k] === text[k] && p + k < end) k++;
        const there = k === text.length;
        f[slot++] = there ? 1 : 0;
        if (there) p += k;
        else if (i === 0) return false;
        break;
      }
      default: {
        const v = word(listOf(c), b, p, end);
        if (v < 0) return optional;
        f[slot++] = v;
        p = at;
      }
    }
  }
  return true;
}

function listOf(c: number): readonly (readonly [number, Uint8Array])[] {
  switch (c) {
    case C.mode:
      return MODE_WORDS;
    case C.logical:
      return LOGICAL_WORDS;
    case C.trigger:
      return TRIGGER_WORDS;
    case C.assert:
      return ASSERT_WORDS;
    case C.shorthand:
      return SHORTHAND_WORDS;
    case C.write:
      return WRITE_WORDS;
    case C.mmio:
      return MMIO_WORDS;
    default:
      return CHIP_WORDS;
  }
}

/**
 * Reads the text of an event into its fields.
 * @param event index into TRACEPOINTS @returns false where the text fits none of its templates
 */
export function readText(
  event: number,
  b: Uint8Array,
  from: number,
  to: number,
  f: Float64Array,
  reasons: Names,
): boolean {
  const programs = PROGRAMS[event] as readonly Program[];
  for (let i = 0; i < programs.length; i++) {
    f.fill(0);
    if (run(programs[i] as Program, b, from, to, f, reasons)) return true;
  }
  return false;
}
