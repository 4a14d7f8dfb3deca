// The lines of a picture at 12 × 6 pixels a cell: asciivae/drawing/lines.py in TypeScript.

import { type Mask, components, emptyMask, padded, thinned, unpadded } from "../raster";
import { type Field, extreme, mapped, smoothed, stretched } from "./fields";
import { photoEdges } from "./photo";
import { type Picture, atSize, boxed, greyOf } from "./picture";

export const CELL = { height: 12, width: 6 };
const COVERED = 0.3;
const INK_CONTRAST = 0.3;
const SPECK = 6;
const PAPER_SHARE = 0.6;
const MOST_MIDTONES = 0.12;

export type Kind = "edges" | "strokes";

/** The rows of a page of so many columns, and the columns: fewer if there would be more than `most` rows. */
export function pageCells({ height, width }: Picture, columns: number, most: number): { rows: number; columns: number } {
  const atLeast1 = (value: number) => Math.max(1, Math.round(value));
  const ratio = height / width / 2;
  if (atLeast1(columns * ratio) <= most) return { rows: atLeast1(columns * ratio), columns };
  return { rows: most, columns: Math.min(columns, atLeast1(most / ratio)) };
}

export function findLines(picture: Picture, rows: number, columns: number, kind: Kind, detail: number): Mask {
  const [height, width] = [rows * CELL.height, columns * CELL.width];
  return kind === "edges" ? photoEdges(atSize(picture, height, width), detail) : strokes(picture, height, width, detail);
}

/** Whether a picture is a line drawing or a photo, by its tones. */
export function judged(picture: Picture): Kind {
  const step = Math.max(1, Math.floor(Math.max(picture.height, picture.width) / 600));
  const grey = greyOf(picture, step);
  const counts = new Array<number>(32).fill(0);
  for (const value of grey.values) counts[Math.min(31, Math.floor(value * 32))]++;
  const paper = (counts.indexOf(Math.max(...counts)) + 0.5) / 32;
  const share = (of: (value: number) => boolean) => grey.values.reduce((sum, value) => sum + (of(value) ? 1 : 0), 0) / grey.values.length;
  const onPaper = share((value) => Math.abs(value - paper) < 0.08);
  const ink = share((value) => Math.abs(value - paper) > 0.35);
  const midtones = 1 - onPaper - ink;
  let coloured = 0;
  for (let y = 0; y < picture.height; y += step) {
    for (let x = 0; x < picture.width; x += step) {
      const pixel = picture.rgb.subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3);
      if (Math.max(...pixel) - Math.min(...pixel) > 0.25 * 255) coloured++;
    }
  }
  if (coloured / grey.values.length > 0.1) return "edges";
  if (onPaper >= PAPER_SHARE && midtones <= MOST_MIDTONES && (paper > 0.75 || paper < 0.25) && ink > 0) return "strokes";
  return onUnevenPaper(grey) ? "strokes" : "edges";
}

/** A sketch that was photographed: few strokes, darker than the paper around. */
function onUnevenPaper(grey: Field): boolean {
  if (median(grey) < 0.35 || Math.min(grey.height, grey.width) < 32) return false;
  const { contrast, paper } = contrastOf(grey, Math.max(grey.height, grey.width) / 14, true);
  const share = (of: (value: number) => boolean) => contrast.values.reduce((sum, value) => sum + (of(value) ? 1 : 0), 0) / contrast.values.length;
  const ink = share((value) => value > 0.4);
  const midtones = share((value) => value >= 0.2 && value <= 0.4);
  return ink >= 0.05 && ink <= 0.2 && midtones <= 0.15 && paper.values.reduce((least, value) => Math.min(least, value), 1) >= 0.3;
}

function median({ values }: Field): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How much darker than the paper around each pixel is, relative to it, and the paper: the local upper tone. */
function contrastOf(grey: Field, reach: number, closed: boolean): { contrast: Field; paper: Field } {
  const step = Math.max(1, Math.floor(reach / 8));
  const size = Math.max(3, roundedToEven(reach / step)) | 1;
  const brightest = extreme(everySo(smoothed(grey, 0.7, [0, 0], 4), step), size, true);
  const coarse = closed ? extreme(brightest, size, false) : smoothed(brightest, size / 2, [0, 0], 4);
  const paper = stretched(coarse, grey.height, grey.width);
  return { contrast: mapped((around, own) => (around - own) / Math.max(around, 0.2), paper, grey), paper };
}

/** As Python rounds: halves to the even neighbour. */
function roundedToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

function everySo({ height, width, values }: Field, step: number): Field {
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const taken = Float32Array.from({ length: rows * columns }, (_, i) => values[Math.floor(i / columns) * step * width + (i % columns) * step]);
  return { height: rows, width: columns, values: taken };
}

