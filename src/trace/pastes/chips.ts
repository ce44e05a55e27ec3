/** QEMU's `info pic` and `info ioapic`. */
import { DUMP_LINE, judgeLapics, type LapicDump, lapicRow, readLapics } from './lapic.ts';
import { bytesIn, finding, hexOf, type Line, type Paste, type Shape } from './types.ts';
import { unfold, unread } from './unfold.ts';

interface Pin {
  readonly pin: number;
  readonly line: number;
  readonly vector: number;
  readonly dest: number;
  readonly logical: boolean;
  readonly level: boolean;
  readonly masked: boolean;
  readonly remoteIrr: boolean;
  readonly activeLow: boolean;
}

interface Pic {
  readonly chip: number;
  readonly line: number;
  readonly irr: number;
  readonly imr: number;
  readonly isr: number;
  readonly base: number;
  readonly elcr: number;
}

const PIN = /^\s*pin (\d+)\s+0x([0-9a-f]{8})([0-9a-f]{8})\b(.*)$/i;
const PIC = /^pic(\d): irr=([0-9a-f]{1,8}) imr=([0-9a-f]{1,8}) isr=([0-9a-f]{1,8})(?![0-9a-f])(.*)$/i;
const BASE = /irq_base=([0-9a-f]{1,8})/i;
const ELCR = /elcr=([0-9a-f]{1,8})/i;
/** So a line of either chip begins. */
const BEGUN = /^\s*pin \d+\s+0x|^pic\d: \w+=/i;
const LINES = /^\s*(Remote IRR|IRR)\s+(\d[\d\s]*|\(none\))/;

export function readChips(given: readonly Line[], shape: Shape): Paste {
  const lines = unfold(given, DUMP_LINE);
  const broken: Line[] = [];
  const pins: Pin[] = [];
  const pics: Pic[] = [];
  let raised: number[] | null = null;
  for (const { n, text: line } of lines) {
    const pin = PIN.exec(line);
    if (pin !== null) {
      const hi = Number.parseInt(pin[2] as string, 16);
      const lo = Number.parseInt(pin[3] as string, 16);
      pins.push({
        pin: Number(pin[1]),
        line: n,
        vector: lo & 255,
        dest: hi >>> 24,
        logical: (lo & 0x800) !== 0,
        level: (lo & 0x8000) !== 0,
        masked: (lo & 0x10000) !== 0,
        remoteIrr: (lo & 0x4000) !== 0,
        activeLow: (lo & 0x2000) !== 0,
      });
      continue;
    }
    const pic = PIC.exec(line);
    const [, chip = '', irr = '', imr = '', isr = '', rest = ''] = pic ?? [];
    const base = BASE.exec(rest)?.[1];
    const elcr = ELCR.exec(rest)?.[1];
    if (base !== undefined && elcr !== undefined) {
      const read = (digits: string): number => Number.parseInt(digits, 16);
      pics.push({
        chip: Number(chip),
        line: n,
        irr: read(irr),
        imr: read(imr),
        isr: read(isr),
        base: read(base),
        elcr: read(elcr),
      });
      continue;
    }
    if (BEGUN.test(line)) broken.push({ n, text: line });
    const set = LINES.exec(line);
    if (set !== null && pins.length > 0 && set[1] === 'IRR' && raised === null) {
      raised = bytesIn(set[2] as string);
    }
  }
  const lapics = readLapics(lines);
  const own = judgeLapics(lapics);
  const ask = new Set<string>(own.ask);
  const findings = [
    ...judgePins(pins, raised, lapics, ask),
    ...judgePics(pics),
    ...own.findings,
    ...broken.map(unread),
  ];
  if (lapics.length === 0) ask.add('info lapic');
  return {
    shape,
    read: {
      ioapic: pins.map(({ pin, vector, dest, logical, level, masked, remoteIrr, activeLow }) => ({
        pin,
        vector: hexOf(vector),
        dest,
        logical,
        level,
        masked,
        remoteIrr,
        activeLow,
      })),
      ...(raised === null ? {} : { irr: raised }),
      pic: pics.map(({ line: _line, ...pic }) => ({
        chip: pic.chip,
        irr: hexOf(pic.irr),
        imr: hexOf(pic.imr),
        isr: hexOf(pic.isr),
        base: hexOf(pic.base),
        elcr: hexOf(pic.elcr),
      })),
      lapic: lapics.map(lapicRow),
    },
    limits: [
      'one-dump',
      ...(pins.some((pin) => pin.activeLow) ? ['polarity'] : []),
      ...own.limits.filter((l) => l !== 'one-dump' && lapics.length > 0),
    ],
    ask: [...ask],
    findings,
  };
}

/** What the APICs of a destination have of each vector. */
interface Target {
  /** All of them were shown whole, and they are all there are. */
  readonly complete: boolean;
  readonly first: number | null;
  readonly serving: ReadonlyMap<number, number>;
  readonly waiting: ReadonlyMap<number, number>;
}

