// From a mask to lines: asciivae/edges/contours.py and regions.py in TypeScript. Thin parts become their middle, traced and
// simplified; large solid parts become their outline. Points are (x, y) in cell widths; a cell is 1 wide and 2 high.

import { type Grid, blank, pasted } from "./grid";
import { CELL, joined } from "./join";
import { type Mask, components, dilated, disc, eroded, padded, thinned, unpadded } from "./raster";

const UNIT = CELL.width; // pixels per cell width
const LEAST_HOLE = (CELL.height * CELL.width) / 2; // pixels
const SPUR = 0.8; // a shorter side branch with a free end is an artefact of thinning
const TOLERANCE = 0.15; // of the simplification
const CORE = disc(0.8, [UNIT, UNIT]); // where it fits, there is shading …
const CORE_AREA = 6 * UNIT * UNIT; // … if it is as large as this; a crossing of lines is not

type Point = readonly [number, number];

export interface Line {
  readonly points: readonly Point[]; // a dot has one
  readonly closed: boolean;
}

export interface Contours {
  readonly lines: Line[];
  readonly shapes: number; // connected parts
  readonly closed: number; // of which enclose something
}

/** The lines that a drawing shows. */
export function contoursOf(grid: Grid): Contours {
  const around = pasted(blank(grid.rows + 2, grid.columns + 2), grid, 1, 1); // so that what is at the border is whole
  const { mask, closed } = withoutSmallHoles(joined(around));
  const { shaded, thin } = split(mask);
  const lines = [...outlines(shaded), ...skeletonLines(thin)];
  const moved = lines.map((line) => ({ ...line, points: line.points.map(([x, y]): Point => [x - 1, y - 2]) }));
  return { lines: moved, shapes: components(mask).sizes.length - 1, closed };
}

