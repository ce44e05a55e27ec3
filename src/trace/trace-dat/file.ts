/**
 * The container trace-cmd writes, versions 6 and 7: headers, event formats, options, and for each CPU of each buffer the
 * place of its ring-buffer pages. Facts of the layout: trace-cmd's own documents trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5).
 */
import { unzlibSync } from 'fflate';
import { type ByteSource, TraceError } from '../source.ts';
import { type EventFormat, parseFormat } from './format.ts';

export interface CpuData {
  readonly cpu: number;
  readonly offset: number;
  readonly size: number;
  /** The pages stand in compressed chunks. */
  readonly compressed: boolean;
}

export interface DatFile {
  readonly version: number;
  readonly pageSize: number;
  readonly formats: ReadonlyMap<number, EventFormat>;
  readonly cpus: readonly CpuData[];
  readonly clock: string;
  readonly decompress: ((bytes: Uint8Array, size: number) => Uint8Array) | null;
  /** The kernel's version, where trace-cmd noted it. */
  readonly uname: string;
}

const SECTION = { headerInfo: 16, ftraceEvents: 17, eventFormats: 18 } as const;
const OPTION = { done: 0, buffer: 3, clock: 4, uname: 5 } as const;
const MAX_HEAD = 64 * 1024 * 1024;

