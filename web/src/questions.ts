// What the page asks the worker, and what it is answered.

import type { Grid } from "./grid";
import type { Reconstruction } from "./spatial";

export type Question =
  | { readonly task: "load" }
  | { readonly task: "reconstruct"; readonly grid: Grid; readonly numbers: number }
  | { readonly task: "interpolate"; readonly start: Grid; readonly end: Grid; readonly numbers: number; readonly position: number };

export interface Answers {
  load: null;
  reconstruct: Reconstruction;
  interpolate: Grid;
}

export type Reply =
  | { readonly number: number; readonly answer: Answers[keyof Answers] }
  | { readonly number: number; readonly error: string };

type Task = Question["task"];

/** The worker, as a function that is asked and answers later. */
export class Networks {
  private readonly worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  private readonly waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  private asked = 0;

  constructor() {
    this.worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      const { resolve, reject } = this.waiting.get(data.number)!;
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

  ask<T extends Task>(question: Question & { task: T }): Promise<Answers[T]> {
    const number = this.asked++;
    return new Promise<Answers[T]>((resolve, reject) => {
      this.waiting.set(number, { resolve: resolve as (answer: never) => void, reject });
      this.worker.postMessage({ number, question });
    });
  }
}

/** Runs one job at a time; of those that come in the meantime only the last one is run. */
export class Latest {
  private running = false;
  private next: (() => Promise<void>) | null = null;

  async run(job: () => Promise<void>): Promise<void> {
    this.next = job;
    if (this.running) return;
    this.running = true;
    try {
      while (this.next) {
        const now: () => Promise<void> = this.next;
        this.next = null;
        await now();
      }
    } finally {
      this.running = false;
    }
  }
}
