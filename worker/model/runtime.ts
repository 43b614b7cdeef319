/**
 * ONNX Runtime, the smallest way: one provider, one thread, loaded only when somebody needs it.
 *
 * Both entries are imported dynamically, so that a site that stops at the linear tier never downloads a byte of them.
 * The runtime's own WebAssembly comes as bytes (from Cache Storage, through the pack's loader): it fetches nothing itself.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';

/** `wasm` runs everywhere WebAssembly does; `webgpu` only where an adapter was found. */
export type Provider = 'wasm' | 'webgpu';

/** Brings a runtime's WebAssembly file. */
export type RuntimeFiles = Readonly<Record<Provider, () => Promise<Uint8Array>>>;

/** One started runtime. */
export interface Runtime {
  readonly provider: Provider;
  readonly Tensor: TensorConstructor;
  /** Makes a session of an ONNX file. Sessions are not re-entrant: one run at a time. */
  open(graph: Uint8Array): Promise<InferenceSession>;
}

/**
 * Loads a runtime and gives it its WebAssembly file.
 *
 * @throws whatever the import, the compilation or the file's fetch throws
 */
export async function startRuntime(provider: Provider, files: RuntimeFiles): Promise<Runtime> {
  const [{ env, InferenceSession, Tensor }, binary] = await Promise.all([
    provider === 'wasm' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/webgpu'),
    files[provider](),
  ]);
  // A second thread gains nothing at this size and would need a cross-origin isolated page.
  env.wasm.numThreads = 1;
  env.wasm.wasmBinary = binary;
  env.logLevel = 'error';
  return {
    provider,
    Tensor,
    // Exactly one provider: a list would fall back without a word, and we would measure the wrong one.
    open: (graph) => InferenceSession.create(graph, { executionProviders: [provider] }),
  };
}

/** Those inputs that the graph has: an exporter leaves out what its network does not look at, and ONNX Runtime wants no others. */
export function namedInputs(
  session: InferenceSession,
  inputs: Record<string, Tensor>,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => session.inputNames.includes(name)));
}
