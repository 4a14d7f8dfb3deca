// The way between two drawings in the latent space: asciivae/latent/arc.py in TypeScript.

import { CHARACTERS, type Grid, SPACE, blank, pasted, trim } from "./grid";
import { type Latent, type Spatial, centred, mostProbable, pageSide } from "./spatial";

const PARALLEL = 1e-3;

interface End {
  readonly grid: Grid; // the reconstruction
  readonly row: number; // the drawing's first cell on the common page, or outside of it
  readonly column: number;
  readonly z: Latent;
  readonly correction: Float32Array; // (95, H, W): probabilities of the reconstruction minus those decoded from z
}

export class Arc {
  private constructor(private readonly model: Spatial, private readonly ends: readonly [End, End]) {}

  static async between(model: Spatial, start: Grid, end: Grid): Promise<Arc> {
    const contents = [trim(start).grid, trim(end).grid];
    const rows = pageSide(Math.max(...contents.map((one) => one.rows)));
    const columns = pageSide(Math.max(...contents.map((one) => one.columns)));
    const ends = [await endOf(model, start, rows, columns), await endOf(model, end, rows, columns)] as const;
    return new Arc(model, [ends[0], ends[1]]);
  }

  /** The page at t in [0, 1], in the smallest window that holds both drawings. */
  async page(t: number): Promise<Grid> {
    const [start, end] = this.ends;
    if (t === 0 || t === 1) return this.window(t === 0 ? start : end);
    const z = { ...start.z, values: between(start.z.values, end.z.values, t) };
    const probabilities = softmax(await this.model.decode(z));
    for (let i = 0; i < probabilities.length; i++) {
      probabilities[i] += (1 - t) * start.correction[i] + t * end.correction[i];
    }
    const page = mostProbable(probabilities, 8 * z.rows, 8 * z.columns);
    return this.window({ grid: page, row: 0, column: 0 });
  }

  private window(piece: { grid: Grid; row: number; column: number }): Grid {
    const top = Math.min(...this.ends.map((end) => end.row));
    const left = Math.min(...this.ends.map((end) => end.column));
    const bottom = Math.max(...this.ends.map((end) => end.row + end.grid.rows));
    const right = Math.max(...this.ends.map((end) => end.column + end.grid.columns));
    return pasted(blank(bottom - top, right - left), piece.grid, piece.row - top, piece.column - left);
  }
}

/** Places a drawing on the common page: its own page, shifted by whole blocks, so that it is encoded nearly alike. */
async function endOf(model: Spatial, drawing: Grid, rows: number, columns: number): Promise<End> {
  const content = trim(drawing);
  const alone = centred(content.grid);
  const shift = (side: number, own: number) => Math.floor(Math.floor((side - own) / 2) / 8) * 8;
  const down = shift(rows, alone.page.rows);
  const right = shift(columns, alone.page.columns);
  const page = pasted(blank(rows, columns), content.grid, down + alone.row, right + alone.column);
  const z = await model.encode(page);
  const own = softmax(await model.decode(await model.encode(alone.page)));
  const correction = softmax(await model.decode(z)).map((p) => -p);
  const [size, ownSize] = [rows * columns, alone.page.rows * alone.page.columns];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [ownY, ownX] = [y - down, x - right];
      const inside =
        ownY >= alone.row && ownY < alone.row + content.grid.rows &&
        ownX >= alone.column && ownX < alone.column + content.grid.columns;
      if (!inside) {
        correction[SPACE * size + y * columns + x] += 1;
        continue;
      }
      for (let id = 0; id < CHARACTERS; id++) {
        correction[id * size + y * columns + x] += own[id * ownSize + ownY * alone.page.columns + ownX];
      }
    }
  }
  const { grid } = await model.reconstruct(drawing);
  return { grid, row: down + alone.row - content.row, column: right + alone.column - content.column, z, correction };
}

/** z on the arc: it does not pass closer to zero than its ends, where less is drawn. */
function between(start: Float32Array, end: Float32Array, t: number): Float32Array {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const lengths = Math.sqrt(dot(start, start) * dot(end, end));
  const cosine = lengths > 0 ? dot(start, end) / lengths : 1;
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  const [a, b] = sine < PARALLEL ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return start.map((value, i) => a * value + b * end[i]);
}

/** Probabilities (95, H, W) of logits of the same shape, in place. */
function softmax(values: Float32Array): Float32Array {
  const size = values.length / CHARACTERS;
  for (let cell = 0; cell < size; cell++) {
    let most = -Infinity;
    for (let i = cell; i < values.length; i += size) most = Math.max(most, values[i]);
    let sum = 0;
    for (let i = cell; i < values.length; i += size) sum += values[i] = Math.exp(values[i] - most);
    for (let i = cell; i < values.length; i += size) values[i] /= sum;
  }
  return values;
}
