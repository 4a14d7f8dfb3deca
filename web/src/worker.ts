// The networks, in a worker, so that the page never waits for them. Answers come in the order of the questions.

import { Arc } from "./arc";
import { contoursOf, lengthOf, pathOf } from "./contours";
import { draw } from "./draw/draw";
import { ASKED } from "./draw/tracer";
import { type Network, open } from "./engine";
import { drawPages } from "./pages/draw";
import type { Answers, Question, Reply } from "./questions";
import { equal } from "./grid";
import { Spatial } from "./spatial";

const networks = new Map<string, Promise<Network>>();
let arc: { question: Question & { task: "interpolate" }; arc: Arc } | null = null;

function network(name: string): Promise<Network> {
  const known = networks.get(name);
  if (known) return known;
  const opened = open(name);
  networks.set(name, opened);
  opened.catch(() => networks.delete(name)); // the next question tries again
  return opened;
}

/** Args: tell: called with the part that is done. */
async function answer(question: Question, tell: (done: number) => void): Promise<Answers[keyof Answers]> {
  switch (question.task) {
    case "reconstruct":
      return new Spatial(await network("model"), question.numbers).reconstruct(question.grid);
    case "interpolate": {
      const { start, end, numbers, position } = question;
      const before = arc?.question;
      if (!arc || !before || before.numbers !== numbers || !equal(before.start, start) || !equal(before.end, end)) {
        arc = { question, arc: await Arc.between(new Spatial(await network("model"), numbers), start, end) };
      }
      return arc.arc.page(position);
    }
    case "draw": {
      const { picture, columns, detail, kind } = question;
      let asked = 0;
      return draw(await network("tracer"), picture, columns, detail, kind, () => tell(++asked / ASKED));
    }
    case "pages":
      return drawPages(await network("page"), question, tell);
    case "edges": {
      const { lines, shapes, closed } = contoursOf(question.grid);
      return { path: pathOf(lines), shapes, closed, length: lines.reduce((sum, line) => sum + lengthOf(line), 0) };
    }
  }
}

let turn: Promise<unknown> = Promise.resolve();
self.addEventListener("message", (event: MessageEvent<{ number: number; question: Question }>) => {
  const { number, question } = event.data;
  const tell = (done: number) => self.postMessage({ number, done } satisfies Reply);
  turn = turn.then(async () => {
    let reply: Reply;
    try {
      reply = { number, answer: await answer(question, tell) };
    } catch (error) {
      reply = { number, error: error instanceof Error ? error.message : String(error) };
    }
    self.postMessage(reply);
  });
});
