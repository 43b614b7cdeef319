/** What this browser lets us do, found out once. Nothing here looks at the browser's name. */

/** Frozen: what holds at the start holds for the worker's life. */
export interface Capabilities {
  /** WebAssembly exists and the page's Content-Security-Policy lets it compile. */
  readonly webAssembly: boolean;
  /** WebAssembly has the 128-bit SIMD instructions, which ONNX Runtime and our kernel need. */
  readonly simd: boolean;
  /** The browser has WebGPU's interface. Whether there is an adapter, only {@link hasAdapter} can say. */
  readonly webGpu: boolean;
}

/** `(module (func (result v128) (i32x4.splat (i32.const 0))))` */
const moduleWithSimd = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11],
);
const emptyModule = moduleWithSimd.slice(0, 8);

/** `WebAssembly.validate` is allowed even where compiling is not; only compiling tells. */
function compiles(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    new WebAssembly.Module(bytes);
    return true;
  } catch {
    return false;
  }
}

let found: Capabilities | undefined;

/** Looks once, then remembers. */
export function capabilities(): Capabilities {
  found ??= Object.freeze({
    webAssembly: compiles(emptyModule),
    simd: compiles(moduleWithSimd),
    webGpu: (globalThis.navigator as { gpu?: unknown } | undefined)?.gpu !== undefined,
  });
  return found;
}

interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** Asks for a WebGPU adapter. It may start the browser's GPU process: ask only when it matters. */
export async function hasAdapter(): Promise<boolean> {
  if (!capabilities().webGpu) return false;
  try {
    return (await (navigator as unknown as { gpu: Gpu }).gpu.requestAdapter()) !== null;
  } catch {
    return false;
  }
}
