// A tab beside the drawing.

import type { Box } from "../drawing";
import type { Grid } from "../grid";
import type { Networks } from "../questions";

export interface Panel {
  /** It was chosen, or the drawing changed while it is. */
  update(): void;
  /** Another one was chosen. */
  leave?(): void;
}

/** What a panel may do with the rest of the page. */
export interface Host {
  readonly networks: Networks;
  drawing(): Grid;
  /** What is selected in it. */
  box(): Box | null;
  /** Replaces the drawing. */
  use(grid: Grid): void;
  /** Replaces it by one of the same size; what is selected stays so. */
  put(grid: Grid): void;
}
