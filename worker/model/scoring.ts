/**
 * The catalogue scan: `taste[j] = scale[j] * (row[j] . state) + bias[j]` for every item.
 *
 * Two machineries, one result to the last bit: a SIMD kernel in WebAssembly (source in `kernel/kernel.ts`), and plain
 * TypeScript where a page's Content-Security-Policy or an old browser forbids it.
 */
import type { ItemRows } from '../pack/pack.ts';
import { kernelBase64 } from './kernel.generated.ts';

/** Scores all items of one pack. Holds its own copy of the item rows. */
export interface Scorer {
  readonly kind: 'simd' | 'typescript';
  /**
   * @param state `[size]`, what the encoder made of the visitor
   * @param into `[items]`, filled
   */
  score(state: Float32Array, into: Float32Array): void;
}

/** Adds in the order that `kernel/kernel.ts` prescribes, each step rounded to float32 as there. */
export function typescriptScorer({ scale, bias, row }: ItemRows): Scorer {
  const { fround } = Math;
  const size = row.length / scale.length;
  return {
    kind: 'typescript',
    score(state, into) {
      for (let item = 0, at = 0; item < scale.length; item++) {
        let lane0 = fround(0);
        let lane1 = fround(0);
        let lane2 = fround(0);
        let lane3 = fround(0);
        for (let d = 0; d < size; d += 4, at += 4) {
          lane0 = fround(lane0 + fround(row[at]! * state[d]!));
          lane1 = fround(lane1 + fround(row[at + 1]! * state[d + 1]!));
          lane2 = fround(lane2 + fround(row[at + 2]! * state[d + 2]!));
          lane3 = fround(lane3 + fround(row[at + 3]! * state[d + 3]!));
        }
        const dot = fround(fround(lane0 + lane1) + fround(lane2 + lane3));
        into[item] = fround(fround(scale[item]! * dot) + bias[item]!);
      }
    },
  };
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  score(
    rows: number,
    scale: number,
    bias: number,
    state: number,
    scores: number,
    count: number,
    stride: number,
  ): void;
}

const pageBytes = 65_536;
const roundUp = (number: number, multiple: number) => Math.ceil(number / multiple) * multiple;

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Copies the rows into the kernel's memory, once.
 *
 * @throws WebAssembly.CompileError where WebAssembly or its SIMD instructions are not allowed
 * @throws RangeError where the memory for so many items cannot be had
 */
export function simdScorer({ scale, bias, row }: ItemRows): Scorer {
  const module = new WebAssembly.Module(bytesOfBase64(kernelBase64));
  const { memory, score } = new WebAssembly.Instance(module).exports as unknown as Kernel;

  const items = scale.length;
  const size = row.length / items;
  const stride = roundUp(size, 16);
  const count = roundUp(items, 4);
  let used = 0;
  const reserve = (bytes: number) => {
    const address = used;
    used += roundUp(bytes, 16);
    return address;
  };
  const stateAt = reserve(stride * 4);
  const scaleAt = reserve(count * 4);
  const biasAt = reserve(count * 4);
  const scoresAt = reserve(count * 4);
  const rowsAt = reserve(count * stride);
  memory.grow(Math.max(0, Math.ceil(used / pageBytes) - memory.buffer.byteLength / pageBytes));

  new Float32Array(memory.buffer, scaleAt, items).set(scale);
  new Float32Array(memory.buffer, biasAt, items).set(bias);
  const rows = new Int8Array(memory.buffer, rowsAt, count * stride);
  for (let item = 0; item < items; item++)
    rows.set(row.subarray(item * size, (item + 1) * size), item * stride);
  const stateIn = new Float32Array(memory.buffer, stateAt, size);
  const scores = new Float32Array(memory.buffer, scoresAt, items);
  return {
    kind: 'simd',
    score(state, into) {
      stateIn.set(state);
      score(rowsAt, scaleAt, biasAt, stateAt, scoresAt, count, stride);
      into.set(scores);
    },
  };
}

/** The kernel where it runs, its twin elsewhere. */
export function createScorer(rows: ItemRows): Scorer {
  try {
    return simdScorer(rows);
  } catch {
    return typescriptScorer(rows);
  }
}