/** The middle of a drawing's strokes and the outlines of its solid areas, one pixel wide. */
function strokes(picture: Picture, height: number, width: number, detail: number): Mask {
  const ink = inkOf(greyOf(picture), height);
  // Where the drawing is much larger than the page, it is thinned at twice the page's resolution.
  const factor = Math.min(Math.max(ink.height / height, 1), 2);
  const work = [roundedToEven(height * factor), roundedToEven(width * factor)] as const;
  const clean = withoutSpecks(pooled(ink, ...work), SPECK * (1 - detail) * factor ** 2);
  const { solid, lines } = split(clean, 0.75 * factor * CELL.width);
  const thin = thinned(lines);
  const drawn = emptyMask(height, width);
  const border = borderOf(solid);
  for (let i = 0; i < thin.pixels.length; i++) {
    if (!thin.pixels[i] && !border.pixels[i]) continue;
    const [y, x] = [Math.floor(i / work[1]), i % work[1]];
    drawn.pixels[Math.floor(((2 * y + 1) * height) / (2 * work[0])) * width + Math.floor(((2 * x + 1) * width) / (2 * work[1]))] = 1;
  }
  return thinned(drawn);
}

/** Where a drawing has ink: darker (or, on dark paper, lighter) than the paper around it. */
function inkOf(grey: Field, height: number): Mask {
  const dark = median(grey) < 0.4 ? mapped((value) => 1 - value, grey) : grey;
  const { contrast } = contrastOf(dark, (4 * CELL.height * grey.height) / height, false);
  return { height: grey.height, width: grey.width, pixels: Uint8Array.from(contrast.values, (value) => (value > INK_CONTRAST ? 1 : 0)) };
}

/** At another size: where it shrinks, a line of one pixel still counts; where it grows, nearest pixels. */
function pooled(mask: Mask, height: number, width: number): Mask {
  const factor = Math.max(mask.height / height, mask.width / width);
  if (factor > 1) {
    const shares = boxed(mask.pixels.map((pixel) => 255 * pixel), mask.height, mask.width, height, width, 1);
    return { height, width, pixels: shares.map((share) => (share > (255 * COVERED) / factor ? 1 : 0)) };
  }
  const near = (i: number, length: number, own: number) => Math.min(Math.floor(((i + 0.5) * own) / length), own - 1);
  const taken = Uint8Array.from({ length: height * width }, (_, i) => {
    return mask.pixels[near(Math.floor(i / width), height, mask.height) * mask.width + near(i % width, width, mask.width)];
  });
  return { height, width, pixels: taken };
}

function withoutSpecks(mask: Mask, least: number): Mask {
  const { labels, sizes } = components(mask);
  return { ...mask, pixels: Uint8Array.from(labels, (label) => (label > 0 && sizes[label] >= least ? 1 : 0)) };
}

/** Areas in which a disc of `radius` pixels fits, and lines. */
function split(ink: Mask, radius: number): { solid: Mask; lines: Mask } {
  const wide = padded(ink, 1);
  const near = unpadded(within({ ...wide, pixels: wide.pixels.map((pixel) => 1 - pixel) }, radius), 1);
  const core = { ...ink, pixels: ink.pixels.map((pixel, i) => (pixel && !near.pixels[i] ? 1 : 0)) };
  if (!core.pixels.includes(1)) return { solid: core, lines: ink };
  const grown = within(core, radius);
  const solid = { ...ink, pixels: ink.pixels.map((pixel, i) => (pixel && grown.pixels[i] ? 1 : 0)) };
  const [beside, far] = [within(solid, 1.5), within(solid, 2 * radius)];
  const { labels, sizes } = components({ ...ink, pixels: ink.pixels.map((pixel, i) => (pixel && !solid.pixels[i] ? 1 : 0)) });
  const [touches, reaches] = [new Uint8Array(sizes.length), new Uint8Array(sizes.length)];
  labels.forEach((label, i) => {
    if (beside.pixels[i]) touches[label] = 1;
    if (!far.pixels[i]) reaches[label] = 1;
  });
  // Slivers that the disc leaves along an area's border are not lines.
  const lines = Uint8Array.from(labels, (label) => (label > 0 && (!touches[label] || reaches[label]) ? 1 : 0));
  return { solid, lines: { ...ink, pixels: lines } };
}

/** The pixels whose distance to a mask is at most `radius`. */
function within(mask: Mask, radius: number): Mask {
  const { height, width, pixels } = mask;
  const reach = Math.floor(radius);
  const columns = pixels.map((pixel) => (pixel ? 0 : reach + 1)); // first the distance within the column
  for (let i = width; i < columns.length; i++) columns[i] = Math.min(columns[i], columns[i - width] + 1);
  for (let i = columns.length - width - 1; i >= 0; i--) columns[i] = Math.min(columns[i], columns[i + width] + 1);
  const found = emptyMask(height, width);
  for (let offset = -reach; offset <= reach; offset++) {
    const high = Math.floor(Math.sqrt(radius ** 2 - offset ** 2));
    for (let i = 0; i < pixels.length; i++) {
      const x = (i % width) + offset;
      if (x >= 0 && x < width && columns[i + offset] <= high) found.pixels[i] = 1;
    }
  }
  return found;
}

/** The pixels of a mask that touch paper on a side. */
function borderOf(mask: Mask): Mask {
  const { height, width, pixels } = mask;
  const border = pixels.map((pixel, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const inside = (y === height - 1 || pixels[i + width]) && (y === 0 || pixels[i - width]) && (x === width - 1 || pixels[i + 1]) && (x === 0 || pixels[i - 1]);
    return pixel && !inside ? 1 : 0;
  });
  return { ...mask, pixels: border };
}
