// What the page asks the worker, and what it is answered.

import type { Drawn } from "./draw/draw";
import type { Kind } from "./draw/lines";
import type { Picture } from "./draw/picture";
import type { Grid } from "./grid";
import type { PagesWanted, Proposal } from "./pages/draw";
import type { Reconstruction } from "./spatial";

export type Question =
  | { readonly task: "reconstruct"; readonly grid: Grid; readonly numbers: number }
  | { readonly task: "interpolate"; readonly start: Grid; readonly end: Grid; readonly numbers: number; readonly position: number }
  | { readonly task: "edges"; readonly grid: Grid }
  | { readonly task: "draw"; readonly picture: Picture; readonly columns: number; readonly detail: number; readonly kind: Kind | "auto" }
  | ({ readonly task: "pages" } & PagesWanted);

/** The lines that a drawing shows. */
export interface Edges {
  readonly path: string; // the `d` of an SVG path, in cell widths
  readonly shapes: number;
  readonly closed: number;
  readonly length: number; // in cell widths
}

export interface Answers {
  reconstruct: Reconstruction;
  interpolate: Grid;
  edges: Edges;
  draw: Drawn;
  pages: Proposal[];
}

export type Reply =
  | { readonly number: number; readonly done: number } // a part of the work, in [0, 1]
  | { readonly number: number; readonly answer: Answers[keyof Answers] }
  | { readonly number: number; readonly error: string };

type Task = Question["task"];

const PAUSE = 40; // milliseconds
const MOST_PAUSE = 250;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly advanced: (done: number) => void;
}

/** The worker, as a function that is asked and answers later. */
export class Networks {
  private readonly worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor() {
    this.worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      const { resolve, reject, advanced } = this.waiting.get(data.number)!;
      if ("done" in data) return advanced(data.done);
      this.waiting.delete(data.number);
      if ("error" in data) reject(new Error(data.error));
      else resolve(data.answer as never);
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || "the worker cannot be started"));
      this.waiting.clear();
    });
  }

  /** Args: advanced: called with the part that is done, in [0, 1], of what takes longer. */
  ask<T extends Task>(question: Question & { task: T }, advanced: (done: number) => void = () => {}): Promise<Answers[T]> {
    const number = this.asked++;
    return new Promise<Answers[T]>((resolve, reject) => {
      this.waiting.set(number, { resolve: resolve as (answer: never) => void, reject, advanced });
      this.worker.postMessage({ number, question });
    });
  }
}

/**
 * Runs one job at a time; of those that come in the meantime only the last one is run. It waits for a pause in what is
 * asked, so that the page is painted first, but not for long.
 */
export class Latest {
  private running = false;
  private next: (() => Promise<void>) | null = null;
  private asked = 0;

  async run(job: () => Promise<void>): Promise<void> {
    this.next = job;
    this.asked = performance.now();
    if (this.running) return;
    this.running = true;
    try {
      while (this.next) {
        await this.pause();
        const now: () => Promise<void> = this.next;
        this.next = null;
        await now();
      }
    } finally {
      this.running = false;
    }
  }

  private async pause(): Promise<void> {
    const begin = performance.now();
    let now = begin;
    while (now - this.asked < PAUSE && now - begin < MOST_PAUSE) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE - (now - this.asked)));
      now = performance.now();
    }
  }
}
