// A drawing in the fragment of a link: #1.DATA, where DATA is base64url of the deflated bytes rows, columns, text.
// A fragment is never sent to a server. What a link holds comes from a stranger, so its size and content are checked.

import { type Grid, LONGEST, fromLines, isPrintable, lines, pasted, blank } from "./grid";

const VERSION = "#1.";
const LONGEST_LINK = 8192; // characters
const MOST_BYTES = 2 + LONGEST * (LONGEST + 1);

export async function toFragment(grid: Grid): Promise<string> {
  const text = new TextEncoder().encode(lines(grid).map((line) => line.trimEnd()).join("\n"));
  const packed = await throughStream(Uint8Array.of(grid.rows, grid.columns, ...text), new CompressionStream("deflate-raw"), Infinity);
  const base64 = btoa(String.fromCharCode(...packed!));
  return VERSION + base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The drawing of a fragment, or null if it holds none. */
export async function fromFragment(fragment: string): Promise<Grid | null> {
  const data = fragment.slice(VERSION.length);
  if (!fragment.startsWith(VERSION) || data.length > LONGEST_LINK || !/^[A-Za-z0-9_-]+$/.test(data)) return null;
  let bytes: Uint8Array | null;
  try {
    const packed = Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    bytes = await throughStream(packed, new DecompressionStream("deflate-raw"), MOST_BYTES);
  } catch {
    return null; // neither base64 nor deflated
  }
  if (bytes === null || bytes.length < 2) return null;
  const [rows, columns] = bytes;
  const found = String.fromCharCode(...bytes.subarray(2)).split("\n");
  const fits = rows >= 1 && rows <= LONGEST && columns >= 1 && columns <= LONGEST && found.length === rows;
  if (!fits || found.some((line) => line.length > columns || ![...line].every(isPrintable))) return null;
  return pasted(blank(rows, columns), fromLines(found), 0, 0);
}

/** What comes out of a stream, or null as soon as it is more than `most` bytes. */
async function throughStream(bytes: Uint8Array, stream: GenericTransformStream, most: number): Promise<Uint8Array | null> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream).getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const found: number[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Uint8Array.from(found);
    if (found.length + value.length > most) {
      await reader.cancel();
      return null;
    }
    for (const byte of value) found.push(byte); // spreading a large chunk would overflow the stack
  }
}

const KEPT = "drawing";

/** Keeps the drawing in this tab, for when the page is loaded again; no other page or tab can read it. */
export function keep(grid: Grid): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([grid.rows, grid.columns, lines(grid)]));
  } catch {
    // the browser keeps nothing for pages
  }
}

/** The drawing that was kept, if the page was loaded again; else null. */
export function kept(): Grid | null {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (entry?.type !== "reload") return null;
  try {
    const [rows, columns, found] = JSON.parse(sessionStorage.getItem(KEPT)!) as [number, number, string[]];
    return pasted(blank(rows, columns), fromLines(found), 0, 0);
  } catch {
    return null; // there is none
  }
}
