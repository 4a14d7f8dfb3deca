// A drawing while it is edited: typing replaces characters in place; a selection is always a box. No DOM in here.

import { type Grid, LONGEST, SPACE, blank, crop, idOf, isPrintable, partnerOf, pasted, trim } from "./grid";

/** A place between two cells of a row; column 0 is before the first. */
export interface Caret {
  readonly row: number;
  readonly column: number;
}

export interface Box {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

interface State {
  readonly grid: Grid;
  readonly anchor: Caret;
  readonly caret: Caret;
}

const MOST_STEPS = 300;
const ONE_GO = 800; // milliseconds: what is typed faster is undone together

export class Drawing {
  private state: State;
  private past: State[] = [];
  private future: State[] = [];
  private lastKind = "";
  private lastTime = 0;
  private home = 0; // the column to which Enter goes back
  mirrored = false;

  constructor(grid: Grid, private readonly changed: () => void) {
    this.state = { grid, anchor: { row: 0, column: 0 }, caret: { row: 0, column: 0 } };
  }

  get grid(): Grid {
    return this.state.grid;
  }

  get caret(): Caret {
    return this.state.caret;
  }

  get anchor(): Caret {
    return this.state.anchor;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** The box between both ends of the selection, or null if nothing is selected. */
  get box(): Box | null {
    const { anchor, caret } = this.state;
    const row = Math.min(anchor.row, caret.row);
    const column = Math.min(anchor.column, caret.column);
    const columns = Math.abs(anchor.column - caret.column);
    return columns === 0 ? null : { row, column, rows: Math.abs(anchor.row - caret.row) + 1, columns };
  }

  select(anchor: Caret, caret: Caret): void {
    this.state = { ...this.state, anchor, caret };
    this.home = Math.min(anchor.column, caret.column);
    this.lastKind = "";
  }

  /** Types characters over those at the caret. */
  type(text: string): void {
    const box = this.box;
    let grid = box ? this.cleared(box) : this.grid;
    let { row, column } = box ?? this.caret;
    for (const character of text) {
      if (!isPrintable(character) || column >= grid.columns) continue;
      grid = this.with(grid, row, column, idOf(character));
      column++;
    }
    this.change("type", grid, { row, column });
  }

  /** To the next row, below the first character that was typed; a last row gets another one. */
  newline(): void {
    const row = this.caret.row + 1;
    if (row >= LONGEST) return;
    const grid = row < this.grid.rows ? this.grid : pasted(blank(row + 1, this.grid.columns), this.grid, 0, 0);
    const home = this.home;
    this.change(grid === this.grid ? "move" : "newline", grid, { row, column: home });
    this.home = home;
  }

  /** Blanks the selected box, or the cell before (backspace) or after the caret. */
  erase(before: boolean): void {
    const box = this.box;
    if (box) return this.change("erase", this.cleared(box), box);
    const { row, column } = this.caret;
    const cell = before ? column - 1 : column;
    if (cell < 0 || cell >= this.grid.columns) return;
    this.change("erase", this.with(this.grid, row, cell, SPACE), { row, column: before ? cell : column });
  }

  /** Puts a piece at the caret or the selected box; the drawing grows to hold it, to 64 × 64 at most. */
  paste(piece: Grid): void {
    const { row, column } = this.box ?? this.caret;
    const rows = Math.min(LONGEST, Math.max(this.grid.rows, row + piece.rows));
    const columns = Math.min(LONGEST, Math.max(this.grid.columns, column + piece.columns));
    const whole = pasted(pasted(blank(rows, columns), this.grid, 0, 0), piece, row, column);
    this.change("paste", whole, { row, column });
  }

  /** Replaces it by a drawing that may have the same size: then what is selected stays so. */
  put(grid: Grid): void {
    const { anchor, caret } = this;
    const alike = grid.rows === this.grid.rows && grid.columns === this.grid.columns;
    this.change("put", grid, caret, alike ? anchor : caret);
  }

  replace(grid: Grid): void {
    this.change("replace", grid, { row: 0, column: 0 });
  }

  /** Cuts or pads on the right and below. */
  resize(rows: number, columns: number): void {
    this.change("resize", crop(this.grid, 0, 0, rows, columns), this.caret);
  }

  /** Cuts off blank margins. */
  fit(): void {
    const { grid } = trim(this.grid);
    if (grid.rows > 0) this.replace(grid);
  }

  undo(): void {
    this.travel(this.past, this.future);
  }

  redo(): void {
    this.travel(this.future, this.past);
  }

  private travel(from: State[], to: State[]): void {
    const state = from.pop();
    if (!state) return;
    to.push(this.state);
    this.state = state;
    this.lastKind = "";
    this.changed();
  }

  private change(kind: string, grid: Grid, caret: Caret, anchor = caret): void {
    const now = performance.now();
    const goesOn = kind === this.lastKind && now - this.lastTime < ONE_GO && (kind === "type" || kind === "erase" || kind === "resize");
    if (grid !== this.grid && !goesOn) {
      this.past.push(this.state);
      if (this.past.length > MOST_STEPS) this.past.shift();
    }
    if (grid !== this.grid) this.future = [];
    if (kind !== "type" || !goesOn) this.home = Math.min(caret.column, kind === "type" ? this.caret.column : caret.column);
    this.lastKind = kind;
    this.lastTime = now;
    const within = ({ row, column }: Caret) => ({ row: Math.min(row, grid.rows - 1), column: Math.min(column, grid.columns) });
    this.state = { grid, anchor: within(anchor), caret: within(caret) };
    this.changed();
  }

  private with(grid: Grid, row: number, column: number, id: number): Grid {
    const cells = grid.cells.slice();
    const opposite = grid.columns - 1 - column;
    if (this.mirrored) cells[row * grid.columns + opposite] = partnerOf(id);
    cells[row * grid.columns + column] = id;
    return { ...grid, cells };
  }

  private cleared(box: Box): Grid {
    let grid = pasted(this.grid, blank(box.rows, box.columns), box.row, box.column);
    if (this.mirrored) {
      grid = pasted(grid, blank(box.rows, box.columns), box.row, grid.columns - box.column - box.columns);
    }
    return grid;
  }
}

/** What a box holds. */
export const boxed = (grid: Grid, box: Box): Grid => crop(grid, box.row, box.column, box.rows, box.columns);

