// A picture, dropped, chosen or taken with the camera, becomes a drawing.

import { showPage } from "../board";
import type { Kind } from "../draw/lines";
import type { Picture } from "../draw/picture";
import { type Grid, blank } from "../grid";
import { byId, fitted, onClick, say } from "../page";
import { Latest } from "../questions";
import type { Host, Panel } from "./panel";

const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];
const MOST_BYTES = 64 * 2 ** 20;
const MOST_PIXELS = 24e6;
const LARGEST = 2400; // the longest side that is kept, in pixels

export class PicturePanel implements Panel {
  private readonly frame = byId("drawn");
  private readonly status = byId("drawn-status");
  private readonly preview = byId<HTMLCanvasElement>("preview");
  private readonly video = byId<HTMLVideoElement>("camera");
  private readonly width = byId<HTMLInputElement>("drawn-width");
  private readonly detail = byId<HTMLInputElement>("drawn-detail");
  private readonly kind = byId<HTMLSelectElement>("drawn-lines");
  private readonly fit = fitted(this.frame);
  private readonly latest = new Latest();
  private picture: Picture | null = null;
  private drawn: Grid | null = null;

  constructor(private readonly host: Host) {
    const input = byId<HTMLInputElement>("picture");
    onClick("choose-picture", () => input.click());
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.open(file);
      input.value = ""; // so that the same one can be chosen again
    });
    for (const control of [this.width, this.detail, this.kind]) control.addEventListener("change", () => this.draw());
    for (const control of [this.width, this.detail]) control.addEventListener("input", () => this.label());
    onClick("start-camera", () => void this.startCamera());
    onClick("take-picture", () => {
      this.take(this.video, this.video.videoWidth, this.video.videoHeight);
      this.stopCamera();
      this.draw();
    });
    onClick("stop-camera", () => this.stopCamera());
    onClick("use-drawn", () => this.drawn && host.use(this.drawn));
    showPage(this.frame, blank(1, 1));
    this.label();
  }

  update(): void {
    // The drawing on the left does not matter here.
  }

  leave(): void {
    this.stopCamera();
  }

  /** Takes a picture's file; what is none is refused with a word. */
  async open(file: File): Promise<void> {
    if (!TYPES.includes(file.type)) return say(this.status, "This is not a picture that can be read: PNG, JPEG, WebP, GIF or BMP.");
    if (file.size > MOST_BYTES) return say(this.status, "The file is over 64 MiB; reduce the picture first.");
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      return say(this.status, "The picture is damaged, or of a kind that this browser cannot read.");
    }
    if (bitmap.width * bitmap.height > MOST_PIXELS) say(this.status, "The picture has over 24 million pixels; reduce it first.");
    else {
      this.take(bitmap, bitmap.width, bitmap.height);
      this.draw();
    }
    bitmap.close();
  }

  /** Keeps the pixels of a picture, on white paper. */
  private take(source: CanvasImageSource, ownWidth: number, ownHeight: number): void {
    const scale = Math.min(1, LARGEST / Math.max(ownWidth, ownHeight));
    const [width, height] = [ownWidth, ownHeight].map((side) => Math.max(1, Math.round(side * scale)));
    this.preview.width = width;
    this.preview.height = height;
    this.preview.hidden = false;
    const context = this.preview.getContext("2d", { willReadFrequently: true })!;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const rgb = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c];
    this.picture = { height, width, rgb };
  }

  private draw(): void {
    const picture = this.picture;
    if (!picture) return;
    const [columns, detail] = [this.width.valueAsNumber, this.detail.valueAsNumber / 100];
    const kind = this.kind.value as Kind | "auto";
    void this.latest.run(async () => {
      say(this.status, "Looking for lines…");
      try {
        const { grid, kind: found, lines } = await this.host.networks.ask<"draw">(
          { task: "draw", picture, columns, detail, kind },
          (done) => say(this.status, `Drawing: ${Math.round(100 * done)} %`),
        );
        this.drawn = grid;
        byId<HTMLButtonElement>("use-drawn").disabled = false;
        showPage(this.frame, grid);
        this.fit();
        const what = found === "edges" ? "the edges of a photo" : "the strokes of a line drawing";
        say(this.status, lines ? `${grid.rows} × ${grid.columns} cells, from ${what}.` : "No line was found; try more detail.");
        this.frame.dataset.state = String(Number(this.frame.dataset.state ?? 0) + 1);
      } catch (error) {
        say(this.status, `The tracer does not run here: ${(error as Error).message}.`);
      }
    });
  }

  private label(): void {
    say(byId("drawn-width-shown"), this.width.value);
    say(byId("drawn-detail-shown"), `${this.detail.value} %`);
  }

  private async startCamera(): Promise<void> {
    try {
      this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await this.video.play();
      byId("camera-box").hidden = false;
    } catch {
      say(this.status, "There is no camera, or this page may not use it.");
    }
  }

  private stopCamera(): void {
    for (const track of (this.video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    byId("camera-box").hidden = true;
  }
}
