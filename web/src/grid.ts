// A drawing as a grid of character ids, as in asciivae/text/art.py: id = code point − 32, so a space is 0.

import tables from "./tables.json";

export const SPACE = 0;
export const CHARACTERS = 95;
export const LONGEST = 64; // the longest side of a drawing on this page, in cells
const FIRST = 32;

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly cells: Uint8Array; // row by row
}

export const idOf = (character: string): number => character.charCodeAt(0) - FIRST;
export const characterOf = (id: number): string => String.fromCharCode(id + FIRST);
export const isPrintable = (character: string): boolean => character >= " " && character <= "~";

export function blank(rows: number, columns: number): Grid {
  return { rows, columns, cells: new Uint8Array(rows * columns) };
}

/** Lines of printable ASCII, padded on the right to the longest. */
export function fromLines(lines: readonly string[]): Grid {
  const grid = blank(lines.length, Math.max(0, ...lines.map((line) => line.length)));
  lines.forEach((line, row) => {
    for (let column = 0; column < line.length; column++) grid.cells[row * grid.columns + column] = idOf(line[column]);
  });
  return grid;
}

/** The lines of a grid, each as long as the grid is wide. */
export function lines(grid: Grid): string[] {
  const found: string[] = [];
  for (let row = 0; row < grid.rows; row++) {
    const cells = grid.cells.subarray(row * grid.columns, (row + 1) * grid.columns);
    found.push(String.fromCharCode(...cells.map((id) => id + FIRST)));
  }
  return found;
}

/** As text, without trailing blanks or blank lines at the end, with one final newline. */
export function toText(grid: Grid): string {
  return lines(grid).map((line) => line.trimEnd()).join("\n").trimEnd() + "\n";
}

/** A part of a grid; blank where it is beyond the grid. */
export function crop(grid: Grid, row: number, column: number, rows: number, columns: number): Grid {
  return pasted(blank(rows, columns), grid, -row, -column);
}

/** A copy of `onto` with `piece` at a cell; what falls outside is left out. */
export function pasted(onto: Grid, piece: Grid, row: number, column: number): Grid {
  const cells = onto.cells.slice();
  for (let y = Math.max(0, -row); y < piece.rows && row + y < onto.rows; y++) {
    for (let x = Math.max(0, -column); x < piece.columns && column + x < onto.columns; x++) {
      cells[(row + y) * onto.columns + column + x] = piece.cells[y * piece.columns + x];
    }
  }
  return { ...onto, cells };
}

export interface Trimmed {
  readonly grid: Grid;
  readonly row: number;
  readonly column: number;
}

/** The smallest box that holds all ink, and its place; 0 × 0 of a blank grid. */
export function trim(grid: Grid): Trimmed {
  let [top, left, bottom, right] = [grid.rows, grid.columns, -1, -1];
  grid.cells.forEach((id, i) => {
    if (id === SPACE) return;
    const row = Math.floor(i / grid.columns);
    const column = i % grid.columns;
    top = Math.min(top, row);
    left = Math.min(left, column);
    bottom = Math.max(bottom, row);
    right = Math.max(right, column);
  });
  if (bottom < 0) return { grid: blank(0, 0), row: 0, column: 0 };
  return { grid: crop(grid, top, left, bottom - top + 1, right - left + 1), row: top, column: left };
}

export function equal(one: Grid, other: Grid): boolean {
  return one.rows === other.rows && one.columns === other.columns && one.cells.every((id, i) => id === other.cells[i]);
}

const PARTNERS = Uint8Array.from({ length: CHARACTERS }, (_, id) => id);
for (const [one, other] of tables.mirrored) {
  PARTNERS[idOf(one)] = idOf(other);
  PARTNERS[idOf(other)] = idOf(one);
}

/** The mirror image of a character: `/` becomes `\`. */
export const partnerOf = (id: number): number => PARTNERS[id];

/** Mirrored left to right, with its characters. */
export function flipped(grid: Grid): Grid {
  const cells = grid.cells.map((_, i) => {
    const row = Math.floor(i / grid.columns);
    return PARTNERS[grid.cells[(2 * row + 1) * grid.columns - 1 - i]];
  });
  return { ...grid, cells };
}

/** How many cells are not blank. */
export function inkOf(grid: Grid): number {
  return grid.cells.reduce((sum, id) => sum + (id === SPACE ? 0 : 1), 0);
}