/** The `d` of an SVG path, in cell widths. */
export function pathOf(lines: readonly Line[]): string {
  return lines.map(({ points, closed }) => {
    const all = points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`);
    return points.length === 1 ? `M${all[0]}h0` : `M${all.join("L")}${closed ? "Z" : ""}`;
  }).join("");
}

export function lengthOf({ points, closed }: Line): number {
  const ends = closed ? [...points, points[0]] : points;
  return ends.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - ends[i][0], y - ends[i][1]), 0);
}

function withoutSmallHoles(mask: Mask): { mask: Mask; closed: number } {
  const wide = padded(mask, 1);
  const paper = { ...wide, pixels: wide.pixels.map((pixel) => 1 - pixel) };
  const { labels, sizes } = components(paper, false);
  const outside = labels[0];
  const filled = { ...wide, pixels: wide.pixels.map((pixel, i) => (pixel || (labels[i] !== outside && sizes[labels[i]] < LEAST_HOLE) ? 1 : 0)) };
  const parts = components(filled).labels;
  const seen = new Set<number>([outside]);
  const around = new Set<number>();
  labels.forEach((label, i) => {
    if (label === 0 || filled.pixels[i] || seen.has(label)) return;
    seen.add(label);
    around.add(parts[i - wide.width]); // above the first pixel of a hole is what encloses it
  });
  return { mask: unpadded(filled, 1), closed: around.size };
}

/** Shaded regions, and lines; what the opening leaves in the corners of a region is neither. */
function split(mask: Mask): { shaded: Mask; thin: Mask } {
  const parts = components(dilated(eroded(mask, CORE), CORE));
  const shaded = { ...mask, pixels: Uint8Array.from(parts.labels, (label) => (parts.sizes[label] >= CORE_AREA && label > 0 ? 1 : 0)) };
  const rest = components({ ...mask, pixels: mask.pixels.map((pixel, i) => (pixel && !shaded.pixels[i] ? 1 : 0)) });
  const near = dilated(shaded, disc(1.5, [1, 1]));
  const touching = new Set(rest.labels.filter((_, i) => near.pixels[i]));
  const isLine = (label: number) => label > 0 && (rest.sizes[label] >= UNIT * UNIT || !touching.has(label));
  return { shaded, thin: { ...mask, pixels: Uint8Array.from(rest.labels, (label) => (isLine(label) ? 1 : 0)) } };
}

/** The borders of regions, halfway between the pixels inside and outside. */
function outlines(mask: Mask): Line[] {
  const { pixels, width, height } = padded(mask, 1);
  const next = new Map<string, Point>(); // along a border, the region on one side
  const add = (from: Point, to: Point) => next.set(from.join(), to);
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      const code = pixels[at] | (pixels[at + 1] << 1) | (pixels[at + width] << 2) | (pixels[at + width + 1] << 3);
      const [top, left, bottom, right]: Point[] = [[x + 0.5, y], [x, y + 0.5], [x + 0.5, y + 1], [x + 1, y + 0.5]];
      const steps: Record<number, [Point, Point][]> = {
        1: [[top, left]], 2: [[right, top]], 3: [[right, left]], 4: [[left, bottom]], 5: [[top, bottom]],
        6: [[right, top], [left, bottom]], 7: [[right, bottom]], 8: [[bottom, right]], 9: [[top, left], [bottom, right]],
        10: [[bottom, top]], 11: [[bottom, left]], 12: [[left, right]], 13: [[top, right]], 14: [[left, top]],
      };
      for (const [from, to] of steps[code] ?? []) add(from, to);
    }
  }
  const found: Line[] = [];
  for (const [start] of next) {
    const points: Point[] = [];
    for (let key = start; next.has(key); ) {
      const to = next.get(key)!;
      next.delete(key);
      points.push(to);
      key = to.join();
    }
    if (points.length > 2) found.push(simplified(points.map(([x, y]): Point => [x - 1, y - 1]), true));
  }
  return found;
}

// ── the graph of the pixels of thin lines ───────────────────────────────────────────────────────────────────

type Graph = Map<number, number[]>; // from a pixel to those that it is linked with

/** Diagonal neighbours are linked only if no third pixel links them, so that a corner is no junction. */
function linked(pixels: Set<number>, width: number): Graph {
  const graph: Graph = new Map();
  for (const pixel of pixels) {
    const links = [-width, -1, 1, width].map((step) => pixel + step).filter((other) => pixels.has(other));
    for (const [down, right] of [[-width, -1], [-width, 1], [width, -1], [width, 1]]) {
      if (pixels.has(pixel + down + right) && !pixels.has(pixel + down) && !pixels.has(pixel + right)) links.push(pixel + down + right);
    }
    graph.set(pixel, links);
  }
  return graph;
}

interface Chain {
  readonly pixels: number[];
  readonly ends: readonly [number, number] | null; // nodes; null for a loop without any
}

/** Junctions (touching ones as one) and free ends, and the chains between them. */
function chainsOf(graph: Graph): { nodes: number[][]; chains: Chain[] } {
  const nodes: number[][] = [];
  const nodeOf = new Map<number, number>();
  for (const [pixel, links] of graph) {
    if (nodeOf.has(pixel) || links.length === 0 || links.length === 2) continue;
    const members: number[] = [];
    const pending = [pixel];
    while (pending.length > 0) {
      const member = pending.pop()!;
      if (nodeOf.has(member)) continue;
      nodeOf.set(member, nodes.length);
      members.push(member);
      const around = graph.get(member)!;
      if (around.length > 2) pending.push(...around.filter((other) => graph.get(other)!.length > 2));
    }
    nodes.push(members);
  }
  const chains: Chain[] = [];
  const walked = new Set<number>();
  const walk = (start: number, step: number, stops: (pixel: number) => boolean): number[] => {
    const path = [step];
    for (let before = start; !stops(path[path.length - 1]); ) {
      const here = path[path.length - 1];
      const [one, other] = graph.get(here)!;
      path.push(one === before ? other : one);
      before = here;
    }
    return path;
  };
  for (const [pixel, node] of nodeOf) {
    for (const step of graph.get(pixel)!) {
      const other = nodeOf.get(step);
      if (other !== undefined) {
        if (other !== node && pixel < step) chains.push({ pixels: [], ends: [node, other] });
      } else if (!walked.has(step)) {
        const path = walk(pixel, step, (one) => nodeOf.has(one));
        const last = path.pop()!;
        for (const one of path) walked.add(one);
        chains.push({ pixels: path, ends: [node, nodeOf.get(last)!] });
      }
    }
  }
  for (const [pixel, links] of graph) {
    if (links.length !== 2 || walked.has(pixel) || nodeOf.has(pixel)) continue;
    const path = walk(pixel, links[0], (one) => one === pixel);
    for (const one of path) walked.add(one);
    chains.push({ pixels: path, ends: null });
  }
  return { nodes, chains };
}

/** The shortest spur at each junction: a short chain from a junction to a free end. */
function spurs(graph: Graph, width: number): number[] {
  const { nodes, chains } = chainsOf(graph);
  const at = new Map<number, { length: number; pixels: number[] }>();
  for (const { pixels, ends } of chains) {
    const free = ends?.filter((end) => graph.get(nodes[end][0])!.length === 1) ?? [];
    if (!ends || free.length !== 1) continue;
    const whole = [...pixels, ...nodes[free[0]]];
    const spread = (of: (pixel: number) => number) => Math.max(...whole.map(of)) - Math.min(...whole.map(of)) + 1;
    const length = Math.hypot(spread((one) => Math.floor(one / width)), spread((one) => one % width)) / UNIT;
    const junction = ends[0] === free[0] ? ends[1] : ends[0];
    if (length < SPUR && length < (at.get(junction)?.length ?? Infinity)) at.set(junction, { length, pixels: whole });
  }
  return [...at.values()].flatMap(({ pixels }) => pixels);
}

function skeletonLines(mask: Mask): Line[] {
  const { width } = mask;
  const skeleton = thinned(mask).pixels;
  let graph = linked(new Set([...skeleton.keys()].filter((pixel) => skeleton[pixel])), width);
  for (let gone = spurs(graph, width); gone.length > 0; gone = spurs(graph, width)) {
    const left = new Set(graph.keys());
    for (const pixel of gone) left.delete(pixel);
    graph = linked(left, width);
  }
  const place = (pixel: number): Point => [pixel % width, Math.floor(pixel / width)];
  const { nodes, chains } = chainsOf(graph);
  const middles = nodes.map((pixels): Point => {
    const places = pixels.map(place);
    return [0, 1].map((axis) => places.reduce((sum, one) => sum + one[axis], 0) / places.length) as [number, number];
  });
  const found = chains.map(({ pixels, ends }) => {
    const points = pixels.map(place);
    if (!ends) return simplified(points, true);
    return simplified([middles[ends[0]], ...points, middles[ends[1]]], ends[0] === ends[1] && pixels.length > 2);
  });
  for (const [pixel, links] of graph) if (links.length === 0) found.push(simplified([place(pixel)], false));
  return found;
}

/** Douglas and Peucker (1973), of pixels to points in cell widths. */
function simplified(pixels: readonly Point[], closed: boolean): Line {
  const points = pixels.map(([x, y]): Point => [(x + 0.5) / UNIT, (y + 0.5) / UNIT]);
  if (closed) points.push(points[0]);
  const kept = new Set([0, points.length - 1]);
  const pending: [number, number][] = [[0, points.length - 1]];
  while (pending.length > 0) {
    const [from, to] = pending.pop()!;
    let [farthest, most] = [-1, TOLERANCE];
    for (let i = from + 1; i < to; i++) {
      const distance = distanceTo(points[i], points[from], points[to]);
      if (distance > most) [farthest, most] = [i, distance];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    pending.push([from, farthest], [farthest, to]);
  }
  const left = points.filter((_, i) => kept.has(i));
  return { points: closed ? left.slice(0, -1) : left, closed };
}

function distanceTo([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = (x - x0) * dx + (y - y0) * dy;
  const square = dx * dx + dy * dy;
  if (along > 0 && along < square) return Math.abs((x - x0) * dy - (y - y0) * dx) / Math.sqrt(square);
  return Math.min(Math.hypot(x - x0, y - y0), Math.hypot(x - x1, y - y1));
}
