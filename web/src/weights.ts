// Weights in a safetensors file become the one block of float32 that the graphs of asciivae refer to: all tensors end to
// end, in the order of the file; see `places` in asciivae/engine/onnx.py.

interface Entry {
  readonly dtype: string;
  readonly data_offsets: readonly [number, number];
}

export function widened(file: ArrayBuffer): Uint8Array {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length))) as Record<string, Entry>;
  delete header["__metadata__"];
  const tensors = Object.values(header).sort((a, b) => a.data_offsets[0] - b.data_offsets[0]);
  const sizeOf = ({ dtype, data_offsets: [begin, end] }: Entry) => (end - begin) / (dtype === "F16" ? 2 : 4);
  const block = new Float32Array(tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0));
  let place = 0;
  for (const tensor of tensors) {
    const size = sizeOf(tensor);
    // A copy, since the begin of a tensor need not be a multiple of its items' size.
    const bytes = file.slice(8 + length + tensor.data_offsets[0], 8 + length + tensor.data_offsets[1]);
    if (tensor.dtype === "F16") widen(new Uint16Array(bytes), block.subarray(place, place + size));
    else if (tensor.dtype === "F32") block.set(new Float32Array(bytes), place);
    else throw new Error(`weights of type ${tensor.dtype} are not known`);
    place += size;
  }
  return new Uint8Array(block.buffer);
}

/** float16 to float32, bit by bit: browsers have had Float16Array only since 2025. */
function widen(halves: Uint16Array, floats: Float32Array): void {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent > 0 && exponent < 31) {
      bits[i] = ((half & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
    } else {
      const size = exponent === 31 ? (fraction ? NaN : Infinity) : fraction * 2 ** -24;
      floats[i] = half & 0x8000 ? -size : size;
    }
  }
}
