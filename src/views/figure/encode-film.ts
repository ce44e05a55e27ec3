/// <reference path="./gifenc.d.ts" />
/** Makes a film of pictures, in a browser: GIF by gifenc, H.264 or VP9 by the browser's own coder. Knows nothing of scenes. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { type Carried, withComment } from '../../share/carried.ts';
import { mp4Of, type Sample } from './mp4.ts';
import { webmOf } from './webm.ts';

export interface FilmSize {
  /** px of the figure. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the film for each of the figure's. */
  readonly scale: number;
  /** Frames a second. */
  readonly rate: number;
}

export interface CodedFilm {
  readonly mime: 'image/gif' | 'video/mp4' | 'video/webm';
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export interface FilmEncoder {
  /** @param svg a picture  @param frames it stays for */
  add(svg: string, frames: number): Promise<void>;
  /** @param carried goes into the file */
  finish(carried: Carried): Promise<CodedFilm>;
  /** Ends it without a film. */
  close(): void;
}

/** Coders of pictures want even sides. */
const even = (n: number): number => 2 * Math.ceil(n / 2);

/** Draws pictures on one canvas, each whole and at its top. */
function createCanvas({ width, height, scale }: FilmSize): {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  show(svg: string): Promise<void>;
} {
  const canvas = document.createElement('canvas');
  canvas.width = even(Math.round(width * scale));
  canvas.height = even(Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  return {
    canvas,
    context,
    async show(svg) {
      const picture = new Image();
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
      await picture.decode();
      const k = Math.min(canvas.width / picture.naturalWidth, canvas.height / picture.naturalHeight);
      // The last row and column of an odd size, and what is below a lower picture, in the colour of its corner.
      context.drawImage(picture, 0, 0, 1, 1, 0, 0, canvas.width, canvas.height);
      context.drawImage(picture, 0, 0, Math.round(picture.naturalWidth * k), Math.round(picture.naturalHeight * k));
    },
  };
}

function gifEncoder(size: FilmSize): FilmEncoder {
  const { canvas, context, show } = createCanvas(size);
  const { width, height } = canvas;
  const gif = GIFEncoder();
  let before: Uint32Array | null = null;
  return {
    async add(svg, frames) {
      await show(svg);
      const { data } = context.getImageData(0, 0, width, height);
      const now = new Uint32Array(data.buffer);
      const delay = (frames * 1000) / size.rate;
      if (before === null) {
        const palette = quantize(data, 256);
        gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay, repeat: 0, dispose: 1 });
      } else {
        // Only what differs is written, in colours of its own; the rest is transparent, which is next to nothing in a file.
        const changed: number[] = [];
        for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) changed.push(i);
        const pixels = new Uint8Array(Uint32Array.from(changed, (i) => now[i]).buffer);
        const palette = changed.length === 0 ? [[0, 0, 0]] : quantize(pixels, 255);
        const transparentIndex = palette.length;
        const index = new Uint8Array(now.length).fill(transparentIndex);
        if (changed.length > 0) {
          for (const [n, colour] of applyPalette(pixels, palette).entries()) index[changed[n]] = colour;
        }
        const options = { palette: [...palette, [0, 0, 0]], delay, transparent: true, transparentIndex, dispose: 1 };
        gif.writeFrame(index, width, height, options);
      }
      before = now.slice();
    },
    async finish(carried) {
      gif.finish();
      return { mime: 'image/gif', data: withComment(gif.bytes(), carried), width, height };
    },
    close() {},
  };
}

/** Levels of H.264's main profile, with the blocks of 16 x 16 a picture may have and those a second (Rec. H.264, table A-1). */
const LEVELS = [
  ['avc1.4d0028', 8_192, 245_760],
  ['avc1.4d0032', 22_080, 589_824],
  ['avc1.4d0034', 36_864, 2_073_600],
] as const;
/** Bits for each pixel of a second: enough for small text. */
const BITS = 0.12;
/** A whole picture so often, s: where a player can jump to. */
const KEY_EVERY_S = 5;
/** Frames that may wait for the coder. */
const WAITING = 8;

interface Coder {
  readonly config: VideoEncoderConfig;
  /** Of Matroska; null: H.264 in MP4. */
  readonly webm: string | null;
}

