/** QEMU's `info pic` and `info ioapic`. */
import { judgeLapics, type LapicDump, lapicRow, readLapics } from './lapic.ts';
import { finding, hexOf, linesOf, type Paste, type Shape } from './types.ts';

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
const PIC = /^pic(\d): irr=([0-9a-f]+) imr=([0-9a-f]+) isr=([0-9a-f]+).*?irq_base=([0-9a-f]+).*?elcr=([0-9a-f]+)/i;
const LINES = /^\s*(Remote IRR|IRR)\s+((?:\d+\s*)+|\(none\))/;

export function readChips(text: string, shape: Shape): Paste {
  const pins: Pin[] = [];
  const pics: Pic[] = [];
  let raised: number[] | null = null;
  for (const { n, text: line } of linesOf(text)) {
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
    if (pic !== null) {
      const [chip, irr, imr, isr, base, elcr] = pic.slice(1).map((part, i) => Number.parseInt(part, i === 0 ? 10 : 16));
      pics.push({
        chip: chip ?? 0,
        line: n,
        irr: irr ?? 0,
        imr: imr ?? 0,
        isr: isr ?? 0,
        base: base ?? 0,
        elcr: elcr ?? 0,
      });
      continue;
    }
    const set = LINES.exec(line);
    if (set !== null && pins.length > 0 && set[1] === 'IRR' && raised === null) {
      raised = [...(set[2] as string).matchAll(/\d+/g)].map((m) => Number(m[0]));
    }
  }
  const lapics = readLapics(text);
  const own = judgeLapics(lapics);
  const ask = new Set<string>(own.ask);
  const findings = [...judgePins(pins, raised, lapics, ask), ...judgePics(pics), ...own.findings];
  if (lapics.length === 0) ask.add('info lapic');
  return {
    shape,
    read: {
      ioapic: pins.map(({ line: _line, ...pin }) => ({ ...pin, vector: hexOf(pin.vector) })),
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

function judgePins(
  pins: readonly Pin[],
  raised: readonly number[] | null,
  lapics: readonly LapicDump[],
  ask: Set<string>,
) {
  const findings = [];
  for (const pin of pins) {
    const up = raised?.includes(pin.pin) ?? false;
    const about = { gsi: pin.pin, vector: pin.vector };
    if (pin.remoteIrr) {
      const physical = lapics.filter((dump) => dump.cpu === pin.dest);
      const targets = pin.logical ? logicalTargets(pin.dest, lapics) : physical;
      const complete = targets.length > 0 && targets.every((dump) => dump.irr !== null && dump.isr !== null);
      const has = (set: number[] | null): boolean => set?.includes(pin.vector) ?? false;
      const serving = targets.find((dump) => has(dump.isr));
      const waiting = targets.find((dump) => has(dump.irr));
      if (serving !== undefined)
        findings.push(finding('remote-irr-in-service', 'note', pin.line, { ...about, vcpu: serving.cpu }));
      else if (waiting !== undefined)
        findings.push(finding('remote-irr-waiting', 'note', pin.line, { ...about, vcpu: waiting.cpu }));
      else if (complete && !(pin.logical && targets === lapics))
        findings.push(
          finding('remote-irr-without-vector', 'wrong', pin.line, { ...about, vcpu: targets[0]?.cpu ?? pin.dest }),
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
    const twin = pins.find(
      (other) =>
        other.pin < pin.pin &&
        !other.masked &&
        !pin.masked &&
        other.vector === pin.vector &&
        other.dest === pin.dest &&
        other.logical === pin.logical,
    );
    if (twin !== undefined) {
      findings.push(finding('two-pins-one-vector', 'odd', pin.line, { ...about, params: { other: twin.pin } }));
    }
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
