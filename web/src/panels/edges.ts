// The lines that the drawing shows, over it and on their own.

import { lay } from "../board";
import { byId, fitted, onClick, say } from "../page";
import { type Edges, Latest } from "../questions";
import { download, svgFile } from "../save";
import type { Host, Panel } from "./panel";

export class EdgesPanel implements Panel {
  private readonly frame = byId("edges");
  private readonly status = byId("edges-status");
  private readonly pictures = [byId("contours"), byId("edges-alone")];
  private readonly fit = fitted(this.frame);
  private readonly latest = new Latest();
  private shown: Edges | null = null;

  constructor(private readonly host: Host) {
    onClick("save-edges", () => download(svgFile(host.drawing(), this.shown?.path), "drawing.svg"));
    lay(this.frame, { row: 0, column: 0, rows: 1, columns: 1 });
  }

  update(): void {
    const grid = this.host.drawing();
    void this.latest.run(async () => {
      try {
        this.shown = await this.host.networks.ask<"edges">({ task: "edges", grid });
      } catch (error) {
        return say(this.status, `The edges cannot be found: ${(error as Error).message}.`);
      }
      const { path, shapes, closed, length } = this.shown;
      lay(this.frame, { row: 0, column: 0, rows: grid.rows, columns: grid.columns });
      this.fit();
      for (const picture of this.pictures) {
        picture.setAttribute("viewBox", `0 0 ${grid.columns} ${2 * grid.rows}`);
        picture.querySelector("path")!.setAttribute("d", path);
      }
      const shaped = shapes === 1 ? "1 shape" : `${shapes} shapes`;
      say(this.status, shapes === 0 ? "Nothing is drawn yet." : `${shaped}, ${closed} closed; ${Math.round(length)} cell widths of lines.`);
      this.frame.dataset.state = "done";
    });
  }

  leave(): void {
    this.pictures[0].querySelector("path")!.setAttribute("d", "");
  }
}
