/**
 * The kernel's ring-buffer pages of one CPU (kernel/trace/ring_buffer.c): a page's time and length, then records of four
 * bytes of head (5 bits type or length, 27 bits time since the record before) and their data.
 */
import { type ByteSource, TraceError } from '../source.ts';
import { type CpuData, type DatFile, unpack } from './file.ts';

const MISSED = 0x80000000;
const MISSED_STORED = 0x40000000;
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
/** Uncompressed data is read in pieces of about so many bytes. */
const PIECE = 1 << 20;

/** The records of one CPU, in their order. */
export class CpuStream {
  readonly cpu: number;
  /** Time of the record, ns. */
  ts = 0;
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the record's data lie. */
  at = 0;
  length = 0;
  /** Events that are missing before this record; -1: some, nobody counted. */
  missed = 0;

  private piece: Uint8Array = new Uint8Array(0);
  private pageAt = 0;
  private pageEnd = 0;
  private cursor = 0;
  private offset: number;
  private left: number;
  private chunks = -1;

  private readonly compressed: boolean;
  private readonly source: ByteSource;
  private readonly file: DatFile;

  constructor(source: ByteSource, file: DatFile, data: CpuData) {
    this.source = source;
    this.file = file;
    this.cpu = data.cpu;
    this.offset = data.offset;
    this.left = data.size;
    this.compressed = data.compressed;
  }

  /** Goes to the next record. @returns false at the end */
  async next(): Promise<boolean> {
    for (;;) {
      while (this.cursor < this.pageEnd) if (this.step()) return true;
      if (!(await this.nextPage())) return false;
    }
  }

  /** True if the next record is in memory: then `nextHere` needs no wait. */
  nextHere(): boolean {
    while (this.cursor < this.pageEnd) if (this.step()) return true;
    return false;
  }

  /** One record head. @returns whether it was an event */
  private step(): boolean {
    // A page that was cut off may end within a head.
    if (this.cursor + 4 > this.pageEnd) {
      this.cursor = this.pageEnd;
      return false;
    }
    const head = this.view.getUint32(this.cursor, true);
    const type = head & 31;
    const delta = head >>> 5;
    const data = this.cursor + 4;
    if (type === PADDING) {
      const length = delta === 0 ? 0 : this.word(data);
      this.ts += delta;
      this.cursor = length === 0 ? this.pageEnd : data + length;
      return false;
    }
    if (type === TIME_EXTEND) {
      this.ts += delta + this.word(data) * 2 ** 27;
      this.cursor = data + 4;
      return false;
    }
    if (type === TIME_STAMP) {
      this.ts = delta + this.word(data) * 2 ** 27;
      this.cursor = data + 4;
      return false;
    }
    this.ts += delta;
    if (type === 0) {
      const length = this.word(data);
      this.at = data + 4;
      this.length = length - 4;
      this.cursor = data + Math.max(4, (length + 3) & ~3);
    } else {
      this.at = data;
      this.length = type * 4;
      this.cursor = data + this.length;
    }
    if (this.length < 0 || this.at + this.length > this.pageEnd) {
      this.cursor = this.pageEnd;
      return false;
    }
    return true;
  }

  private word(at: number): number {
    return at + 4 <= this.view.byteLength ? this.view.getUint32(at, true) : 0;
  }

  private async nextPage(): Promise<boolean> {
    const size = this.file.pageSize;
    for (;;) {
      if (this.pageAt + 16 > this.piece.length && !(await this.nextPiece())) return false;
      const page = this.pageAt;
      this.pageAt += size;
      if (page + 16 > this.piece.length) continue;
      const low = this.view.getUint32(page + 8, true);
      this.ts = this.view.getUint32(page, true) + this.view.getUint32(page + 4, true) * 2 ** 32;
      const length = low & 0xfffff;
      this.cursor = page + 16;
      this.pageEnd = Math.min(this.cursor + length, page + size, this.piece.length);
      if ((low & MISSED) !== 0) {
        const stored = (low & MISSED_STORED) !== 0 && this.pageEnd + 8 <= page + size;
        this.missed = stored ? this.word(this.pageEnd) : -1;
      }
      return true;
    }
  }

  private async nextPiece(): Promise<boolean> {
    const bytes = this.compressed ? await this.nextChunk() : await this.nextPlain();
    if (bytes === null) return false;
    this.piece = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pageAt = 0;
    return true;
  }

  private async nextPlain(): Promise<Uint8Array | null> {
    if (this.left <= 0) return null;
    const size = this.file.pageSize;
    const want = Math.min(this.left, Math.max(size, PIECE - (PIECE % size)));
    const bytes = await this.source.read(this.offset, want);
    this.offset += want;
    this.left -= want;
    return bytes.length === 0 ? null : bytes;
  }

  private async nextChunk(): Promise<Uint8Array | null> {
    const { decompress } = this.file;
    if (decompress === null) throw new TraceError('dat-unpack', { why: 'no compression is named' });
    if (this.chunks < 0) {
      const count = await this.source.read(this.offset, 4);
      if (count.length < 4) return null;
      this.chunks = new DataView(count.buffer, count.byteOffset, 4).getUint32(0, true);
      this.offset += 4;
    }
    if (this.chunks === 0) return null;
    this.chunks--;
    const head = await this.source.read(this.offset, 8);
    if (head.length < 8) return null;
    const view = new DataView(head.buffer, head.byteOffset, 8);
    const from = view.getUint32(0, true);
    const to = view.getUint32(4, true);
    if (from > 1 << 28 || to > 1 << 28) throw new TraceError('dat-size', { n: to });
    const bytes = await this.source.read(this.offset + 8, from);
    this.offset += 8 + from;
    return bytes.length < from ? null : unpack(decompress, bytes, to);
  }
}
