// The edges of a photo that a drawing needs: asciivae/drawing/edges.py in TypeScript, whose docstring says how and why.

import { type Mask, components, thinned } from "../raster";
import { type Field, between, field, flattened, mapped, smoothed } from "./fields";
import { type Picture, greyOf } from "./picture";

const FINE = 1;
const COARSE = 2.6; // deviations of the two scales, in pixels; a cell is 6 pixels wide
const RING = [4, 9] as const;
const ROUNDS = 25;
const BAND = 360;
const NOISE_FLOOR = 0.012;
const CELL = { height: 12, width: 6 };

/** Where the lines are, one pixel wide. Args: picture: at the resolution of the page; detail: in [0, 1]. */
export function photoEdges(picture: Picture, detail: number): Mask {
  const channels = opponent(picture).map((channel) => flattenedInBands(channel, 0.1 - 0.07 * detail));
  const fine = gradient(channels, FINE);
  const coarse = gradient(channels, COARSE);
  const strength = mapped((a, b) => Math.sqrt(a * b), fine.length, coarse.length);
  const suppressed = mapped((own, around) => Math.max(own - (1.3 - 0.9 * detail) * around, 0), strength, surround(strength));
  return chosen(nonMaximum(suppressed, fine.angle), suppressed, detail);
}

/** Luma, and blue and red against it, which count half: eyes see less detail in colour. */
function opponent(picture: Picture): Field[] {
  const luma = greyOf(picture);
  const against = (channel: number, weight: number): Field => ({
    ...luma,
    values: luma.values.map((value, i) => weight * (picture.rgb[3 * i + channel] / 255 - value)),
  });
  return [luma, against(2, 0.35), against(0, 0.45)];
}

function flattenedInBands(channel: Field, weight: number): Field {
  const { height, width, values } = channel;
  const found = field(height, width);
  for (let top = 0; top < height; top += BAND) {
    const first = Math.max(0, top - ROUNDS);
    const last = Math.min(height, top + BAND + ROUNDS);
    const band = flattened({ height: last - first, width, values: values.slice(first * width, last * width) }, weight, ROUNDS);
    found.values.set(band.values.subarray((top - first) * width, (Math.min(height, top + BAND) - first) * width), top * width);
  }
  return found;
}

/** The length of the colour gradient and its angle. */
function gradient(channels: Field[], sigma: number): { length: Field; angle: Field } {
  const { height, width } = channels[0];
  const [xx, yy, xy] = Array.from({ length: 3 }, () => field(height, width).values);
  for (const channel of channels) {
    const down = smoothed(channel, sigma, [1, 0]).values;
    const right = smoothed(channel, sigma, [0, 1]).values;
    for (let i = 0; i < xx.length; i++) {
      xx[i] += right[i] * right[i];
      yy[i] += down[i] * down[i];
      xy[i] += right[i] * down[i];
    }
  }
  const length = xx.map((_, i) => sigma * Math.sqrt(Math.max(0.5 * (xx[i] + yy[i] + Math.sqrt((xx[i] - yy[i]) ** 2 + 4 * xy[i] ** 2)), 0)));
  const angle = xx.map((_, i) => 0.5 * Math.atan2(2 * xy[i], xx[i] - yy[i]));
  return { length: { height, width, values: length }, angle: { height, width, values: angle } };
}

/** The mean strength on a ring around each pixel. */
function surround(strength: Field): Field {
  const [inner, outer] = RING;
  const share = (inner / outer) ** 2;
  return mapped((far, near) => Math.max((far - share * near) / (1 - share), 0), smoothed(strength, outer), smoothed(strength, inner));
}

/** What is at least as strong as both neighbours across the edge. */
function nonMaximum(strength: Field, angle: Field): Field {
  const { height, width, values } = strength;
  const kept = field(height, width);
  values.forEach((here, i) => {
    if (here <= NOISE_FLOOR) return;
    const [y, x] = [Math.floor(i / width), i % width];
    const [dy, dx] = [Math.sin(angle.values[i]), Math.cos(angle.values[i])];
    if (here >= Math.fround(between(strength, y + dy, x + dx)) && here > Math.fround(between(strength, y - dy, x - dx))) kept.values[i] = here;
  });
  return kept;
}