/** A cursor over bytes already here; the end is an error of the file, not of ours. */
class Reader {
  at = 0;
  private readonly view: DataView;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  private need(n: number): number {
    if (n < 0 || this.at + n > this.bytes.length) throw new TraceError('dat-short');
    const at = this.at;
    this.at += n;
    return at;
  }
  u8 = (): number => this.view.getUint8(this.need(1));
  u16 = (): number => this.view.getUint16(this.need(2), true);
  u32 = (): number => this.view.getUint32(this.need(4), true);
  u64 = (): number => Number(this.view.getBigUint64(this.need(8), true));
  skip = (n: number): void => void this.need(n);
  slice(n: number): Uint8Array {
    const at = this.need(n);
    return this.bytes.subarray(at, at + n);
  }
  text = (n: number): string => new TextDecoder().decode(this.slice(n));
  string(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new TraceError('dat-short');
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
  get left(): number {
    return this.bytes.length - this.at;
  }
}

type Zstd = (bytes: Uint8Array, size: number) => Uint8Array;

async function decoderFor(algorithm: string): Promise<Zstd> {
  if (algorithm === 'zstd') {
    const { decompress } = await import('fzstd');
    return (bytes, size) => decompress(bytes, new Uint8Array(size));
  }
  if (algorithm === 'zlib') {
    return (bytes, size) => unzlibSync(bytes, { out: new Uint8Array(size) });
  }
  throw new TraceError('dat-compression', { algorithm });
}

export async function openDat(source: ByteSource): Promise<DatFile> {
  const head = new Reader(await source.read(0, Math.min(source.size, MAX_HEAD)));
  head.skip(10);
  const version = Number(head.string());
  if (version !== 6 && version !== 7) throw new TraceError('dat-version', { version });
  if (head.u8() !== 0) throw new TraceError('dat-endian');
  head.skip(1);
  const pageSize = head.u32();
  if (pageSize < 1024 || pageSize > 1 << 20) throw new TraceError('dat-size', { n: pageSize });
  return version === 6 ? openV6(head, pageSize) : openV7(source, head, pageSize);
}

/** Systems of event files: count, then name and files of each. */
function readEventFormats(r: Reader, formats: Map<number, EventFormat>): void {
  for (let systems = r.u32(); systems > 0; systems--) {
    r.string();
    for (let files = r.u32(); files > 0; files--) takeFormat(r.text(r.u64()), formats);
  }
}

function takeFormat(text: string, formats: Map<number, EventFormat>): void {
  const format = parseFormat(text);
  if (format !== null) formats.set(format.id, format);
}

function openV6(r: Reader, pageSize: number): DatFile {
  const formats = new Map<number, EventFormat>();
  for (let i = 0; i < 2; i++) {
    r.string();
    r.skip(r.u64());
  }
  for (let files = r.u32(); files > 0; files--) takeFormat(r.text(r.u64()), formats);
  readEventFormats(r, formats);
  r.skip(r.u32());
  r.skip(r.u32());
  r.skip(r.u64());
  const cpuCount = r.u32();
  if (cpuCount > 65_536) throw new TraceError('dat-size', { n: cpuCount });
  const places: number[] = [];
  let clock = 'local';
  let uname = '';
  let kind = r.text(10);
  if (kind.startsWith('options')) {
    for (;;) {
      const id = r.u16();
      if (id === OPTION.done) break;
      const option = new Reader(r.slice(r.u32()));
      if (id === OPTION.buffer) places.push(option.u64());
      else if (id === OPTION.clock) clock = chosenClock(option.text(option.left));
      else if (id === OPTION.uname) uname = option.text(option.left);
    }
    kind = r.text(10);
  }
  if (!kind.startsWith('flyrecord')) throw new TraceError('dat-latency');
  const cpus: CpuData[] = [];
  const table = (): void => {
    for (let cpu = 0; cpu < cpuCount; cpu++) cpus.push({ cpu, offset: r.u64(), size: r.u64(), compressed: false });
  };
  table();
  for (const place of places) {
    if (place <= 0 || place >= r.bytes.length) continue;
    r.at = place;
    if (r.text(10).startsWith('flyrecord')) table();
  }
  return { version: 6, pageSize, formats, cpus: cpus.filter((c) => c.size > 0), clock, uname, decompress: null };
}

/** `[local] global counter ...`: the one in brackets. */
const chosenClock = (text: string): string => /\[([\w-]+)\]/.exec(text)?.[1] ?? 'local';

async function openV7(source: ByteSource, head: Reader, pageSize: number): Promise<DatFile> {
  const algorithm = head.string();
  head.string();
  const decompress = algorithm === 'none' || algorithm === '' ? null : await decoderFor(algorithm);
  const formats = new Map<number, EventFormat>();
  const cpus: CpuData[] = [];
  const sections: { id: number; at: number }[] = [];
  let clock = 'local';
  let uname = '';
  let next = head.u64();
  for (let rounds = 0; next > 0 && rounds < 64; rounds++) {
    const options = await readSection(source, next, decompress);
    next = 0;
    while (options.left >= 6) {
      const id = options.u16();
      const option = new Reader(options.slice(options.u32()));
      if (id === OPTION.done) {
        if (option.left >= 8) next = option.u64();
        break;
      }
      if (id === OPTION.buffer) {
        const at = option.u64();
        option.string();
        clock = option.string() || clock;
        option.skip(4);
        const compressed = await isCompressed(source, at);
        for (let n = option.u32(); n > 0; n--) {
          cpus.push({ cpu: option.u32(), offset: option.u64(), size: option.u64(), compressed });
        }
      } else if (id === OPTION.clock) clock = chosenClock(option.text(option.left));
      else if (id === OPTION.uname) uname = option.text(option.left);
      else if (id === SECTION.ftraceEvents || id === SECTION.eventFormats) sections.push({ id, at: option.u64() });
    }
  }
  for (const { id, at } of sections) {
    const r = await readSection(source, at, decompress);
    if (id === SECTION.eventFormats) readEventFormats(r, formats);
    else for (let files = r.u32(); files > 0; files--) takeFormat(r.text(r.u64()), formats);
  }
  return { version: 7, pageSize, formats, cpus: cpus.filter((c) => c.size > 0), clock, uname, decompress };
}

const SECTION_HEAD = 16;

async function isCompressed(source: ByteSource, at: number): Promise<boolean> {
  const r = new Reader(await source.read(at, SECTION_HEAD));
  r.skip(2);
  return (r.u16() & 1) !== 0;
}

async function readSection(source: ByteSource, at: number, decompress: Zstd | null): Promise<Reader> {
  if (at <= 0 || at >= source.size) throw new TraceError('dat-short');
  const head = new Reader(await source.read(at, SECTION_HEAD));
  head.skip(2);
  const compressed = (head.u16() & 1) !== 0;
  head.skip(4);
  const size = head.u64();
  if (size > MAX_HEAD) throw new TraceError('dat-size', { n: size });
  const body = new Reader(await source.read(at + SECTION_HEAD, size));
  if (!compressed) return body;
  if (decompress === null) throw new TraceError('dat-unpack', { why: 'no compression is named' });
  const from = body.u32();
  const to = body.u32();
  if (to > MAX_HEAD) throw new TraceError('dat-size', { n: to });
  return new Reader(unpack(decompress, body.slice(from), to));
}

/** @throws TraceError for bytes that do not unpack */
export function unpack(decompress: Zstd, bytes: Uint8Array, size: number): Uint8Array {
  try {
    return decompress(bytes, size);
  } catch (error) {
    throw new TraceError('dat-unpack', { why: error instanceof Error ? error.message : String(error) });
  }
}
