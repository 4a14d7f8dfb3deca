// Pages drawn cell by cell around what is given: asciivae/pages/draw.py and onnx.py in TypeScript. All pages grow together.

import type * as ort from "onnxruntime-web/wasm";
import { type Network, floats, ints } from "../engine";
import { CHARACTERS, type Grid, SPACE } from "../grid";
import { type Features, PageCursor } from "./features";
import tables from "./pages.json";

const { heads: HEADS, head: HEAD, attending: ATTENDING } = tables;
const FIRST_ROOM = 64; // keys that there is room for at first

/** One way to draw a page. */
export interface Proposal {
  readonly grid: Grid;
  readonly bits: number; // what the new cells cost: the fewer, the likelier
}

export interface PagesWanted {
  readonly page: Grid;
  readonly known: Uint8Array; // 1 where a character is given and stays
  readonly count: number;
  readonly chances: Float64Array; // (count, rows, columns, 2) in [0, 1): whether there is ink, and which
  readonly category: number; // 0 says nothing
  readonly signature: number; // 1 without artists' initials, 0 says nothing
}

/** The proposals, the likeliest first, equal ones once; those that draw nothing come last. Args: tell: what part is done. */
export async function drawPages(network: Network, wanted: PagesWanted, tell: (done: number) => void): Promise<Proposal[]> {
  const { page, known, count, chances } = wanted;
  const cursors = Array.from({ length: count }, () => new PageCursor(page, known));
  const steps = new Steps(network, wanted);
  const bits = new Float64Array(count);
  const unknown = known.reduce((sum, one) => sum + (one ? 0 : 1), 0);
  let done = 0;
  for (let row = 0; row < page.rows; row++) {
    for (const cursor of cursors) cursor.startRow(row);
    for (let column = 0; column < page.columns; column++) {
      const cell = row * page.columns + column;
      const position = [row, column, page.columns - 1 - column];
      const features = cursors.map((cursor) => cursor.look(row, column));
      const look: Look = { features, position, ids: new Array<number>(count).fill(SPACE) };
      if (known[cell]) look.ids = look.ids.fill(page.cells[cell]);
      else {
        const logits = await steps.logits(look);
        look.ids = cursors.map((_, i) => {
          const logp = logSoftmax(logits.subarray(i * CHARACTERS, (i + 1) * CHARACTERS));
          const at = 2 * (i * page.cells.length + cell);
          const id = chosen(logp, chances[at], chances[at + 1]);
          bits[i] -= logp[id] / Math.LN2;
          return id;
        });
        tell(++done / unknown);
      }
      steps.remember(look);
      cursors.forEach((cursor, i) => cursor.write(row, column, look.ids[i]));
    }
  }
  const proposals = new Map<string, Proposal>();
  cursors.forEach(({ cells }, i) => proposals.set(cells.join(), { grid: { ...page, cells }, bits: bits[i] }));
  const blank = ({ grid }: Proposal) => Number(grid.cells.every((id, cell) => known[cell] || id === SPACE));
  return [...proposals.values()].sort((a, b) => blank(a) - blank(b) || a.bits - b.bits);
}

function logSoftmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((best, value) => Math.max(best, value), -Infinity);
  const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0);
  return Float64Array.from(logits, (value) => value - most - Math.log(sum));
}

/** A character, drawn: first whether there is ink, then which. */
function chosen(logp: Float64Array, ink: number, which: number): number {
  if (ink < Math.exp(logp[SPACE])) return SPACE;
  const most = logp.reduce((best, value, id) => (id === SPACE ? best : Math.max(best, value)), -Infinity);
  const sums = new Float64Array(CHARACTERS);
  for (let id = 1; id < CHARACTERS; id++) sums[id] = sums[id - 1] + Math.exp(logp[id] - most);
  const id = sums.findIndex((sum) => sum > which * sums[CHARACTERS - 1]);
  return id < 0 ? CHARACTERS - 1 : id;
}

/** A cell of all pages: what is seen there, and its characters, blank until they are known. */
interface Look {
  readonly features: Features[];
  readonly position: number[];
  ids: number[];
}

