/** A WebM file with one track (Matroska, RFC 9559), for browsers that code no H.264; with a comment as a tag. */
import { concat, type Sample } from './mp4.ts';

export interface WebmTrack {
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  /** V_VP9 or V_VP8. */
  readonly codec: string;
  readonly samples: readonly Sample[];
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const bytesOf = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) & 255);

/** An unsigned number in as few bytes as it takes. */
const uint = (value: number): Uint8Array => bytesOf(value, Math.max(1, Math.ceil(Math.log2(value + 1) / 8)));

function float(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return new Uint8Array(view.buffer);
}

/** An element: its id as it is written, its length in eight bytes. */
function element(id: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = bytesOf(size, 8);
  length[0] = 1;
  return concat([uint(id), length, ...parts]);
}

/** A block's time counts from its cluster's in 16 bits. */
const LONGEST_CLUSTER_MS = 30_000;

function* clusters({ rate, samples }: WebmTrack): Generator<Uint8Array> {
  let start = 0;
  let blocks: Uint8Array[] = [];
  for (const [i, { data, isKey }] of samples.entries()) {
    const ms = Math.round((i * 1000) / rate);
    if (blocks.length > 0 && (isKey || ms - start > LONGEST_CLUSTER_MS)) {
      yield element(0x1f43b675, element(0xe7, uint(start)), ...blocks);
      blocks = [];
    }
    if (blocks.length === 0) start = ms;
    blocks.push(element(0xa3, Uint8Array.of(0x81), bytesOf(ms - start, 2), Uint8Array.of(isKey ? 0x80 : 0), data));
  }
  if (blocks.length > 0) yield element(0x1f43b675, element(0xe7, uint(start)), ...blocks);
}

/** @param comment becomes the tag COMMENT */
export function webmOf(track: WebmTrack, title: string, comment: string): Uint8Array<ArrayBuffer> {
  const { width, height, rate, codec, samples } = track;
  const head = element(
    0x1a45dfa3,
    element(0x4286, uint(1)),
    element(0x42f7, uint(1)),
    element(0x42f2, uint(4)),
    element(0x42f3, uint(8)),
    element(0x4282, utf8('webm')),
    element(0x4287, uint(4)),
    element(0x4285, uint(2)),
  );
  const info = element(
    0x1549a966,
    element(0x2ad7b1, uint(1_000_000)),
    element(0x4489, float((samples.length * 1000) / rate)),
    element(0x7ba9, utf8(title)),
    element(0x4d80, utf8('irqscope')),
    element(0x5741, utf8('irqscope')),
  );
  const video = element(0xe0, element(0xb0, uint(width)), element(0xba, uint(height)));
  const entry = element(
    0xae,
    element(0xd7, uint(1)),
    element(0x73c5, uint(1)),
    element(0x83, uint(1)),
    element(0x9c, uint(0)),
    element(0x23e383, uint(Math.round(1e9 / rate))),
    element(0x86, utf8(codec)),
    video,
  );
  const tag = element(
    0x7373,
    element(0x63c0),
    element(0x67c8, element(0x45a3, utf8('COMMENT')), element(0x4487, utf8(comment))),
  );
  const segment = element(0x18538067, info, element(0x1654ae6b, entry), element(0x1254c367, tag), ...clusters(track));
  return concat([head, segment]);
}
