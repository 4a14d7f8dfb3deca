// From lines to characters with the tracer: asciivae/drawing/decode.py in TypeScript. The surest cells come first, and the
// others know them.

import { type Network, floats, integers } from "../engine";
import { CHARACTERS, type Grid, SPACE, blank, crop, pasted } from "../grid";
import { type Mask, dilated, disc, padded } from "../raster";
import { CELL } from "./lines";

const MASKED = CHARACTERS;
const ROUNDS = 5;
const CLEAN = 0.3; // how clean the lines are said to be
const MARGIN = 2; // cells of paper around a page
export const ASKED = ROUNDS + 4; // how often the network is asked by `decode` and `conditional`

/** Of each cell, the log-probabilities of the characters. */
export interface Belief {
  readonly rows: number;
  readonly columns: number;
  readonly logp: Float32Array; // (rows, columns, 95)
}

/** The lines of a page as the tracer reads them, with a margin of paper. */
export class TracedPage {
  private readonly lines: Float32Array;
  private readonly asked: Uint8Array; // far from all lines there is nothing to ask
  private readonly rows: number;
  private readonly columns: number;

  /** Args: lines: at 12 × 6 pixels a cell; tick: called whenever the network has answered. */
  constructor(private readonly network: Network, lines: Mask, private readonly tick: () => void) {
    this.rows = lines.height / CELL.height + 2 * MARGIN;
    this.columns = lines.width / CELL.width + 2 * MARGIN;
    const width = this.columns * CELL.width;
    this.lines = new Float32Array(this.rows * CELL.height * width);
    for (let y = 0; y < lines.height; y++) {
      const row = lines.pixels.subarray(y * lines.width, (y + 1) * lines.width);
      this.lines.set(row, (y + MARGIN * CELL.height) * width + MARGIN * CELL.width);
    }
    this.asked = dilated(padded(crossed(lines), MARGIN), disc(1.5, [1, 1])).pixels;
  }

  /** The page, and what was said of each cell when its character was chosen. */
  async decode(): Promise<{ grid: Grid; belief: Belief }> {
    const known = this.unknown();
    const logp = new Float32Array(known.length * CHARACTERS).fill(-Infinity);
    for (let cell = 0; cell < known.length; cell++) logp[cell * CHARACTERS + SPACE] = 0;
    const total = this.asked.reduce((sum, one) => sum + one, 0);
    for (let round = 1; round <= ROUNDS; round++) {
      const open = [...known.keys()].filter((cell) => known[cell] === MASKED);
      const left = round < ROUNDS ? Math.round(total * Math.cos((0.5 * Math.PI * round) / ROUNDS)) : 0;
      if (open.length <= left) continue;
      const said = await this.ask(known);
      const choices = open.map((cell) => {
        const own = said.subarray(cell * CHARACTERS, (cell + 1) * CHARACTERS);
        const id = own.reduce((best, value, i) => (value > own[best] ? i : best), 0);
        return { cell, id, own };
      });
      choices.sort((a, b) => b.own[b.id] - a.own[a.id] || a.cell - b.cell);
      for (const { cell, id, own } of choices.slice(0, open.length - left)) {
        known[cell] = id;
        logp.set(own, cell * CHARACTERS);
      }
    }
    const page: Grid = { rows: this.rows, columns: this.columns, cells: known };
    return { grid: crop(page, MARGIN, MARGIN, this.rows - 2 * MARGIN, this.columns - 2 * MARGIN), belief: this.inside(logp) };
  }

  /** What is said of every cell given all others but its like: cells in four classes, one of them hidden at a time. */
  async conditional(grid: Grid): Promise<Belief> {
    const known = this.unknown();
    const whole = pasted(blank(this.rows, this.columns), grid, MARGIN, MARGIN);
    const isInside = (cell: number) => {
      const [y, x] = [Math.floor(cell / this.columns), cell % this.columns];
      return y >= MARGIN && y < this.rows - MARGIN && x >= MARGIN && x < this.columns - MARGIN;
    };
    whole.cells.forEach((id, cell) => isInside(cell) && (known[cell] = id));
    const found = new Float32Array(known.length * CHARACTERS);
    for (const colour of [0, 1, 2, 3]) {
      const mine = (cell: number) => (Math.floor(cell / this.columns) % 2) * 2 + ((cell % this.columns) % 2) === colour;
      const said = await this.ask(known.map((id, cell) => (mine(cell) && this.asked[cell] ? MASKED : id)));
      for (let cell = 0; cell < known.length; cell++) {
        if (mine(cell)) found.set(said.subarray(cell * CHARACTERS, (cell + 1) * CHARACTERS), cell * CHARACTERS);
      }
    }
    return this.inside(found);
  }

  private unknown(): Uint8Array {
    return this.asked.map((asked) => (asked ? MASKED : SPACE));
  }

  private inside(logp: Float32Array): Belief {
    const [rows, columns] = [this.rows - 2 * MARGIN, this.columns - 2 * MARGIN];
    const found = new Float32Array(rows * columns * CHARACTERS);
    for (let y = 0; y < rows; y++) {
      const begin = ((y + MARGIN) * this.columns + MARGIN) * CHARACTERS;
      found.set(logp.subarray(begin, begin + columns * CHARACTERS), y * columns * CHARACTERS);
    }
    return { rows, columns, logp: found };
  }

  /** Log-probabilities (cells, 95), given the known characters. */
  private async ask(known: Uint8Array): Promise<Float32Array> {
    const inputs = {
      lines: floats(this.lines, [1, 1, this.rows * CELL.height, this.columns * CELL.width]),
      known: integers(known, [1, this.rows, this.columns]),
      clean: floats(Float32Array.of(CLEAN), [1]),
    };
    const logits = (await this.network.run(inputs, ["logits"])).logits.data as Float32Array; // (95, cells)
    const found = new Float32Array(logits.length);
    for (let cell = 0; cell < known.length; cell++) {
      let most = -Infinity;
      for (let id = 0; id < CHARACTERS; id++) most = Math.max(most, logits[id * known.length + cell]);
      let sum = 0;
      for (let id = 0; id < CHARACTERS; id++) sum += Math.exp(logits[id * known.length + cell] - most);
      for (let id = 0; id < CHARACTERS; id++) found[cell * CHARACTERS + id] = logits[id * known.length + cell] - most - Math.log(sum);
    }
    this.tick();
    return found;
  }
}

/** The cells that lines go through. */
export function crossed({ height, width, pixels }: Mask): Mask {
  const columns = width / CELL.width;
  const cells = new Uint8Array((height / CELL.height) * columns);
  pixels.forEach((pixel, i) => {
    if (pixel) cells[Math.floor(i / width / CELL.height) * columns + Math.floor((i % width) / CELL.width)] = 1;
  });
  return { height: height / CELL.height, width: columns, pixels: cells };
}
