/**
 * An MP4 file with one H.264 track (ISO/IEC 14496-12 and -15): the index before the pictures, so that it plays while it comes,
 * no date in it, so that the same film is the same bytes, and a comment in `udta` that other programs show and keep.
 */

/** A coded picture, in the order in which it is shown. */
export interface Sample {
  readonly data: Uint8Array;
  readonly isKey: boolean;
}

export interface Track {
  readonly width: number;
  readonly height: number;
  /** Frames a second; each sample is one frame long. */
  readonly rate: number;
  /** AVCDecoderConfigurationRecord. */
  readonly avcC: Uint8Array;
  readonly samples: readonly Sample[];
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const u32 = (...values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value);
  return new Uint8Array(view.buffer);
};
const u16 = (...values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]));
const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return concat([u32(size), latin1(type), ...parts]);
}
/** A box with version 0 and flags. */
const full = (type: string, flags: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  box(type, u32(flags), ...parts);

/** No rotation, no scaling: 16.16, and 2.30 in the last column. */
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const UTF8_TEXT = 1;

function sampleTable({ width, height, avcC, samples }: Track, chunkAt: number): Uint8Array {
  const avc1 = box(
    'avc1',
    zeros(6),
    u16(1),
    zeros(16),
    u16(width, height),
    // 72 dots an inch, one frame a sample, no name, 24 bits deep.
    u32(0x480000, 0x480000, 0),
    u16(1),
    zeros(32),
    u16(24, 0xffff),
    box('avcC', avcC),
  );
  const keys = samples.flatMap(({ isKey }, i) => (isKey ? [i + 1] : []));
  return box(
    'stbl',
    full('stsd', 0, u32(1), avc1),
    full('stts', 0, u32(1, samples.length, 1)),
    full('stss', 0, u32(keys.length, ...keys)),
    full('stsc', 0, u32(1, 1, samples.length, 1)),
    full('stsz', 0, u32(0, samples.length), u32(...samples.map(({ data }) => data.length))),
    full('stco', 0, u32(1, chunkAt)),
  );
}

/** @param comment any text; readers find it as the file's comment */
function userData(title: string, comment: string): Uint8Array {
  const text = (type: string, value: string): Uint8Array =>
    box(type, box('data', u32(UTF8_TEXT, 0), new TextEncoder().encode(value)));
  const list = box('ilst', text('\xa9nam', title), text('\xa9too', 'irqscope'), text('\xa9cmt', comment));
  return box('udta', full('meta', 0, full('hdlr', 0, zeros(4), latin1('mdirappl'), zeros(9)), list));
}

function movie(track: Track, chunkAt: number, title: string, comment: string): Uint8Array {
  const { width, height, rate, samples } = track;
  const length = samples.length;
  return box(
    'moov',
    full('mvhd', 0, u32(0, 0, rate, length, 0x10000), u16(0x100), zeros(10), MATRIX, zeros(24), u32(2)),
    box(
      'trak',
      // Enabled, and part of the movie.
      full('tkhd', 3, u32(0, 0, 1, 0, length), zeros(16), MATRIX, u32(width * 65_536, height * 65_536)),
      box(
        'mdia',
        // Language: undetermined.
        full('mdhd', 0, u32(0, 0, rate, length), u16(0x55c4, 0)),
        full('hdlr', 0, zeros(4), latin1('vide'), zeros(12), latin1('irqscope\0')),
        box(
          'minf',
          full('vmhd', 1, zeros(8)),
          box('dinf', full('dref', 0, u32(1), full('url ', 1))),
          sampleTable(track, chunkAt),
        ),
      ),
    ),
    userData(title, comment),
  );
}

/** @param comment goes into `udta` */
export function mp4Of(track: Track, title: string, comment: string): Uint8Array<ArrayBuffer> {
  const head = box('ftyp', latin1('isom'), u32(512), latin1('isomiso2avc1mp41'));
  const size = movie(track, 0, title, comment).length;
  const data = concat(track.samples.map((sample) => sample.data));
  return concat([
    head,
    movie(track, head.length + size + 8, title, comment),
    u32(data.length + 8),
    latin1('mdat'),
    data,
  ]);
}
