// The page model: it fills the selected box of the drawing, or draws new pages of its size; one of several is taken.

import { showPage } from "../board";
import type { Box } from "../drawing";
import { SPACE, type Grid } from "../grid";
import { byId, fitted, onClick, say } from "../page";
import type { Proposal } from "../pages/draw";
import pages from "../pages/pages.json";
import { Latest } from "../questions";
import type { Host, Panel } from "./panel";

const COUNT = 3;

export class CompletePanel implements Panel {
  private readonly status = byId("complete-status");
  private readonly list = byId("proposals");
  private readonly category = byId<HTMLSelectElement>("category");
  private readonly plain = byId<HTMLInputElement>("no-initials");
  private readonly latest = new Latest();

  constructor(private readonly host: Host) {
    pages.categories.forEach((name, i) => this.category.add(new Option(name.replaceAll("-", " "), String(i + 1))));
    onClick("fill-box", () => {
      const box = host.box();
      if (box) this.ask(host.drawing(), box);
      else say(this.status, `Select a box in the drawing first: ${matchMedia("(any-pointer: coarse)").matches ? "touch Select, then drag" : "drag"} over it, or hold Shift and press the arrow keys.`);
    });
    onClick("new-pages", () => this.ask(host.drawing(), null));
  }

  update(): void {
    // It works when it is asked to.
  }

  /** Args: box: what is unknown; null for all of the page. */
  private ask(page: Grid, box: Box | null): void {
    const known = page.cells.map((_, cell) => {
      const [y, x] = [Math.floor(cell / page.columns), cell % page.columns];
      return box && (y < box.row || y >= box.row + box.rows || x < box.column || x >= box.column + box.columns) ? 1 : 0;
    });
    const chances = Float64Array.from({ length: 2 * COUNT * page.cells.length }, () => Math.random());
    const wanted = { page, known, count: COUNT, chances, category: Number(this.category.value), signature: this.plain.checked ? 1 : 0 };
    void this.latest.run(async () => {
      say(this.status, "Drawing…");
      try {
        const found = await this.host.networks.ask<"pages">({ task: "pages", ...wanted }, (done) => say(this.status, `Drawing: ${Math.round(100 * done)} %`));
        this.show(found, known);
        this.list.dataset.state = String(Number(this.list.dataset.state ?? 0) + 1);
      } catch (error) {
        say(this.status, `The page model does not run here: ${(error as Error).message}.`);
      }
    });
  }

  private show(proposals: readonly Proposal[], known: Uint8Array): void {
    say(this.status, proposals.length === 1 ? "One proposal." : `${proposals.length} proposals, the likeliest (the fewest bits) first.`);
    this.list.replaceChildren(...proposals.map(({ grid, bits }, i) => {
      const item = byId<HTMLTemplateElement>("proposal").content.cloneNode(true) as DocumentFragment;
      const frame = item.querySelector<HTMLElement>(".page")!;
      showPage(frame, grid, (cell) => !known[cell] && grid.cells[cell] !== SPACE && known.includes(1));
      frame.querySelector("pre")!.setAttribute("aria-label", `Proposal ${i + 1}`);
      say(item.querySelector<HTMLElement>(".status")!, `${Math.round(bits)} bits`);
      const take = item.querySelector("button")!;
      take.setAttribute("aria-label", `Take proposal ${i + 1}`);
      take.addEventListener("click", () => this.host.put(grid));
      return item;
    }));
    for (const frame of this.list.querySelectorAll<HTMLElement>(".page")) fitted(frame);
  }
}
