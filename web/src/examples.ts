// Drawings to begin with.

import { type Grid, blank, pasted } from "./grid";
import { read } from "./text";
import tables from "./tables.json";

export interface Example {
  readonly name: string;
  readonly grid: Grid;
}

export const examples: readonly Example[] = Object.entries(tables.examples).map(([name, text]) => ({
  name,
  grid: read(text)!.grid,
}));

/** An example with some room around it. */
export function newDrawing({ grid }: Example): Grid {
  return pasted(blank(grid.rows + 2, grid.columns + 6), grid, 1, 3);
}

/** Lists the examples in a select, which goes back to its first entry when one is chosen. */
export function fillSelect(select: HTMLSelectElement, chosen: (example: Example) => void): void {
  if (select.options.length === 0) select.add(new Option("an example…", ""));
  for (const { name } of examples) select.add(new Option(name, name));
  select.addEventListener("change", () => {
    const example = examples.find(({ name }) => name === select.value);
    if (example) chosen(example);
    select.selectedIndex = 0;
  });
}
