// What a cell of a page sees before its character is chosen: asciivae/pages/features.py and cursor.py in TypeScript, cell
// after cell, in the order of reading. docs/onnx.md lists the features.

import { CHARACTERS, type Grid, SPACE, partnerOf } from "../grid";
import tables from "./pages.json";

const OUTSIDE = CHARACTERS; // the token of a cell beyond the borders
const UNKNOWN = CHARACTERS + 1; // of what is not given, or not found
const TOKENS = CHARACTERS + 2;
const FARTHEST = 39; // the last bucket of a distance
const FADE = 0.9;
const GOLDEN = 0x9e3779b97f4a7c15n;

type Offset = readonly [number, number]; // rows down, columns to the right
const offsets = (listed: number[][]): Offset[] => listed.map(([down, right]) => [down, right]);
const BEHIND = offsets(tables.behind);
const AHEAD = offsets(tables.ahead);
const MIRROR = offsets(tables.mirror);
const CONTEXTS = tables.contexts.map(offsets);
const HASHED = tables.hashed.map(offsets);

export interface Features {
  readonly causal: number[];
  readonly hints: number[];
  readonly distances: number[];
  readonly hashed: number[];
}

const bucket = (distance: number): number => (distance < 24 ? distance : Math.min(24 + Math.floor((distance - 24) / 8), FARTHEST));
const flip = (token: number): number => (token < CHARACTERS ? partnerOf(token) : token);

/** A page while it is drawn. */
export class PageCursor {
  readonly cells: Uint8Array;
  private readonly rows: number;
  private readonly columns: number;
  private readonly hinted: boolean;
  private readonly seen = CONTEXTS.map(() => new Map<number, [number, number]>()); // what followed, latest first
  private scores: Float64Array; // of the axes of symmetry, by the sum of mirrored columns
  private total = 0; // ink that these could have explained
  private axis = 0;
  private trust = [0, 0];
  private left = -1; // the column of the latest ink in this row

  /** Args: page: its unknown cells do not matter; known: 1 where a character is given. */
  constructor(page: Grid, private readonly known: Uint8Array) {
    [this.rows, this.columns] = [page.rows, page.columns];
    this.cells = page.cells.map((id, cell) => (known[cell] ? id : SPACE));
    this.hinted = known.includes(1);
    this.scores = new Float64Array(2 * this.columns - 1);
  }

  startRow(row: number): void {
    this.left = -1;
    const above = Array.from({ length: this.columns }, (_, column) => this.cell(row - 1, column));
    if (row > 0) {
      this.scores = this.scores.map((score) => FADE * score);
      const inked = [...above.keys()].filter((column) => above[column] !== SPACE);
      const counts = new Float64Array(this.scores.length);
      for (const first of inked) {
        for (let second = 0; second < this.columns; second++) if (above[first] === flip(above[second])) counts[first + second]++;
      }
      counts.forEach((count, sum) => (this.scores[sum] += count));
      this.total = FADE * this.total + inked.length;
    }
    const middle = this.columns - 1;
    const fits = this.scores.map((score, sum) => score + 0.5 / (1 + Math.abs(sum - middle)));
    this.axis = fits.reduce((best, fit, sum) => (fit > fits[best] ? sum : best), 0);
    const share = this.scores[this.axis] / Math.max(this.total, 1);
    this.trust = [Math.min(Math.floor(share * 16), 16), bucket(Math.abs(this.axis - middle))];
  }

