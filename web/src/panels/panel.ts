// A tab beside the drawing.

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
  use(grid: Grid): void;
}
