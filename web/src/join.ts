// A drawing's strokes, joined across the gaps between characters: asciivae/filters/joining.py in TypeScript, whose
// docstring has the formulas. Ink is rare, so each inked pixel adds to the fields around it, instead of each pixel reading
// them.

import { type Grid, SPACE } from "./grid";
import { type Mask, emptyMask } from "./raster";
import joining from "./joining.json";

export const CELL = { height: 14, width: 7 }; // pixels per character
const { gap: GAP, level: LEVEL } = joining; // cell widths; the support between two line ends one gap apart
const BETA = 40;
const STEEPNESS = 16;
const DIRECTIONS = 8;
const WEDGE = (60 / 180) * Math.PI;
const UNIT = CELL.width; // pixels per cell width, in both directions, since a cell is 1 wide and 2 high

const STROKES = new Float32Array(Uint8Array.from(atob(joining.strokes), (c) => c.charCodeAt(0)).buffer);

interface Weight {
  readonly y: number;
  readonly x: number;
  readonly fields: readonly [number, number][]; // the field, and what ink at this offset adds to it
}

/** By offset from a pixel to the ink that it sees: wedges in order of angle, then the disc. */
function weights(): Weight[] {
  const reach = 1.1 * GAP;
  const most = Math.floor(reach * UNIT);
  const found: Weight[] = [];
  for (let y = -most; y <= most; y++) {
    for (let x = -most; x <= most; x++) {
      const distance = Math.hypot(x, y) / UNIT;
      if (distance > reach) continue;
      if (distance === 0) {
        found.push({ y, x, fields: Array.from({ length: 2 * DIRECTIONS + 1 }, (_, field) => [field, 1]) });
        continue;
      }
      const half = Math.max(Math.atan2(0.5 / UNIT, distance), WEDGE / 2);
      const fields: [number, number][] = [];
      for (let k = 0; k < 2 * DIRECTIONS; k++) {
        const turned = Math.atan2(y, x) - (k * Math.PI) / DIRECTIONS;
        const off = Math.abs(Math.atan2(Math.sin(turned), Math.cos(turned)));
        const weight = 0.5 * Math.max(0, 1 - (off / half) ** 4) * Math.exp((-BETA * distance) / (2 * GAP));
        if (weight > 0) fields.push([k, weight]);
      }
      fields.push([2 * DIRECTIONS, 1 / 6]);
      found.push({ y, x, fields });
    }
  }
  return found;
}

let known: Weight[] | null = null;

/** The joined strokes of a drawing, thresholded: 14 × 7 pixels per character. */
export function joined(grid: Grid): Mask {
  known ??= weights();
  const mask = emptyMask(grid.rows * CELL.height, grid.columns * CELL.width);
  const { height, width } = mask;
  const count = 2 * DIRECTIONS + 1;
  const sums = new Float64Array(count * height * width);
  const ink = new Float32Array(height * width);
  grid.cells.forEach((id, cell) => {
    if (id === SPACE) return;
    const [top, left] = [Math.floor(cell / grid.columns) * CELL.height, (cell % grid.columns) * CELL.width];
    for (let y = 0; y < CELL.height; y++) {
      for (let x = 0; x < CELL.width; x++) ink[(top + y) * width + left + x] = STROKES[(id * CELL.height + y) * CELL.width + x];
    }
  });
  for (let pixel = 0; pixel < ink.length; pixel++) {
    if (ink[pixel] === 0) continue;
    const [inkY, inkX, value] = [Math.floor(pixel / width), pixel % width, Math.expm1(BETA * ink[pixel])];
    for (const { y, x, fields } of known) {
      const [toY, toX] = [inkY - y, inkX - x]; // the pixel that sees this ink at the offset (y, x)
      if (toY < 0 || toY >= height || toX < 0 || toX >= width) continue;
      const place = (toY * width + toX) * count;
      for (const [field, weight] of fields) sums[place + field] += value * weight;
    }
  }
  for (let pixel = 0; pixel < ink.length; pixel++) {
    const strength = Math.max(ink[pixel], sigmoid(STEEPNESS * (support(sums.subarray(pixel * count, (pixel + 1) * count)) - LEVEL)));
    mask.pixels[pixel] = strength > 0.5 ? 1 : 0;
  }
  return mask;
}

/** s of the formulas: about the least of the ink ahead and behind, in the best direction. */
function support(sums: Float64Array): number {
  if (sums[2 * DIRECTIONS] === 0) return Math.log(DIRECTIONS) / BETA; // no ink nearby
  let total = 0;
  for (let k = 0; k < DIRECTIONS; k++) total += (1 + sums[k]) * (1 + sums[k + DIRECTIONS]);
  return (Math.log(total) - Math.log1p(sums[2 * DIRECTIONS])) / BETA;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
