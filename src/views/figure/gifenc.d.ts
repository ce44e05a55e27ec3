/** What is used of gifenc 1.0, which brings no types. */
declare module 'gifenc' {
  type Palette = readonly (readonly number[])[];
  interface FrameOptions {
    readonly palette?: Palette;
    /** ms */
    readonly delay?: number;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** 1: what is drawn stays under the next frame. */
    readonly dispose?: number;
    /** 0: for ever. */
    readonly repeat?: number;
  }
  export function GIFEncoder(): {
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
  /** @returns at most `colours` colours that stand for those of the pixels (RGBA) */
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, colours: number): number[][];
  /** @returns for each pixel the index of the colour next to it */
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: Palette): Uint8Array;
}
