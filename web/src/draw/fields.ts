// Pictures of numbers: smoothing, flattening, other sizes; asciivae/drawing/raster.py in TypeScript. Beyond its border, a
// picture goes on as its outermost pixels.

export interface Field {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array; // row by row
}

export const field = (height: number, width: number): Field => ({ height, width, values: new Float32Array(height * width) });

/** Each pixel of some fields of one size. */
export function mapped(of: (...values: number[]) => number, ...fields: Field[]): Field {
  const [{ height, width }] = fields;
  const found = field(height, width);
  for (let i = 0; i < found.values.length; i++) found.values[i] = of(...fields.map(({ values }) => values[i]));
  return found;
}

const clipped = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/** Under a Gaussian; of order 1, its first derivative (down, right). */
export function smoothed(from: Field, sigma: number, order: readonly [number, number] = [0, 0], truncate = 3): Field {
  return alongRows(transposed(alongRows(transposed(from), taps(sigma, order[0], truncate))), taps(sigma, order[1], truncate));
}

function taps(sigma: number, order: number, truncate: number): Float64Array {
  const reach = Math.floor(truncate * sigma + 0.5);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight, i) => (weight / sum) * (order === 0 ? 1 : (i - reach) / sigma ** 2));
}

function alongRows({ height, width, values }: Field, weights: Float64Array): Field {
  const found = field(height, width);
  const reach = weights.length >> 1;
  for (let y = 0; y < height; y++) {
    const begin = y * width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      if (x >= reach && x + reach < width) for (let i = 0; i < weights.length; i++) sum += weights[i] * values[begin + x + i - reach];
      else for (let i = 0; i < weights.length; i++) sum += weights[i] * values[begin + clipped(x + i - reach, width - 1)];
      found.values[begin + x] = sum;
    }
  }
  return found;
}

export function transposed({ height, width, values }: Field): Field {
  const found = field(width, height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) found.values[x * height + y] = values[y * width + x];
  return found;
}

/** With little total variation (Rudin, Osher & Fatemi 1992), by Chambolle's projection (2004). */
export function flattened(from: Field, weight: number, rounds: number, tolerance = 2e-4): Field {
  const { height, width, values } = from;
  const size = values.length;
  const [downward, rightward, moved, out] = Array.from({ length: 4 }, () => new Float32Array(size));
  out.set(values);
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0) {
      for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          moved[i] = -(downward[i] + rightward[i]) + (y > 0 ? downward[i - width] : 0) + (x > 0 ? rightward[i - 1] : 0);
          out[i] = values[i] + moved[i];
        }
      }
    }
    let [change, variation] = [0, 0];
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const down = y + 1 < height ? out[i + width] - out[i] : 0;
        const right = x + 1 < width ? out[i + 1] - out[i] : 0;
        const norm = Math.sqrt(down * down + right * right);
        change += moved[i] * moved[i];
        variation += norm;
        const scale = 1 + (0.25 / weight) * norm;
        downward[i] = (downward[i] - 0.25 * down) / scale;
        rightward[i] = (rightward[i] - 0.25 * right) / scale;
      }
    }
    costs.push((change + weight * variation) / size);
    if (round > 0 && Math.abs(costs[round - 1] - costs[round]) < tolerance * costs[0]) break;
  }
  return { height, width, values: out };
}

/** The value between pixels, interpolated bilinearly. */
export function between({ height, width, values }: Field, y: number, x: number): number {
  const [atY, atX] = [clipped(y, height - 1), clipped(x, width - 1)];
  const [top, left] = [Math.floor(atY), Math.floor(atX)];
  const [below, beside] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const [down, right] = [atY - top, atX - left];
  const upper = values[top * width + left] * (1 - right) + values[top * width + beside] * right;
  const lower = values[below * width + left] * (1 - right) + values[below * width + beside] * right;
  return upper * (1 - down) + lower * down;
}

/** At another size, interpolated linearly between the centres of pixels. */
export function stretched(from: Field, height: number, width: number): Field {
  const found = field(height, width);
  const place = (i: number, length: number, own: number) => clipped(((i + 0.5) * own) / length - 0.5, own - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      found.values[y * width + x] = between(from, place(y, height, from.height), place(x, width, from.width));
    }
  }
  return found;
}

/** The largest, or the smallest, value in the square of `size` pixels, an odd number, around each. */
export function extreme(from: Field, size: number, most: boolean): Field {
  const choose = most ? Math.max : Math.min;
  const reach = size >> 1;
  const across = ({ height, width, values }: Field): Field => {
    const found = field(height, width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let best = values[y * width + x];
        for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++) best = choose(best, values[y * width + i]);
        found.values[y * width + x] = best;
      }
    }
    return found;
  };
  return transposed(across(transposed(across(from))));
}
