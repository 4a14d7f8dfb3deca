// From a picture to a page of characters: asciivae/drawing/draw.py in TypeScript.

import type { Network } from "../engine";
import { type Grid, LONGEST, blank } from "../grid";
import { type Kind, findLines, judged, pageCells } from "./lines";
import type { Picture } from "./picture";
import { search } from "./search";
import { TracedPage } from "./tracer";

export interface Drawn {
  readonly grid: Grid;
  readonly kind: Kind;
  readonly lines: boolean; // whether any were found
}

/** Args: columns: of the page; detail: from 0, the main lines only, to 1, nearly all; tick: the network has answered. */
export async function draw(
  network: Network, picture: Picture, columns: number, detail: number, wanted: Kind | "auto", tick: () => void,
): Promise<Drawn> {
  const cells = pageCells(picture, columns, LONGEST);
  const kind = wanted === "auto" ? judged(picture) : wanted;
  const lines = findLines(picture, cells.rows, cells.columns, kind, detail);
  if (!lines.pixels.includes(1)) return { grid: blank(cells.rows, cells.columns), kind, lines: false };
  const page = new TracedPage(network, lines, tick);
  const { grid, belief } = await page.decode();
  const searched = search(grid, lines, belief);
  // Asked again, the tracer says of each cell what it should be beside the characters that the search left there.
  return { grid: search(searched, lines, await page.conditional(searched)), kind, lines: true };
}
