// Masks of pixels: connected parts, thinning, discs; asciivae/drawing/raster.py in TypeScript.

import tables from "./tables.json";

export interface Mask {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array; // 0 or 1, row by row
}

export const emptyMask = (height: number, width: number): Mask => ({ height, width, pixels: new Uint8Array(height * width) });

/** With a border of zeros. */
export function padded(mask: Mask, by: number): Mask {
  const wide = emptyMask(mask.height + 2 * by, mask.width + 2 * by);
  for (let y = 0; y < mask.height; y++) {
    wide.pixels.set(mask.pixels.subarray(y * mask.width, (y + 1) * mask.width), (y + by) * wide.width + by);
  }
  return wide;
}

/** Without a border. */
export function unpadded(mask: Mask, by: number): Mask {
  const inner = emptyMask(mask.height - 2 * by, mask.width - 2 * by);
  for (let y = 0; y < inner.height; y++) {
    const begin = (y + by) * mask.width + by;
    inner.pixels.set(mask.pixels.subarray(begin, begin + inner.width), y * inner.width);
  }
  return inner;
}

export interface Components {
  readonly labels: Int32Array; // 0 outside, the parts numbered from 1 in reading order
  readonly sizes: number[]; // by number; that of 0 is 0
}

/** The connected parts of a mask, over corners too unless `diagonal` is false. */
export function components(mask: Mask, diagonal = true): Components {
  const { height, width, pixels } = mask;
  const labels = new Int32Array(pixels.length);
  const sizes = [0];
  const pending: number[] = [];
  for (let first = 0; first < pixels.length; first++) {
    if (!pixels[first] || labels[first]) continue;
    const number = sizes.length;
    sizes.push(0);
    labels[first] = number;
    pending.push(first);
    while (pending.length > 0) {
      const pixel = pending.pop()!;
      sizes[number]++;
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if ((!diagonal && dy !== 0 && dx !== 0) || y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
          const other = pixel + dy * width + dx;
          if (!pixels[other] || labels[other]) continue;
          labels[other] = number;
          pending.push(other);
        }
      }
    }
  }
  return { labels, sizes };
}

const REMOVED = tables.thinning.map((codes) => {
  const table = new Uint8Array(256);
  for (const code of codes) table[code] = 1;
  return table;
});

/** The middle of lines and areas, one pixel wide (Zhang & Suen 1984). */
export function thinned(mask: Mask): Mask {
  const wide = padded(mask, 1);
  const { pixels, width } = wide;
  const around = [-width - 1, -width, -width + 1, 1, width + 1, width, width - 1, -1]; // clockwise from the north-west
  let live = [...pixels.keys()].filter((pixel) => pixels[pixel]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const table of REMOVED) {
      const gone = live.filter((pixel) => table[around.reduce((code, offset, bit) => code | (pixels[pixel + offset] << bit), 0)]);
      if (gone.length === 0) continue;
      changed = true;
      for (const pixel of gone) pixels[pixel] = 0;
      live = live.filter((pixel) => pixels[pixel]);
    }
  }
  return unpadded(wide, 1);
}

/** The offsets of a disc, (down, right) in pixels; its radius and `unit`, pixels (in y, in x), have one unit of length. */
export function disc(radius: number, unit: readonly [number, number]): [number, number][] {
  const [reachY, reachX] = unit.map((pixels) => Math.floor(radius * pixels));
  const found: [number, number][] = [];
  for (let y = -reachY; y <= reachY; y++) {
    for (let x = -reachX; x <= reachX; x++) if (Math.hypot(y / unit[0], x / unit[1]) <= radius) found.push([y, x]);
  }
  return found;
}

/** Where any (`most`) or all of the pixels at these offsets are set; beyond the border nothing is, or all is. */
function extreme(mask: Mask, offsets: readonly [number, number][], most: boolean): Mask {
  const found = emptyMask(mask.height, mask.width);
  const wanted = most ? 1 : 0;
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const met = offsets.some(([dy, dx]) => {
        const inside = y + dy >= 0 && y + dy < mask.height && x + dx >= 0 && x + dx < mask.width;
        return inside && mask.pixels[(y + dy) * mask.width + x + dx] === wanted;
      });
      found.pixels[y * mask.width + x] = met === most ? 1 : 0;
    }
  }
  return found;
}

export const dilated = (mask: Mask, offsets: readonly [number, number][]): Mask => extreme(mask, offsets, true);
export const eroded = (mask: Mask, offsets: readonly [number, number][]): Mask => extreme(mask, offsets, false);
