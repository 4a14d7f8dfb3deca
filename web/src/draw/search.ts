// Local search: change one character at a time while the page comes to look more like its lines, in the artist's hand. This
// is asciivae/drawing/search.py in TypeScript, whose docstring has the objective and says why it is fast.

import { CHARACTERS, type Grid, SPACE } from "../grid";
import { type Mask, dilated as grown, disc } from "../raster";
import likeness from "./likeness.json";
import { type Belief, crossed } from "./tracer";

const decoded = (text: string) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const STROKES = decoded(likeness.strokes); // (95, 6, 3)
const DILATION = decoded(likeness.dilation); // (3, 3)
const FILTERS = decoded(likeness.filters); // (5, 7, 7)
const ADDED = decoded(likeness.added); // (95, 40): what a character adds to E on its cell and one pixel around
const SPREAD = decoded(likeness.spread); // (40, 100): from a change of f there to the blurs at 5 channels × 5 × 4 places
const { beta: BETA, contrast: CONTRAST, noise: NOISE } = likeness;

const [PIXEL_ROWS, PIXEL_COLUMNS] = [6, 3]; // of a cell
const MARGIN = 6; // pixels around a page
const [ROWS, COLUMNS] = [5, 4]; // places of the features that a cell reaches
const PLACES = ROWS * COLUMNS;
const CHANNELS = 5;
const [AROUND_ROWS, AROUND_COLUMNS] = [8, 5]; // pixels of a cell, with one around
const CANDIDATES = 10;
const SWEEPS = 6;
const CLASSES = { rows: 3, columns: 4 }; // cells so many rows or columns apart share no feature
const WEIGHT = 0.08; // of the tracer's -log p, in nats

interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Improves a page, character by character, until nothing changes or the sweeps are over. */
export function search(grid: Grid, lines: Mask, belief: Belief): Grid {
  return new Search(grid, lines, belief).run();
}

class Search {
  private readonly ids: Uint8Array;
  private readonly columns: number;
  private readonly target: Plane; // features (5 · height, width)
  private readonly tried: Uint8Array[]; // by cell
  private readonly near: Uint8Array;
  private readonly scale: number;
  private sums!: Plane; // E, at the pixels of the page with its margin
  private blurs!: Plane;
  private numerators = [0, 0];
  private denominators = [0, 0];

  constructor(grid: Grid, lines: Mask, private readonly belief: Belief) {
    this.ids = grid.cells.slice();
    this.columns = grid.columns;
    this.target = featuresOf(blurred(exponentials(pageOfLines(lines, grid))));
    const cells = crossed(lines);
    this.scale = Math.max(1, cells.pixels.reduce((sum, one) => sum + one, 0));
    this.near = grown(cells, disc(1.5, [1, 1])).pixels.map((pixel, cell) => (pixel || this.ids[cell] !== SPACE ? 1 : 0));
    this.tried = [...this.ids.keys()].map((cell) => {
      if (!this.near[cell]) return new Uint8Array(0);
      const costs = Float32Array.from({ length: CHARACTERS }, (_, id) => this.cost(cell, id));
      const likeliest = [...costs.keys()].sort((a, b) => costs[a] - costs[b] || a - b);
      return Uint8Array.of(...likeliest.slice(0, CANDIDATES - 1), SPACE);
    });
    this.refresh();
  }