/** The network, call after call: ink is remembered one call after it was chosen, in which it is read with its character. */
class Steps {
  private readonly count: number;
  private readonly filled: Int32Array;
  private room = FIRST_ROOM;
  private keys: Float32Array[]; // (count, heads, head, room) of each attending block
  private values: Float32Array[]; // (count, heads, room, head)
  private waiting: Look[] = [];
  private readonly said: Int32Array;

  constructor(private readonly network: Network, { count, category, signature }: PagesWanted) {
    this.count = count;
    this.filled = new Int32Array(count);
    [this.keys, this.values] = [0, 1].map(() => Array.from({ length: ATTENDING }, () => new Float32Array(count * HEADS * HEAD * this.room)));
    this.said = Int32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? signature : category));
  }

  /** What each page would have in a cell, (count, 95). */
  async logits(look: Look): Promise<Float32Array> {
    const looks = [...this.waiting, look];
    const length = looks.length;
    const laid = (name: keyof Features): ort.Tensor => {
      const size = look.features[0][name].length;
      const cells = new Int32Array(this.count * length * size);
      looks.forEach(({ features }, l) => features.forEach((one, page) => cells.set(one[name], (page * length + l) * size)));
      return ints(cells, [this.count, length, size]);
    };
    const ids = Int32Array.from({ length: this.count * length }, (_, i) => looks[i % length].ids[Math.floor(i / length)]);
    const positions = new Float32Array(this.count * length * 3);
    for (let i = 0; i < this.count * length; i++) positions.set(looks[i % length].position, 3 * i);
    const inputs: Record<string, ort.Tensor> = {
      causal: laid("causal"), hints: laid("hints"), distances: laid("distances"), hashed: laid("hashed"),
      said: ints(this.said, [this.count, 2]),
      character: ints(ids, [this.count, length]),
      position: floats(positions, [this.count, length, 3]),
      filled: ints(this.filled, [this.count]),
    };
    const outputs = ["logits"];
    for (let block = 0; block < ATTENDING; block++) {
      inputs[`keys_${block}`] = floats(this.keys[block], [this.count, HEADS, HEAD, this.room]);
      inputs[`values_${block}`] = floats(this.values[block], [this.count, HEADS, this.room, HEAD]);
      outputs.push(`new_keys_${block}`, `new_values_${block}`);
    }
    const found = await this.network.run(inputs, outputs);
    this.waiting.forEach((one, l) => this.add(one, l, length, found));
    this.waiting = [];
    const logits = found.logits.data as Float32Array; // (count, length, 95)
    const last = new Float32Array(this.count * CHARACTERS);
    for (let page = 0; page < this.count; page++) {
      const begin = ((page + 1) * length - 1) * CHARACTERS;
      last.set(logits.subarray(begin, begin + CHARACTERS), page * CHARACTERS);
    }
    return last;
  }

  /** A cell has its characters; blanks are not remembered. */
  remember(look: Look): void {
    if (look.ids.some((id) => id !== SPACE)) this.waiting.push(look);
  }

  private add({ ids }: Look, l: number, length: number, found: Record<string, ort.Tensor>): void {
    if (Math.max(...this.filled) === this.room) this.grow();
    ids.forEach((id, page) => {
      if (id === SPACE) return;
      const place = this.filled[page]++;
      for (let block = 0; block < ATTENDING; block++) {
        const keys = found[`new_keys_${block}`].data as Float32Array; // (count, heads, length, head)
        const values = found[`new_values_${block}`].data as Float32Array;
        for (let head = 0; head < HEADS; head++) {
          const own = (page * HEADS + head) * HEAD;
          const from = ((page * HEADS + head) * length + l) * HEAD;
          for (let i = 0; i < HEAD; i++) this.keys[block][(own + i) * this.room + place] = keys[from + i];
          this.values[block].set(values.subarray(from, from + HEAD), own * this.room + place * HEAD);
        }
      }
    });
  }

  /** Doubles the room. */
  private grow(): void {
    const [old, room] = [this.room, 2 * this.room];
    const wider = (from: Float32Array, unit: number) => {
      const to = new Float32Array(2 * from.length);
      for (let i = 0; i * old * unit < from.length; i++) to.set(from.subarray(i * old * unit, (i + 1) * old * unit), i * room * unit);
      return to;
    };
    this.keys = this.keys.map((keys) => wider(keys, 1));
    this.values = this.values.map((values) => wider(values, HEAD));
    this.room = room;
  }
}