function targetOf(dest: number, logical: boolean, lapics: readonly LapicDump[]): Target {
  const dumps = logical ? logicalTargets(dest, lapics) : lapics.filter((dump) => dump.cpu === dest);
  const firstWith = (set: 'irr' | 'isr'): Map<number, number> => {
    const cpus = new Map<number, number>();
    for (const dump of dumps) for (const v of dump[set] ?? []) if (!cpus.has(v)) cpus.set(v, dump.cpu);
    return cpus;
  };
  return {
    complete:
      dumps.length > 0 &&
      dumps.every((dump) => dump.irr !== null && dump.isr !== null) &&
      !(logical && dumps === lapics),
    first: dumps[0]?.cpu ?? null,
    serving: firstWith('isr'),
    waiting: firstWith('irr'),
  };
}

function judgePins(
  pins: readonly Pin[],
  raised: readonly number[] | null,
  lapics: readonly LapicDump[],
  ask: Set<string>,
) {
  const findings = [];
  const targets = new Map<number, Target>();
  /** The lowest pin that sends a message. */
  const senders = new Map<number, number>();
  const messageOf = ({ vector, dest, logical }: Pin): number => vector | (dest << 8) | (logical ? 0x10000 : 0);
  for (const pin of pins)
    if (!pin.masked) senders.set(messageOf(pin), Math.min(pin.pin, senders.get(messageOf(pin)) ?? pin.pin));
  for (const pin of pins) {
    const up = raised?.includes(pin.pin) ?? false;
    const about = { gsi: pin.pin, vector: pin.vector };
    if (pin.remoteIrr) {
      const key = pin.dest | (pin.logical ? 256 : 0);
      const target = targets.get(key) ?? targetOf(pin.dest, pin.logical, lapics);
      targets.set(key, target);
      const serving = target.serving.get(pin.vector);
      const waiting = target.waiting.get(pin.vector);
      if (serving !== undefined)
        findings.push(finding('remote-irr-in-service', 'note', pin.line, { ...about, vcpu: serving }));
      else if (waiting !== undefined)
        findings.push(finding('remote-irr-waiting', 'note', pin.line, { ...about, vcpu: waiting }));
      else if (target.complete)
        findings.push(
          finding('remote-irr-without-vector', 'wrong', pin.line, { ...about, vcpu: target.first ?? pin.dest }),
        );
      else {
        ask.add(pin.logical ? 'info lapic N for each CPU' : `info lapic ${pin.dest}`);
        findings.push(finding('remote-irr-set', 'odd', pin.line, { ...about, vcpu: pin.logical ? null : pin.dest }));
      }
    } else if (up && pin.masked) {
      findings.push(finding('masked-with-pending', 'note', pin.line, { gsi: pin.pin }));
    } else if (up && pin.level && !pin.masked) {
      findings.push(finding('level-not-sent', 'odd', pin.line, about));
    }
    if (!pin.masked && pin.vector < 16) findings.push(finding('vector-below-16', 'wrong', pin.line, about));
    const other = pin.masked ? undefined : senders.get(messageOf(pin));
    if (other !== undefined && other < pin.pin)
      findings.push(finding('two-pins-one-vector', 'odd', pin.line, { ...about, params: { other } }));
  }
  return findings;
}

/** Those the logical destination names, in the flat model; all dumps where some of them are not among these. */
function logicalTargets(dest: number, lapics: readonly LapicDump[]): readonly LapicDump[] {
  const named = lapics.filter(({ registers }) => registers.DFR === 0xf && ((registers.LDR ?? 0) & dest) !== 0);
  const covered = named.reduce((bits, { registers }) => bits | (registers.LDR ?? 0), 0);
  return (dest & ~covered) === 0 && dest !== 0 ? named : lapics;
}

function judgePics(pics: readonly Pic[]) {
  const findings = [];
  const master = pics.find((pic) => pic.chip === 0);
  const hasSlave = pics.some((pic) => pic.chip === 1);
  for (const pic of pics) {
    const wanted = pic.irr & ~pic.imr & 255;
    for (let bit = 0; bit < 8; bit++) {
      // The cascade waits because a pin of the slave does, which is told of that pin.
      if (((wanted >> bit) & 1) === 0 || (pic.chip === 0 && bit === 2 && hasSlave)) continue;
      const above = pic.isr & ((1 << (bit + 1)) - 1);
      const pin = pic.chip * 8 + bit;
      // Master pins 0 and 1 come before the cascade.
      const before = pic.chip === 1 ? (master?.isr ?? 0) & 3 : 0;
      if (above === 0 && before !== 0) {
        const holder = 31 - Math.clz32(before & -before);
        findings.push(
          finding('pic-held-by-isr', 'odd', pic.line, { gsi: pin, vector: pic.base + bit, params: { holder } }),
        );
      } else if (above !== 0) {
        const holder = 31 - Math.clz32(above & -above);
        findings.push(
          finding('pic-held-by-isr', 'odd', pic.line, {
            gsi: pin,
            vector: pic.base + bit,
            params: { holder: pic.chip * 8 + holder },
          }),
        );
      } else if (!(pic.chip === 0 && bit === 2)) {
        findings.push(finding('pic-not-taken', 'odd', pic.line, { gsi: pin, vector: pic.base + bit }));
      }
    }
  }
  return findings;
}
