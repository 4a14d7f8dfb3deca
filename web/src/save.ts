// A drawing as a file: text, PNG, SVG.

import { type Grid, SPACE, characterOf, lines, toText } from "./grid";

const CELL = { width: 12, height: 24 }; // pixels
const FONT = '"DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace';
const FONT_SIZE = 20; // of which a character is 0.6 wide

export const textFile = (grid: Grid): Blob => new Blob([toText(grid)], { type: "text/plain;charset=utf-8" });

/** Black on white, with a margin of one cell. */
export async function pngFile(grid: Grid): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = (grid.columns + 2) * CELL.width;
  canvas.height = (grid.rows + 1) * CELL.height;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "black";
  context.font = `${FONT_SIZE}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  grid.cells.forEach((id, i) => {
    if (id === SPACE) return;
    const [row, column] = [Math.floor(i / grid.columns), i % grid.columns];
    context.fillText(characterOf(id), (column + 1.5) * CELL.width, (row + 1) * CELL.height);
  });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture cannot be made"))), "image/png");
  });
}

/** Text that is laid on the grid whatever the font, and lines over it if there are any. */
export function svgFile(grid: Grid, contours = ""): Blob {
  const [width, height] = [grid.columns * CELL.width, grid.rows * CELL.height];
  const rows = lines(grid).map((line, row) => {
    const text = line.trimEnd();
    if (text === "") return "";
    const place = `x="0" y="${(row + 0.72) * CELL.height}" textLength="${text.length * CELL.width}"`;
    return `<text ${place} lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escaped(text)}</text>\n`;
  });
  const drawn = contours && `<g transform="scale(${CELL.width})" fill="none" stroke="#c2410c" stroke-width="0.25" ` +
    `stroke-linecap="round" stroke-linejoin="round"><path d="${contours}"/></g>\n`;
  return new Blob(
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n`,
      `<rect width="${width}" height="${height}" fill="white"/>\n`,
      `<g font-family='${FONT}' font-size="${FONT_SIZE}" fill="black">\n${rows.join("")}</g>\n${drawn}</svg>\n`,
    ],
    { type: "image/svg+xml" },
  );
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // some browsers begin to read it only later
}
