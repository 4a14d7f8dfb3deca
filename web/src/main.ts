// The page: the drawing on the left, what is made of it on the right.

import { Board } from "./board";
import { Drawing } from "./drawing";
import { examples, fillSelect, newDrawing } from "./examples";
import { LONGEST, blank, flipped, inkOf, toText, type Grid } from "./grid";
import { byId, fitted, onClick, say, tabs } from "./page";
import { CompletePanel } from "./panels/complete";
import { EdgesPanel } from "./panels/edges";
import { InterpolatePanel } from "./panels/interpolate";
import type { Host, Panel } from "./panels/panel";
import { PicturePanel } from "./panels/picture";
import { ReconstructPanel } from "./panels/reconstruct";
import { Networks } from "./questions";
import { download, pngFile, svgFile, textFile } from "./save";
import { fromFragment, keep, kept, toFragment } from "./share";
import { type Read, read } from "./text";

const earlier = kept();
const drawing = new Drawing(earlier ?? newDrawing(examples[0]), changed);
const board = new Board(byId("board"), drawing, { moved: status, pasted });
const fit = fitted(byId("board"));
const MOST_BYTES = 4 * 2 ** 20; // of a text file that are read
const host: Host = {
  networks: new Networks(),
  drawing: () => drawing.grid,
  box: () => drawing.box,
  use: (grid) => {
    drawing.replace(grid);
    board.reveal();
  },
  put: (grid) => {
    drawing.put(grid);
    board.reveal();
  },
};
const reconstruct = new ReconstructPanel(host);
const picture = new PicturePanel(host);
const panels: Record<string, Panel> = {
  reconstruct,
  interpolate: new InterpolatePanel(host, () => reconstruct.numbers),
  edges: new EdgesPanel(host),
  complete: new CompletePanel(host),
  picture,
};
let panel: Panel = reconstruct;

function changed(): void {
  board.show();
  fit();
  status();
  keep(drawing.grid);
  panel.update();
}

function status(): void {
  const { grid, caret, box } = drawing;
  const where = box ? `${box.rows} × ${box.columns} selected`
    : caret.column < grid.columns ? `row ${caret.row + 1}, column ${caret.column + 1}`
      : grid.columns < LONGEST ? `row ${caret.row + 1} is full: set more columns, or press Enter`
        : `row ${caret.row + 1} is full`;
  const ink = inkOf(grid);
  say(byId("status"), `${ink === 0 ? "Empty: type, or paste a drawing" : `${ink} characters`}; ${where}`);
  for (const side of ["rows", "columns"] as const) {
    const input = byId<HTMLInputElement>(side);
    if (input.value !== String(grid[side])) input.value = String(grid[side]);
  }
  byId<HTMLButtonElement>("undo").disabled = !drawing.canUndo;
  byId<HTMLButtonElement>("redo").disabled = !drawing.canRedo;
}

function notice(text: string): void {
  byId("notice").textContent = text;
}

function pasted(found: Read | null): void {
  const replaced = found?.replaced
    ? found.replaced === 1 ? "1 character that is not ASCII became a question mark. "
      : `${found.replaced} characters that are not ASCII became question marks. `
    : "";
  const cut = found?.cut ? `What is beyond ${LONGEST} × ${LONGEST} cells was cut off.` : "";
  notice(found ? replaced + cut : "There is no text to paste.");
}

/** A text becomes the drawing; anything else should be a picture. */
async function openFile(file: File): Promise<void> {
  if (!file.type.startsWith("text/") && !/\.(txt|asc|nfo)$/i.test(file.name)) {
    byId("tab-picture").click();
    return picture.open(file);
  }
  const found = read(await file.slice(0, MOST_BYTES).text());
  if (!found) return notice("There is no text in this file.");
  host.use(found.grid);
  pasted(found);
}

onClick("undo", () => drawing.undo());
onClick("redo", () => drawing.redo());
onClick("flip", () => drawing.replace(flipped(drawing.grid)));
onClick("fit", () => drawing.fit());
onClick("boxing", () => {
  board.boxing = !board.boxing;
  byId("boxing").setAttribute("aria-pressed", String(board.boxing));
});
onClick("clear", () => {
  drawing.replace(blank(drawing.grid.rows, drawing.grid.columns));
  board.area.focus(); // to type at once
});
onClick("mirrored", () => {
  drawing.mirrored = !drawing.mirrored;
  byId("mirrored").setAttribute("aria-pressed", String(drawing.mirrored));
});
for (const id of ["rows", "columns"]) {
  byId(id).addEventListener("change", () => {
    const [rows, columns] = ["rows", "columns"].map((one) => byId<HTMLInputElement>(one).valueAsNumber);
    const side = (wanted: number, now: number) => (wanted >= 1 ? Math.min(LONGEST, Math.floor(wanted)) : now);
    drawing.resize(side(rows, drawing.grid.rows), side(columns, drawing.grid.columns));
  });
}
fillSelect(byId<HTMLSelectElement>("examples"), (example) => drawing.replace(newDrawing(example)));

onClick("copy", () => void copied(toText(drawing.grid), "Copied."));
onClick("link", async () => {
  const fragment = await toFragment(drawing.grid);
  history.replaceState(null, "", fragment);
  await copied(location.href, "The link is copied. It holds the drawing; no server sees it.");
});
const file = byId<HTMLInputElement>("file");
onClick("open", () => file.click());
file.addEventListener("change", () => {
  const [chosen] = file.files ?? [];
  if (chosen) void openFile(chosen);
  file.value = ""; // so that the same one can be chosen again
});
onClick("save-txt", () => download(textFile(drawing.grid), "drawing.txt"));
onClick("save-png", async () => download(await pngFile(drawing.grid), "drawing.png"));
onClick("save-svg", () => download(svgFile(drawing.grid), "drawing.svg"));

async function copied(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notice(done);
  } catch {
    notice("The browser does not let this page copy; save the drawing as .txt instead.");
  }
}

async function open(fragment: string): Promise<void> {
  if (fragment === "") return;
  const found: Grid | null = await fromFragment(fragment);
  if (found) drawing.replace(found);
  else notice("This link does not hold a drawing; it may be cut off.");
}

// A text may be pasted while nothing that takes text has the focus, and a file pasted or dropped anywhere.
addEventListener("paste", (event) => {
  const [file] = event.clipboardData?.files ?? [];
  if (file) {
    event.preventDefault();
    void openFile(file);
  } else if (!(event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)) board.paste(event);
});
addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
addEventListener("drop", (event) => {
  const [file] = event.dataTransfer?.files ?? [];
  if (!file) return;
  event.preventDefault();
  void openFile(file);
});

tabs(document.querySelector<HTMLElement>(".tabs")!, (name) => {
  panel.leave?.();
  panel = panels[name];
  panel.update();
});
addEventListener("hashchange", () => void open(location.hash));
changed();
if (!earlier) void open(location.hash);
