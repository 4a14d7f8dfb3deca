// Text from elsewhere becomes a drawing; the same rules as asciivae/text/art.py, but nothing is refused: what does not
// fit is cut off, and what is not printable ASCII becomes what it looks like, or a question mark.

import { type Grid, LONGEST, fromLines } from "./grid";
import tables from "./tables.json";

const TAB = 8;
const MOST_CHARACTERS = 1 << 20;
const COLOURS = /\x1b(?:\[[0-9;:]*m|\(B|\[\?(?:7|25|33)[hl])/g;

export interface Read {
  readonly grid: Grid;
  readonly replaced: number; // characters that became a question mark
  readonly cut: boolean; // whether lines or columns were cut off
}

/** A text as a drawing of at most 64 × 64 cells; null if nothing is visible in it. */
export function read(text: string): Read | null {
  let replaced = 0;
  let cut = text.length > MOST_CHARACTERS;
  const plain = text.slice(0, MOST_CHARACTERS).replace(/^\ufeff/, "").replace(COLOURS, "");
  const found = plain.split(/\r\n|\r|\n/).map((line) => {
    const characters = [...expanded(line)].map((character) => {
      const known = printable(character);
      if (known === null) replaced++;
      return known ?? "?";
    });
    return characters.join("").trimEnd();
  });
  while (found.length > 0 && found[found.length - 1] === "") found.pop();
  if (found.length === 0) return null;
  cut ||= found.length > LONGEST || found.some((line) => line.length > LONGEST);
  return { grid: fromLines(found.slice(0, LONGEST).map((line) => line.slice(0, LONGEST))), replaced, cut };
}

/** Tabs become blanks up to the next multiple of 8 columns. */
function expanded(line: string): string {
  let column = 0;
  return [...line].map((character) => {
    const width = character === "\t" ? TAB - (column % TAB) : 1;
    column += width;
    return character === "\t" ? " ".repeat(width) : character;
  }).join("");
}

const LOOK_ALIKES: Record<string, string> = tables.lookAlikes;

/** A printable ASCII character that looks like this one, or null. */
export function printable(character: string): string | null {
  if (character.length === 1 && character >= " " && character <= "~") return character;
  if (Object.hasOwn(LOOK_ALIKES, character)) return LOOK_ALIKES[character];
  const bare = character.normalize("NFKD")[0];
  return bare > " " && bare <= "~" ? bare : null;
}
