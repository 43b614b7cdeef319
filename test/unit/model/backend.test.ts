import type { InferenceSession } from 'onnxruntime-web';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as capabilities from '../../../worker/model/capabilities.ts';
import { startModel } from '../../../worker/model/model.ts';
import type { Provider, Runtime } from '../../../worker/model/runtime.ts';
import * as runtimes from '../../../worker/model/runtime.ts';
import { syntheticPack } from '../support/synthetic-pack.ts';

/** What ONNX Runtime is like in a test: how long an encoder takes, which providers start, and what was done to it. */
const world = {
  milliseconds: { wasm: 1, webgpu: 1 } as Record<Provider, number>,
  broken: new Set<Provider>(),
  started: [] as Provider[],
  released: [] as Provider[],
  clock: 0,
};

class Tensor {
  readonly dims: readonly number[];
  constructor(_kind: string, _data: unknown, dims: readonly number[]) {
    this.dims = dims;
  }
}

/** A session whose encoder moves the clock and whose blender gives zeros. */
function session(provider: Provider): InferenceSession {
  return {
    inputNames: ['items', 'types', 'ages', 'values', 'mask', 'context', 'signals', 'visitor'],
    async run(inputs: Record<string, Tensor>) {
      if (inputs.signals) {
        const block = inputs.signals.dims[1]!;
        return { score: { data: new Float32Array(block) }, parts: { data: new Float32Array(block * 5) } };
      }
      world.clock += world.milliseconds[provider];
      return { state: { data: new Float32Array(16) } };
    },
    async release() {
      world.released.push(provider);
    },
  } as unknown as InferenceSession;
}

beforeEach(() => {
  Object.assign(world, {
    milliseconds: { wasm: 1, webgpu: 1 },
    broken: new Set(),
    started: [],
    released: [],
    clock: 0,
  });
  vi.spyOn(performance, 'now').mockImplementation(() => world.clock);
  vi.spyOn(capabilities, 'hasAdapter').mockResolvedValue(true);
  vi.spyOn(runtimes, 'startRuntime').mockImplementation(async (provider) => {
    world.started.push(provider);
    if (world.broken.has(provider)) throw new Error(`no ${provider} today`);
    return { provider, Tensor, open: async () => session(provider) } as unknown as Runtime;
  });
});
afterEach(() => vi.restoreAllMocks());

vi.mock(import('../../../worker/model/runtime.ts'), async (original) => ({ ...(await original()) }));
vi.mock(import('../../../worker/model/capabilities.ts'), async (original) => ({ ...(await original()) }));

const files = { wasm: async () => new Uint8Array(), webgpu: async () => new Uint8Array() };
const graphs = {
  encoder: new Uint8Array(),
  blender: new Uint8Array(),
};
const pack = { ...syntheticPack(), graphs };
const backendFor = async (backend: 'auto' | 'wasm' | 'webgpu') =>
  (await startModel(pack, { backend, files })).backend;

describe('the backend', () => {
  test('is WebAssembly where that is fast enough, without a look at WebGPU', async () => {
    expect(await backendFor('auto')).toEqual({
      scoring: 'simd',
      model: 'wasm',
      why: 'the encoder takes 1.0 ms in WebAssembly; WebGPU is tried above 8 ms',
    });
    expect(world.started).toEqual(['wasm']);
    expect(capabilities.hasAdapter).not.toHaveBeenCalled();
  });

  test('is WebGPU where WebAssembly is slow and WebGPU was measured to be faster', async () => {
    world.milliseconds = { wasm: 20, webgpu: 5 };
    expect(await backendFor('auto')).toMatchObject({
      model: 'webgpu',
      why: 'the encoder takes 5.0 ms on WebGPU and 20.0 ms in WebAssembly',
    });
    expect(world.released).toEqual(['wasm']);
  });

  test('stays WebAssembly where WebGPU is slower, even if WebGPU was asked for', async () => {
    world.milliseconds = { wasm: 1, webgpu: 60 };
    expect(await backendFor('webgpu')).toMatchObject({
      model: 'wasm',
      why: 'the encoder takes 60.0 ms on WebGPU and 1.0 ms in WebAssembly',
    });
    expect(world.released).toEqual(['webgpu']);
  });

  test('is never WebGPU where the app forbids it or there is no adapter', async () => {
    world.milliseconds = { wasm: 20, webgpu: 5 };
    expect(await backendFor('wasm')).toMatchObject({ model: 'wasm' });
    vi.mocked(capabilities.hasAdapter).mockResolvedValue(false);
    expect(await backendFor('auto')).toMatchObject({ model: 'wasm', why: 'there is no WebGPU adapter here' });
    expect(world.started).toEqual(['wasm', 'wasm']);
  });

  test('stays WebAssembly where WebGPU fails, and says how', async () => {
    world.milliseconds = { wasm: 20, webgpu: 5 };
    world.broken.add('webgpu');
    expect(await backendFor('auto')).toMatchObject({ model: 'wasm', why: 'WebGPU failed: no webgpu today' });
  });

  test('is none where ONNX Runtime does not start', async () => {
    world.broken.add('wasm');
    await expect(backendFor('auto')).rejects.toMatchObject({
      code: 'model-unavailable',
      message: 'no wasm today',
    });
  });
});
