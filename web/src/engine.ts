// ONNX Runtime, compiled to WebAssembly: one thread, in the worker.

import * as ort from "onnxruntime-web/wasm";
import { widened } from "./weights";

export type Values = Record<string, ort.Tensor>;

export interface Network {
  /** Computes the outputs of these names. */
  run(inputs: Values, outputs: readonly string[]): Promise<Values>;
}

let runtime: Promise<void> | null = null;

/** The graph models/NAME.onnx with the weights models/NAME.safetensors. */
export async function open(name: string): Promise<Network> {
  runtime ??= start();
  const [graph, weights] = await Promise.all([fetched(`models/${name}.onnx`), fetched(`models/${name}.safetensors`), runtime]);
  const session = await ort.InferenceSession.create(new Uint8Array(graph), {
    executionProviders: ["wasm"],
    externalData: [{ path: "weights", data: widened(weights) }],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  return { run: (inputs, outputs) => session.run(inputs, outputs) };
}

export const floats = (values: Float32Array, shape: readonly number[]): ort.Tensor =>
  new ort.Tensor("float32", values, shape);

export const integers = (values: ArrayLike<number>, shape: readonly number[]): ort.Tensor =>
  new ort.Tensor("int64", BigInt64Array.from({ length: values.length }, (_, i) => BigInt(values[i])), shape);

export const ints = (values: Int32Array, shape: readonly number[]): ort.Tensor => new ort.Tensor("int32", values, shape);

async function start(): Promise<void> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = await unpacked(await fetched("onnxruntime.wasm.gz"));
}

/** Some hosts unpack .gz files themselves, so look at the first bytes. */
async function unpacked(file: ArrayBuffer): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(file, 0, 2);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return file;
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function fetched(path: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(path, self.location.href));
  if (!response.ok) throw new Error(`${path} cannot be loaded (${response.status})`);
  return response.arrayBuffer();
}