  run(): Grid {
    const classes = Array.from({ length: CLASSES.rows * CLASSES.columns }, (): number[] => []);
    this.near.forEach((near, cell) => {
      const [y, x] = [Math.floor(cell / this.columns), cell % this.columns];
      if (near) classes[(y % CLASSES.rows) * CLASSES.columns + (x % CLASSES.columns)].push(cell);
    });
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      if (classes.reduce((changed, cells) => changed + this.visit(cells), 0) === 0) break;
      this.refresh();
    }
    return { rows: this.ids.length / this.columns, columns: this.columns, cells: this.ids };
  }

  private cost(cell: number, id: number): number {
    return -Math.max(this.belief.logp[cell * CHARACTERS + id], -30);
  }

  /** Computes everything anew from the characters, so that rounding does not pile up. */
  private refresh(): void {
    this.sums = exponentials(pageOf(this.ids, this.columns));
    this.blurs = blurred(this.sums);
    const features = featuresOf(this.blurs);
    this.numerators = [0, 0];
    this.denominators = [0, 0];
    const plane = features.values.length / CHANNELS;
    features.values.forEach((value, i) => {
      const part = i < plane ? 0 : 1;
      const [off, ink] = differing(value, this.target.values[i]);
      this.numerators[part] += off;
      this.denominators[part] += ink;
    });
  }

  /** Tries all candidates of cells that share no places, and takes the best; how many changed. */
  private visit(cells: readonly number[]): number {
    let changed = 0;
    const moved = { numerators: [0, 0], denominators: [0, 0] };
    for (const cell of cells) {
      const best = this.best(cell);
      if (!best) continue;
      changed++;
      for (const part of [0, 1]) {
        moved.numerators[part] += best.parts[part];
        moved.denominators[part] += best.parts[2 + part];
      }
    }
    for (const part of [0, 1]) {
      this.numerators[part] += moved.numerators[part];
      this.denominators[part] += moved.denominators[part];
    }
    return changed;
  }

  /** Changes a cell to what is best there; what that does to the numerators and denominators, or null if nothing. */
  private best(cell: number): { parts: Float64Array } | null {
    const [y, x] = [Math.floor(cell / this.columns), cell % this.columns];
    const pixels = new Int32Array(AROUND_ROWS * AROUND_COLUMNS).map((_, i) => {
      return (PIXEL_ROWS * y + 5 + Math.floor(i / AROUND_COLUMNS)) * this.sums.width + PIXEL_COLUMNS * x + 5 + (i % AROUND_COLUMNS);
    });
    const plane = this.blurs.values.length / CHANNELS;
    const places = new Int32Array(CHANNELS * PLACES).map((_, i) => {
      const place = i % PLACES;
      return Math.floor(i / PLACES) * plane + (2 * y + 1 + Math.floor(place / COLUMNS)) * this.blurs.width + x + 1 + (place % COLUMNS);
    });
    const current = this.ids[cell];
    const now = Float32Array.from(pixels, (pixel) => this.sums.values[pixel]);
    const target = Float32Array.from(places, (place) => this.target.values[place]);
    const attempt = (id: number) => {
      const then = now.map((sum, i) => Math.max(sum - ADDED[current * now.length + i] + ADDED[id * now.length + i], 0));
      const blurs = Float32Array.from(places, (place) => this.blurs.values[place]);
      for (let pixel = 0; pixel < then.length; pixel++) {
        const change = dilated(then[pixel]) - dilated(now[pixel]);
        if (change !== 0) for (let i = 0; i < blurs.length; i++) blurs[i] += change * SPREAD[pixel * blurs.length + i];
      }
      return { id, then, blurs, parts: partsOf(blurs, target) };
    };
    const stays = attempt(current);
    const priceOf = ({ id, parts }: typeof stays) => {
      const ratio = (part: number) => {
        const denominator = this.denominators[part] + parts[2 + part] - stays.parts[2 + part];
        return (this.numerators[part] + parts[part] - stays.parts[part]) / Math.max(denominator, 1e-6);
      };
      return this.scale * 0.5 * (ratio(0) + ratio(1)) + WEIGHT * this.cost(cell, id);
    };
    const price = priceOf(stays);
    let [best, least] = [stays, price];
    for (const id of this.tried[cell]) {
      if (id === current) continue;
      const other = attempt(id);
      const cost = priceOf(other);
      if (cost < least) [best, least] = [other, cost];
    }
    if (best === stays || least > price - 1e-6) return null;
    this.ids[cell] = best.id;
    pixels.forEach((pixel, i) => (this.sums.values[pixel] = best.then[i]));
    places.forEach((place, i) => (this.blurs.values[place] = best.blurs[i]));
    return { parts: Float64Array.from(best.parts, (part, i) => part - stays.parts[i]) };
  }
}