/** Hysteresis, then the segments that are worth their ink. */
function chosen(ridge: Field, suppressed: Field, detail: number): Mask {
  const { height, width } = ridge;
  const asMask = (of: (i: number) => boolean): Mask => ({ height, width, pixels: Uint8Array.from(ridge.values, (_, i) => (of(i) ? 1 : 0)) });
  const onRidges = ridge.values.filter((value) => value > NOISE_FLOOR).sort();
  if (onRidges.length === 0) return asMask(() => false);
  const place = 0.97 * (onRidges.length - 1);
  const [low, high] = [onRidges[Math.floor(place)], onRidges[Math.ceil(place)]];
  const reference = low + (high - low) * (place - Math.floor(place));
  const strong = Math.max(NOISE_FLOOR, (0.36 - 0.28 * detail) * reference);
  const mask = thinned(hysteresis(ridge, Math.max(NOISE_FLOOR, 0.4 * strong), strong));
  const pieces = withoutJunctions(mask);
  const { labels, sizes } = components(pieces);
  const whole = components(mask);
  const sums = new Float64Array(sizes.length);
  const component = new Int32Array(sizes.length);
  labels.forEach((label, i) => {
    if (label === 0) return;
    sums[label] += suppressed.values[i];
    component[label] = whole.labels[i]; // a contour as a whole is worth more than its pieces
  });
  const worth = sizes.map((length, label) => {
    if (label === 0) return -1;
    const all = whole.sizes[component[label]];
    const keep = all >= (1.6 - 1.2 * detail) * CELL.height && length >= (0.5 - 0.4 * detail) * CELL.width;
    const mean = Math.min(sums[label] / Math.max(length, 1) / reference, 1);
    const reach = Math.min(all, 12 * CELL.height) / CELL.height;
    return keep ? mean * Math.sqrt(Math.min(length, 4 * CELL.height) / CELL.height) * Math.sqrt(reach) : -1;
  });
  const order = [...worth.keys()].filter((label) => worth[label] >= 0).sort((a, b) => worth[b] - worth[a] || a - b);
  const room = ((0.1 + 0.28 * detail) * ridge.values.length * 8) / (CELL.height * CELL.width); // a cell's line has about 8 pixels
  const budget = Math.max(room, order.length > 0 ? sizes[order[0]] : 0);
  const taken = new Set<number>();
  let used = 0;
  for (const label of order) {
    used += sizes[label];
    if (used <= budget) taken.add(label);
  }
  const lines = asMask((i) => taken.has(labels[i]));
  const near = counted(lines);
  return asMask((i) => lines.pixels[i] === 1 || (mask.pixels[i] === 1 && labels[i] === 0 && near[i] > 0));
}

/** What is stronger than `low` and connected, over the sides of pixels, to something stronger than `high`. */
function hysteresis(ridge: Field, low: number, high: number): Mask {
  const { height, width, values } = ridge;
  const { labels } = components({ height, width, pixels: Uint8Array.from(values, (value) => (value > low ? 1 : 0)) }, false);
  const strong = new Set<number>(labels.filter((_, i) => values[i] > high));
  return { height, width, pixels: Uint8Array.from(labels, (label) => (label > 0 && strong.has(label) ? 1 : 0)) };
}

/** Lines of one pixel without their junctions. */
function withoutJunctions(mask: Mask): Mask {
  const around = counted(mask);
  return { ...mask, pixels: mask.pixels.map((pixel, i) => (pixel && around[i] <= 2 ? 1 : 0)) };
}

/** How many of the eight neighbours of each pixel are in a mask. */
function counted({ height, width, pixels }: Mask): Uint8Array {
  const found = new Uint8Array(pixels.length);
  pixels.forEach((pixel, i) => {
    if (!pixel) return;
    const [y, x] = [Math.floor(i / width), i % width];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
        if (inside && (dy !== 0 || dx !== 0)) found[i + dy * width + dx]++;
      }
    }
  });
  return found;
}
