// The editor's view: a text area whose text is the whole grid, so that any keyboard, screen reader and clipboard works;
// what is typed is not inserted but given to the drawing, which replaces characters.

import type { Box, Caret, Drawing } from "./drawing";
import { boxed } from "./drawing";
import { type Grid, lines, toText } from "./grid";
import { say } from "./page";
import { type Read, printable, read } from "./text";

export interface BoardEvents {
  moved(): void;
  pasted(read: Read | null): void;
}

export class Board {
  private readonly cursor: HTMLElement;
  private readonly selection: HTMLElement;
  private shown = "";
  private corner: Caret | null = null; // the cell where a drag over a box began

  /** Args: frame: holds the text area `.cells`, and `.cursor` and `.selection`, which lie over it. */
  constructor(readonly frame: HTMLElement, private readonly drawing: Drawing, private readonly events: BoardEvents) {
    this.cursor = frame.querySelector<HTMLElement>(".cursor")!;
    this.selection = frame.querySelector<HTMLElement>(".selection")!;
    const area = this.area;
    area.addEventListener("beforeinput", (event) => this.before(event));
    area.addEventListener("input", (event) => this.after(event as InputEvent));
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("copy", (event) => this.copy(event));
    area.addEventListener("cut", (event) => this.copy(event) && this.drawing.erase(false));
    area.addEventListener("paste", (event) => this.paste(event));
    area.addEventListener("drop", (event) => this.paste(event));
    area.addEventListener("pointerdown", (event) => this.startBox(event));
    area.addEventListener("pointermove", (event) => this.corner && this.dragBox(event));
    for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, () => (this.corner = null));
    area.addEventListener("mousedown", (event) => this.boxing && event.preventDefault()); // no caret, no keyboard
    document.addEventListener("selectionchange", () => document.activeElement === area && this.moved());
    area.addEventListener("focus", () => this.moved());
    area.addEventListener("blur", () => this.overlay());
    this.show();
  }

  get area(): HTMLTextAreaElement {
    return this.frame.querySelector<HTMLTextAreaElement>(".cells")!;
  }

  /** Whether a drag selects a box from its first touch, also by a finger, which else scrolls. */
  get boxing(): boolean {
    return this.frame.classList.contains("boxing");
  }

  set boxing(on: boolean) {
    this.frame.classList.toggle("boxing", on);
  }

  /** Scrolls to the drawing where it is out of sight. */
  reveal(): void {
    this.frame.parentElement!.scrollIntoView({ block: "nearest" });
  }

  /** Shows the drawing as it is now. */
  show(): void {
    const grid = this.drawing.grid;
    this.shown = lines(grid).join("\n");
    this.frame.style.setProperty("--rows", String(grid.rows));
    this.frame.style.setProperty("--columns", String(grid.columns));
    const area = this.area;
    if (area.value !== this.shown) area.value = this.shown;
    this.place();
    this.overlay();
  }

  private place(): void {
    const { anchor, caret } = this.drawing;
    const [from, to] = [this.index(anchor), this.index(caret)];
    const area = this.area;
    const [start, end] = from < to ? [from, to] : [to, from];
    if (area.selectionStart !== start || area.selectionEnd !== end) {
      area.setSelectionRange(start, end, from > to ? "backward" : "forward");
    }
  }

  private overlay(): void {
    const { caret, box, grid } = this.drawing;
    const focused = document.activeElement === this.area;
    this.cursor.hidden = !focused || box !== null || caret.column >= grid.columns;
    lay(this.cursor, { ...caret, rows: 1, columns: 1 });
    this.selection.hidden = box === null;
    if (box) lay(this.selection, box);
  }

  private moved(): void {
    const area = this.area;
    const [from, to] = [this.caretAt(area.selectionStart), this.caretAt(area.selectionEnd)];
    const [anchor, caret] = area.selectionDirection === "backward" ? [to, from] : [from, to];
    const now = this.drawing;
    if (same(anchor, now.anchor) && same(caret, now.caret)) return this.overlay();
    now.select(anchor, caret);
    this.overlay();
    this.events.moved();
  }

  private startBox(event: PointerEvent): void {
    if (!this.boxing) return;
    this.area.setPointerCapture(event.pointerId);
    this.corner = this.cellUnder(event);
    this.dragBox(event);
  }

  private dragBox(event: PointerEvent): void {
    const [from, to] = [this.corner!, this.cellUnder(event)];
    const [left, right] = from.column <= to.column ? [from.column, to.column + 1] : [to.column, from.column + 1];
    this.drawing.select({ row: from.row, column: left }, { row: to.row, column: right });
    this.place();
    this.overlay();
    this.events.moved();
  }

  private cellUnder({ clientX, clientY }: PointerEvent): Caret {
    const { rows, columns } = this.drawing.grid;
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const within = (part: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(part * cells)));
    return { row: within((clientY - top) / height, rows), column: within((clientX - left) / width, columns) };
  }

  private before(event: InputEvent): void {
    // A composition cannot be cancelled: what it made is read when it is done, in `after`.
    if (event.isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    this.moved(); // the browser tells of a new selection only later
    if (event.inputType === "insertText" || event.inputType === "insertReplacementText") {
      this.insert(event.data ?? event.dataTransfer?.getData("text/plain") ?? "");
    } else if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") this.drawing.newline();
    else if (event.inputType === "historyUndo") this.drawing.undo();
    else if (event.inputType === "historyRedo") this.drawing.redo();
    else if (event.inputType.startsWith("delete")) this.drawing.erase(!event.inputType.endsWith("Forward"));
  }

  /** An edit that could not be cancelled: what changed between what was shown and what is there now was typed. */
  private after(event: InputEvent): void {
    const now = this.area.value;
    if (event.isComposing || now === this.shown) return;
    let start = 0;
    while (start < now.length && now[start] === this.shown[start]) start++;
    let end = 0;
    const most = Math.min(now.length, this.shown.length) - start;
    while (end < most && now[now.length - 1 - end] === this.shown[this.shown.length - 1 - end]) end++;
    const typed = now.slice(start, now.length - end);
    const caret = this.caretAt(start);
    this.drawing.select(caret, caret);
    if (typed === "") this.drawing.erase(false);
    else this.insert(typed);
    this.show();
  }

  private insert(text: string): void {
    const found = read(text);
    if (/[\r\n]/.test(text) && found) this.drawing.paste(found.grid);
    else this.drawing.type([...text].map((one) => printable(one) ?? "?").join(""));
  }

  private key(event: KeyboardEvent): void {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey;
    const key = event.key.toLowerCase();
    if (command && key === "z") {
      event.preventDefault();
      if (event.shiftKey) this.drawing.redo();
      else this.drawing.undo();
    } else if (command && key === "y") {
      event.preventDefault();
      this.drawing.redo();
    }
  }

  private copy(event: ClipboardEvent): boolean {
    this.moved();
    const box = this.drawing.box;
    event.preventDefault();
    if (!box) return false;
    event.clipboardData?.setData("text/plain", toText(boxed(this.drawing.grid, box)));
    return true;
  }

  /** Lays a text over the drawing at the caret. */
  paste(event: ClipboardEvent | DragEvent): void {
    const data = event instanceof ClipboardEvent ? event.clipboardData : event.dataTransfer;
    const text = data?.getData("text/plain") ?? "";
    if (data?.files.length) return; // a file is for the page
    event.preventDefault();
    this.moved();
    const found = read(text);
    if (found) this.drawing.paste(found.grid);
    this.events.pasted(found);
  }

  private index({ row, column }: Caret): number {
    return row * (this.drawing.grid.columns + 1) + column;
  }

  private caretAt(index: number): Caret {
    const width = this.drawing.grid.columns + 1;
    return { row: Math.min(Math.floor(index / width), this.drawing.grid.rows - 1), column: index % width };
  }
}

const same = (one: Caret, other: Caret): boolean => one.row === other.row && one.column === other.column;

/** Puts an element over the cells of a box; see `.over` in style.css. */
export function lay(element: HTMLElement, box: Box): void {
  for (const side of ["row", "column", "rows", "columns"] as const) {
    element.style.setProperty(`--${side}`, String(box[side]));
  }
}

/** Shows a grid in a `<pre>`, with marks behind the cells where `marked` says so. */
export function showPage(frame: HTMLElement, grid: Grid, marked: (cell: number) => boolean = () => false): void {
  frame.style.setProperty("--rows", String(grid.rows));
  frame.style.setProperty("--columns", String(grid.columns));
  say(frame.querySelector("pre")!, lines(grid).join("\n"));
  const path: string[] = [];
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0, run = 0; column <= grid.columns; column++) {
      if (column < grid.columns && marked(row * grid.columns + column)) run++;
      else if (run > 0) {
        path.push(`M${column - run} ${row}h${run}v1h${-run}z`);
        run = 0;
      }
    }
  }
  const marks = frame.querySelector("svg.marks");
  marks?.setAttribute("viewBox", `0 0 ${grid.columns} ${grid.rows}`);
  marks?.querySelector("path")!.setAttribute("d", path.join(""));
}