/** The numerators and the denominators of the two distances, of the blur and of the directions, at the places of a cell. */
function partsOf(blurs: Float32Array, target: Float32Array): Float64Array {
  const parts = new Float64Array(4);
  for (let place = 0; place < PLACES; place++) {
    const mean = meanOf(blurs, place, PLACES);
    for (let channel = 0; channel < CHANNELS; channel++) {
      const i = channel * PLACES + place;
      const [off, ink] = differing(rectified(blurs[i], channel, mean), target[i]);
      parts[channel === 0 ? 0 : 1] += off;
      parts[channel === 0 ? 2 : 3] += ink;
    }
  }
  return parts;
}

const meanOf = (blurs: Float32Array, place: number, plane: number): number =>
  (blurs[plane + place] + blurs[2 * plane + place] + blurs[3 * plane + place] + blurs[4 * plane + place]) / 4;

/** The blur itself, or what stands out of the four directions. */
const rectified = (blur: number, channel: number, mean: number): number =>
  channel === 0 ? blur : 2 * Math.max(blur - CONTRAST * mean, 0);

function differing(output: number, target: number): [number, number] {
  const t = (output - target) ** 2 / (output * output + target * target + NOISE * NOISE);
  return [t * t * (output + target), output + target];
}

/** f = min(1, ln(1 + E)/12). */
const dilated = (sum: number): number => Math.min(Math.log1p(sum) / BETA, 1);

function featuresOf(blurs: Plane): Plane {
  const plane = blurs.values.length / CHANNELS;
  const values = blurs.values.map((blur, i) => rectified(blur, Math.floor(i / plane), meanOf(blurs.values, i % plane, plane)));
  return { ...blurs, values };
}

/** The strokes of a page, with a margin. */
function pageOf(ids: Uint8Array, columns: number): Plane {
  const page = withMargin(ids.length / columns, columns);
  ids.forEach((id, cell) => {
    const [top, left] = [Math.floor(cell / columns) * PIXEL_ROWS + MARGIN, (cell % columns) * PIXEL_COLUMNS + MARGIN];
    for (let i = 0; i < PIXEL_ROWS * PIXEL_COLUMNS; i++) {
      page.values[(top + Math.floor(i / PIXEL_COLUMNS)) * page.width + left + (i % PIXEL_COLUMNS)] = STROKES[id * PIXEL_ROWS * PIXEL_COLUMNS + i];
    }
  });
  return page;
}

/** The same of lines, which have twice the resolution. */
function pageOfLines(lines: Mask, { rows, columns }: Grid): Plane {
  const page = withMargin(rows, columns);
  lines.pixels.forEach((pixel, i) => {
    if (pixel) page.values[((Math.floor(i / lines.width) >> 1) + MARGIN) * page.width + ((i % lines.width) >> 1) + MARGIN] = 1;
  });
  return page;
}

function withMargin(rows: number, columns: number): Plane {
  const [height, width] = [PIXEL_ROWS * rows + 2 * MARGIN, PIXEL_COLUMNS * columns + 2 * MARGIN];
  return { height, width, values: new Float32Array(height * width) };
}

/** E = K * (e^(12 x) - 1). */
const exponentials = (page: Plane): Plane =>
  filtered({ ...page, values: page.values.map((value) => Math.expm1(BETA * value)) }, DILATION, 3, 1);

/** The features before their rectifier, (5 · height, width), at every third pixel. */
const blurred = (sums: Plane): Plane => filtered({ ...sums, values: sums.values.map(dilated) }, FILTERS, 7, 3);

/** Square windows at every `stride`-th pixel, with a border of zeros; the answers of each window below one another. */
function filtered({ height, width, values }: Plane, windows: Float32Array, side: number, stride: number): Plane {
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const count = windows.length / (side * side);
  const found = new Float32Array(count * rows * columns);
  const reach = side >> 1;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let dy = 0; dy < side; dy++) {
        for (let dx = 0; dx < side; dx++) {
          const [fromY, fromX] = [y * stride + dy - reach, x * stride + dx - reach];
          if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) continue;
          const value = values[fromY * width + fromX];
          if (value === 0) continue;
          for (let k = 0; k < count; k++) found[(k * rows + y) * columns + x] += windows[(k * side + dy) * side + dx] * value;
        }
      }
    }
  }
  return { height: count * rows, width: columns, values: found };
}
