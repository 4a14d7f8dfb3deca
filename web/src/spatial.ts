// The model of drawings: asciivae/latent/onnx.py and asciivae/latent/pieces.py in TypeScript.

import { type Network, floats, integers } from "./engine";
import { CHARACTERS, type Grid, blank, crop, inkOf, pasted, trim } from "./grid";

const STRIDE = 8; // the side of a block, in cells
const CHANNELS = 128; // the maximum of latent numbers per block
const PAGE_BLOCKS = 64; // the blocks of a page of 64 × 64 cells, for which a number of latent numbers is stated

/** z of a page, (numbers, rows, columns) of blocks. */
export interface Latent {
  readonly values: Float32Array;
  readonly numbers: number; // per block
  readonly rows: number;
  readonly columns: number;
}

/** A piece on a page whose sides are multiples of 8, in the middle. */
export interface Placed {
  readonly page: Grid;
  readonly row: number;
  readonly column: number;
}

export interface Reconstruction {
  readonly grid: Grid; // of the size of the original
  readonly outside: number; // inked cells on the rest of the page
  readonly latents: number; // latent numbers of the page
  readonly most: boolean; // whether no page of its size has more
}

export const pageSide = (cells: number): number => Math.ceil(cells / STRIDE) * STRIDE;

export function centred(content: Grid, rows = pageSide(content.rows), columns = pageSide(content.columns)): Placed {
  const row = Math.floor((rows - content.rows) / 2);
  const column = Math.floor((columns - content.columns) / 2);
  return { page: pasted(blank(rows, columns), content, row, column), row, column };
}

/**
 * Args: network: the graph `model`; budget: latent numbers of a page of 64 × 64 cells, 64 to 4096.
 */
export class Spatial {
  constructor(private readonly network: Network, readonly budget: number) {}

  numbersPerBlock(rows: number, columns: number): number {
    const least = Math.min(Math.floor(this.budget / PAGE_BLOCKS), CHANNELS);
    return Math.max(least, Math.min(Math.floor(this.budget / (rows * columns)), CHANNELS));
  }

  /** The mean of q(z|x). */
  async encode(page: Grid): Promise<Latent> {
    const [rows, columns] = [page.rows / STRIDE, page.columns / STRIDE];
    const numbers = this.numbersPerBlock(rows, columns);
    const { mean } = await this.network.run(
      {
        ids: integers(page.cells, [1, page.rows, page.columns]),
        z: floats(new Float32Array(CHANNELS), [1, CHANNELS, 1, 1]), // not used, but the graph wants one
        numbers: floats(Float32Array.of(numbers), [1]),
      },
      ["mean"],
    );
    const values = (mean.data as Float32Array).slice(0, numbers * rows * columns);
    return { values, numbers, rows, columns };
  }

  /** Logits (95, H, W). */
  async decode(z: Latent): Promise<Float32Array> {
    const padded = new Float32Array(CHANNELS * z.rows * z.columns);
    padded.set(z.values);
    const { logits } = await this.network.run(
      {
        ids: integers(new Uint8Array(STRIDE * STRIDE), [1, STRIDE, STRIDE]),
        z: floats(padded, [1, CHANNELS, z.rows, z.columns]),
        numbers: floats(Float32Array.of(z.numbers), [1]),
      },
      ["logits"],
    );
    return logits.data as Float32Array;
  }

  /** Each cell's most probable character, after encoding and decoding. */
  async reconstruct(grid: Grid): Promise<Reconstruction> {
    const content = trim(grid);
    if (content.grid.rows === 0) return { grid: blank(grid.rows, grid.columns), outside: 0, latents: 0, most: false };
    const { page, row, column } = centred(content.grid);
    const z = await this.encode(page);
    const decoded = mostProbable(await this.decode(z), page.rows, page.columns);
    const window = crop(decoded, row, column, content.grid.rows, content.grid.columns);
    return {
      grid: pasted(blank(grid.rows, grid.columns), window, content.row, content.column),
      outside: inkOf(decoded) - inkOf(window),
      latents: z.values.length,
      most: z.numbers === CHANNELS,
    };
  }
}

/** The character of the largest of 95 values in each cell; of equal ones, the first. */
export function mostProbable(values: Float32Array, rows: number, columns: number): Grid {
  const size = rows * columns;
  const grid = blank(rows, columns);
  for (let cell = 0; cell < size; cell++) {
    let best = 0;
    for (let id = 1; id < CHARACTERS; id++) if (values[id * size + cell] > values[best * size + cell]) best = id;
    grid.cells[cell] = best;
  }
  return grid;
}


