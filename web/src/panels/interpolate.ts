// A second drawing, and a slider between both.

import { Board, showPage } from "../board";
import { Drawing } from "../drawing";
import { type Example, examples, fillSelect, newDrawing } from "../examples";
import { type Grid, blank, inkOf } from "../grid";
import { byId, fitted, onClick } from "../page";
import { Latest } from "../questions";
import type { Host, Panel } from "./panel";

export class InterpolatePanel implements Panel {
  private readonly frame = byId("between");
  private readonly slider = byId<HTMLInputElement>("position");
  private readonly status = byId("between-status");
  private readonly fit = fitted(this.frame);
  private readonly latest = new Latest();
  private readonly drawing: Drawing;
  private readonly board: Board;
  private readonly fitOther: () => void;
  private page: Grid | null = null;

  constructor(private readonly host: Host, private readonly numbers: () => number) {
    const frame = byId("other");
    this.fitOther = fitted(frame);
    this.drawing = new Drawing(newDrawing(examples[1]), () => {
      this.board.show();
      this.fitOther();
      this.update();
    });
    this.board = new Board(frame, this.drawing, { moved: () => {}, pasted: () => {} });
    fillSelect(byId<HTMLSelectElement>("other-examples"), (example: Example) => this.drawing.replace(newDrawing(example)));
    this.slider.addEventListener("input", () => this.update());
    onClick("use-between", () => this.page && host.use(this.page));
    showPage(this.frame, blank(1, 1));
  }

  update(): void {
    this.fitOther();
    const position = this.slider.valueAsNumber / 100;
    byId("position-shown").textContent = `${this.slider.value} %`;
    this.slider.setAttribute("aria-valuetext", `${this.slider.value} % of the way to the other drawing`);
    const [start, end] = [this.host.drawing(), this.drawing.grid];
    if (inkOf(start) === 0 || inkOf(end) === 0) {
      this.status.textContent = "Draw something at both ends.";
      return;
    }
    const numbers = this.numbers();
    void this.latest.run(async () => {
      try {
        this.page = await this.host.networks.ask<"interpolate">({ task: "interpolate", start, end, numbers, position });
        showPage(this.frame, this.page);
        this.fit();
        this.status.textContent = "";
        this.frame.dataset.state = String(position);
      } catch (error) {
        this.status.textContent = `The model does not run here: ${(error as Error).message}.`;
      }
    });
  }
}