  look(row: number, column: number): Features {
    const ups = [-1, 0, 1].map((right) => this.above(row, column + right));
    const [right, rightDistance] = this.rightAbove(row, column);
    const repeats = CONTEXTS.flatMap((context, i) => this.seen[i].get(this.key(row, column, context)) ?? [UNKNOWN, UNKNOWN]);
    const causal = [
      ...BEHIND.map(([dy, dx]) => this.cell(row + dy, column + dx)),
      ...this.mirrored(row, column, this.columns - 1),
      ...this.mirrored(row, column, this.axis),
      ...repeats,
      this.cell(row, this.left),
      ...ups.map(([token]) => token),
      right,
    ];
    const far = this.hinted ? this.far(row, column) : Array.from({ length: 5 }, (): [number, number] => [UNKNOWN, FARTHEST]);
    const borders = [row, this.rows - 1 - row, column, this.columns - 1 - column, column - this.left, rightDistance];
    return {
      causal,
      hints: [...AHEAD.map(([dy, dx]) => this.hint(row + dy, column + dx)), ...far.map(([token]) => token)],
      distances: [...borders.map(bucket), ...ups.map(([, distance]) => bucket(distance)), ...far.map(([, distance]) => distance), ...this.trust],
      hashed: HASHED.map((context) => {
        const mixed = BigInt.asUintN(64, BigInt(this.key(row, column, context)) * GOLDEN) >> 40n;
        return Number(mixed % BigInt(tables.buckets));
      }),
    };
  }

  /** The character of the cell that was looked at. */
  write(row: number, column: number, id: number): void {
    this.cells[row * this.columns + column] = id;
    if (id !== SPACE) this.left = column;
    CONTEXTS.forEach((context, i) => {
      const key = this.key(row, column, context);
      this.seen[i].set(key, [id, this.seen[i].get(key)?.[0] ?? UNKNOWN]);
    });
  }

  private inside(row: number, column: number): boolean {
    return row >= 0 && row < this.rows && column >= 0 && column < this.columns;
  }

  private cell(row: number, column: number): number {
    return this.inside(row, column) ? this.cells[row * this.columns + column] : OUTSIDE;
  }

  private hint(row: number, column: number): number {
    if (!this.inside(row, column)) return OUTSIDE;
    const cell = row * this.columns + column;
    return this.known[cell] ? this.cells[cell] : UNKNOWN;
  }

  private key(row: number, column: number, context: readonly Offset[]): number {
    return context.reduce((key, [dy, dx]) => key * TOKENS + this.cell(row + dy, column + dx), 0);
  }

  /** Around the mirrored cell: drawn cells, else what is given. */
  private mirrored(row: number, column: number, axis: number): number[] {
    return MIRROR.map(([dy, dx]) => {
      const target = axis - column - dx;
      if (target < -1 || target > this.columns) return OUTSIDE;
      if (dy === 0 && target === column) return UNKNOWN;
      const drawn = dy < 0 || (dy === 0 && target < column);
      return flip(drawn ? this.cell(row + dy, target) : this.hint(row + dy, target));
    });
  }

  /** The nearest ink or border above, and how many rows it is away. */
  private above(row: number, column: number): [number, number] {
    let y = row - 1;
    if (column < 0 || column >= this.columns) return [OUTSIDE, row + 1];
    while (this.cell(y, column) === SPACE) y--;
    return [this.cell(y, column), row - y];
  }

  /** The nearest ink or border in the row above, from this column on. */
  private rightAbove(row: number, column: number): [number, number] {
    let x = column;
    while (this.cell(row - 1, x) === SPACE) x++;
    return [this.cell(row - 1, x), x - column];
  }

  /** The first given ink or border below (three columns) and to the right (this row, the next), with its bucket. */
  private far(row: number, column: number): [number, number][] {
    const stops = (token: number) => token !== SPACE && token !== UNKNOWN;
    const below = [-1, 0, 1].map((right): [number, number] => {
      let y = row + 1;
      while (!stops(this.hint(y, column + right))) y++;
      return [this.hint(y, column + right), bucket(y - row)];
    });
    const beside = [0, 1].map((down): [number, number] => {
      let x = column + 1;
      while (!stops(this.hint(row + down, x))) x++;
      return [this.hint(row + down, x), bucket(x - column - 1)];
    });
    return [...below, ...beside];
  }
}
