// The reconstruction beside the drawing, as it is typed.

import { showPage } from "../board";
import { type Grid, SPACE, blank, inkOf } from "../grid";
import { byId, fitted, onClick, say } from "../page";
import { Latest } from "../questions";
import type { Reconstruction } from "../spatial";
import type { Host, Panel } from "./panel";

export class ReconstructPanel implements Panel {
  private readonly frame = byId("reconstruction");
  private readonly status = byId("reconstruction-status");
  private readonly slider = byId<HTMLInputElement>("numbers");
  private readonly marked = byId<HTMLInputElement>("marked");
  private readonly fit = fitted(this.frame);
  private readonly latest = new Latest();
  private shown: { original: Grid; made: Reconstruction } | null = null;

  constructor(private readonly host: Host) {
    this.slider.addEventListener("input", () => this.update());
    this.marked.addEventListener("change", () => this.show());
    onClick("use-reconstruction", () => this.shown && host.use(this.shown.made.grid));
    showPage(this.frame, blank(1, 1));
    this.label();
  }

  /** 64 to 4096 in half powers of two. */
  get numbers(): number {
    return Math.round(64 * 2 ** (this.slider.valueAsNumber / 2));
  }

  update(): void {
    this.label();
    const original = this.host.drawing();
    const numbers = this.numbers;
    void this.latest.run(async () => {
      try {
        const made = await this.host.networks.ask<"reconstruct">({ task: "reconstruct", grid: original, numbers });
        this.shown = { original, made };
        this.show();
      } catch (error) {
        this.status.textContent = `The model does not run here: ${(error as Error).message}.`;
      }
    });
  }

  private label(): void {
    say(byId("numbers-shown"), String(this.numbers));
    this.slider.setAttribute("aria-valuetext", `${this.numbers} latent numbers`);
  }

  private show(): void {
    if (!this.shown) return;
    const { original, made } = this.shown;
    const differs = (cell: number) => original.cells[cell] !== made.grid.cells[cell];
    showPage(this.frame, made.grid, this.marked.checked ? differs : undefined);
    this.fit();
    const ink = inkOf(original);
    const kept = original.cells.reduce((sum, id, cell) => sum + (id !== SPACE && !differs(cell) ? 1 : 0), 0);
    const different = original.cells.reduce((sum, _, cell) => sum + (differs(cell) ? 1 : 0), 0);
    say(this.status, ink === 0
      ? "Nothing is drawn yet."
      : `${kept} of ${ink} characters come back from ${made.latents} numbers${made.most ? ", the most at this size" : ""}; ${different} ${different === 1 ? "cell differs" : "cells differ"}.`);
    this.frame.dataset.state = "done";
  }
}
