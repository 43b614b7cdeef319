/** The worker's entry: exposes its API to the page that started it. */
import { expose, transferHandlers } from 'comlink';
import { thrownAcrossTheBoundary } from '../src/contract.ts';
import { serve } from './serve.ts';

// Both sides say this: errors keep their `code` and `details` on the way.
transferHandlers.set('throw', { ...transferHandlers.get('throw')!, ...thrownAcrossTheBoundary });

expose(
  serve({
    // Bundlers turn these into the addresses of files beside the worker.
    runtime: {
      wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href,
      webgpu: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url).href,
    },
  }),
);