async function coderFor(width: number, height: number, rate: number): Promise<Coder | null> {
  if (!('VideoEncoder' in globalThis)) return null;
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = LEVELS.find(([, most, perSecond]) => blocks <= most && blocks * rate <= perSecond)?.[0];
  const bitrate = Math.max(1_000_000, Math.round(width * height * rate * BITS));
  const common = { width, height, bitrate, framerate: rate } as const;
  const wanted: readonly Coder[] = [
    ...(level === undefined
      ? []
      : [{ config: { ...common, codec: level, avc: { format: 'avc' } }, webm: null } as const]),
    { config: { ...common, codec: 'vp09.00.51.08' }, webm: 'V_VP9' },
    { config: { ...common, codec: 'vp8' }, webm: 'V_VP8' },
  ];
  for (const coder of wanted) {
    const answer = await VideoEncoder.isConfigSupported(coder.config).catch(() => null);
    if (answer?.supported === true) return coder;
  }
  return null;
}

/**
 * Pixels as most players want them: luma and two colours at half the size, of limited range (Rec. ITU-R BT.709). A browser left
 * alone takes the full range, which some players show too dark.
 * @param rgba of even sides
 */
function i420(rgba: Uint8ClampedArray, width: number, height: number): Uint8Array<ArrayBuffer> {
  const area = width * height;
  const half = width / 2;
  const planes = new Uint8Array(area + area / 2);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let [r, g, b] = [0, 0, 0];
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [red, green, blue] = [rgba[at * 4], rgba[at * 4 + 1], rgba[at * 4 + 2]];
        planes[at] = 16.5 + 0.18259 * red + 0.61423 * green + 0.06201 * blue;
        r += red;
        g += green;
        b += blue;
      }
      const at = (y / 2) * half + x / 2;
      planes[area + at] = 128.5 + (-0.10064 * r - 0.33857 * g + 0.43922 * b) / 4;
      planes[area + area / 4 + at] = 128.5 + (0.43922 * r - 0.39894 * g - 0.04027 * b) / 4;
    }
  }
  return planes;
}

/** @returns null where the browser codes no film */
async function videoEncoder(size: FilmSize): Promise<FilmEncoder | null> {
  const { canvas, context, show } = createCanvas(size);
  const { width, height } = canvas;
  const { rate } = size;
  const coder = await coderFor(width, height, rate);
  if (coder === null) return null;
  const samples: Sample[] = [];
  let avcC = new Uint8Array();
  let broken: Error | null = null;
  const encoder = new VideoEncoder({
    output(chunk, metadata) {
      const description = metadata?.decoderConfig?.description;
      if (description !== undefined) {
        avcC = ArrayBuffer.isView(description)
          ? new Uint8Array(description.buffer as ArrayBuffer, description.byteOffset, description.byteLength).slice()
          : new Uint8Array(description as ArrayBuffer).slice();
      }
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      samples.push({ data, isKey: chunk.type === 'key' });
    },
    error(e) {
      broken = e;
    },
  });
  encoder.configure(coder.config);
  let frame = 0;
  const room = async (): Promise<void> => {
    while (encoder.encodeQueueSize > WAITING && broken === null) {
      await new Promise((done) => encoder.addEventListener('dequeue', done, { once: true }));
    }
    if (broken !== null) throw broken;
  };
  return {
    async add(svg, frames) {
      await show(svg);
      const planes = i420(context.getImageData(0, 0, width, height).data, width, height);
      for (let n = 0; n < frames; n++, frame++) {
        await room();
        const at = (i: number): number => Math.round((i * 1e6) / rate);
        const picture = new VideoFrame(planes, {
          format: 'I420',
          codedWidth: width,
          codedHeight: height,
          colorSpace: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false },
          timestamp: at(frame),
          duration: at(frame + 1) - at(frame),
        });
        encoder.encode(picture, { keyFrame: frame % (KEY_EVERY_S * rate) === 0 });
        picture.close();
      }
    },
    async finish(carried) {
      await encoder.flush();
      encoder.close();
      if (broken !== null) throw broken;
      const comment = JSON.stringify(carried);
      return coder.webm === null
        ? {
            mime: 'video/mp4',
            data: mp4Of({ width, height, rate, avcC, samples }, carried.title, comment),
            width,
            height,
          }
        : {
            mime: 'video/webm',
            data: webmOf({ width, height, rate, codec: coder.webm, samples }, carried.title, comment),
            width,
            height,
          };
    },
    close() {
      if (encoder.state !== 'closed') encoder.close();
    },
  };
}

/** @returns null where this browser cannot make such a film */
export async function createFilmEncoder(format: 'gif' | 'mp4', size: FilmSize): Promise<FilmEncoder | null> {
  return format === 'gif' ? gifEncoder(size) : videoEncoder(size);
}
