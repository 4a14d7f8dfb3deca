// A picture on white paper, as red, green and blue in [0, 255], and the same at other sizes.

import { type Field, field } from "./fields";

export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly rgb: Uint8Array; // (height, width, 3)
}

const LUMA = [0.299, 0.587, 0.114]; // ITU-R BT.601

/** The luma in [0, 1], of every `step`-th pixel. */
export function greyOf({ height, width, rgb }: Picture, step = 1): Field {
  const found = field(Math.ceil(height / step), Math.ceil(width / step));
  for (let y = 0, i = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step, i++) {
      const at = 3 * (y * width + x);
      found.values[i] = (LUMA[0] * rgb[at] + LUMA[1] * rgb[at + 1] + LUMA[2] * rgb[at + 2]) / 255;
    }
  }
  return found;
}

/** One channel of a picture at another size, as Pillow resizes: the mean of the pixels in a box. */
export function boxed(values: Uint8Array, height: number, width: number, toHeight: number, toWidth: number, channels: number): Uint8Array {
  return resized(values, height, width, toHeight, toWidth, channels, 0.5, (x) => (x > -0.5 && x <= 0.5 ? 1 : 0));
}

/** A picture at another size, areas averaged, or interpolated if it is smaller. */
export function atSize({ height, width, rgb }: Picture, toHeight: number, toWidth: number): Picture {
  const shrinks = height >= toHeight && width >= toWidth;
  const made = shrinks
    ? boxed(rgb, height, width, toHeight, toWidth, 3)
    : resized(rgb, height, width, toHeight, toWidth, 3, 2, cubic);
  return { height: toHeight, width: toWidth, rgb: made };
}

function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
}

function resized(
  values: Uint8Array, height: number, width: number, toHeight: number, toWidth: number, channels: number,
  support: number, filter: (x: number) => number,
): Uint8Array {
  const across = new Uint8Array(height * toWidth * channels);
  weightsOf(width, toWidth, support, filter).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * values[(y * width + first + i) * channels + c];
        across[(y * toWidth + x) * channels + c] = rounded(sum);
      }
    }
  });
  const found = new Uint8Array(toHeight * toWidth * channels);
  const row = toWidth * channels;
  weightsOf(height, toHeight, support, filter).forEach(({ first, weights }, y) => {
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * across[(first + i) * row + x];
      found[y * row + x] = rounded(sum);
    }
  });
  return found;
}

const rounded = (value: number): number => Math.min(255, Math.max(0, Math.floor(value + 0.5)));

function weightsOf(from: number, to: number, support: number, filter: (x: number) => number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const wide = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support * wide + 0.5));
    const last = Math.min(from, Math.floor(centre + support * wide + 0.5));
    const weights = Array.from({ length: last - first }, (_, x) => filter((first + x - centre + 0.5) / wide));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
