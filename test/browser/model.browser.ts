import { afterEach, describe, expect, test, vi } from 'vitest';
import ortWasm from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url';
import { capabilities } from '../../worker/model/capabilities.ts';
import { historyAt } from '../../worker/model/history.ts';
import { type Model, startModel } from '../../worker/model/model.ts';
import { simdScorer, typescriptScorer } from '../../worker/model/scoring.ts';
import type { Pack } from '../../worker/pack/pack.ts';
import { withItems } from '../../worker/shop/added-items.ts';
import {
  interaction,
  manifestFor,
  moment,
  syntheticInteractions,
  syntheticPack,
} from '../unit/support/synthetic-pack.ts';
import blenderUrl from './graphs/blender.onnx?url';
import calibratedUrl from './graphs/calibrated-blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const files = {
  wasm: () => bytes(ortWasm),
  webgpu: () => Promise.reject(new Error('WebGPU was not to be tried')),
};

const size = 8;
const events = 6;

/** A pack of 37 items (two full blocks and a bit) with the two graphs of `graphs/`, whose results are known. */
async function packWithGraphs(): Promise<Pack & ReturnType<typeof syntheticPack>> {
  const pack = syntheticPack({ items: 37, size });
  const manifest = manifestFor(37, { encoder: { events, size } });
  return {
    ...pack,
    manifest: { ...manifest, blender: { ...manifest.blender!, block: 16 } },
    graphs: { encoder: await bytes(encoderUrl), blender: await bytes(blenderUrl) },
  };
}

let model: Model | undefined;
afterEach(async () => {
  await model?.release();
  model = undefined;
});

describe('the model in a real browser', () => {
  test('is the encoder, the catalogue scan and the blender, as the graphs define them', async () => {
    const pack = await packWithGraphs();
    model = await startModel(pack, { backend: 'auto', files });
    const history = historyAt(
      [
        interaction(1, 'item-3', 'purchase', 2, 5),
        interaction(2, 'item-9', 'dislike', 1),
        interaction(3, 'item-7', 'view', 1, 2),
      ],
      pack,
      moment,
    );
    const context = Int32Array.of(18, 3, 1);
    const { scores, partsOf, evidence, source } = await model.score(history, context);

    const { rows } = pack;
    const dequantised = (row: number, d: number) => rows.scale[row]! * rows.row[row * size + d]!;
    const state = Array.from(
      { length: size },
      (_, d) => 1 * dequantised(3, d) + 5 + 172.8 + (2 * dequantised(7, d) + 2 + 86.4) + 18 + 3 + 1,
    );
    const { signals } = evidence!;
    expect(source).toBe('model');
    for (let row = 0; row < 37; row++) {
      const taste =
        state.reduce((sum, value, d) => sum + rows.row[row * size + d]! * value, 0) * rows.scale[row]! +
        rows.bias[row]!;
      const expected = {
        taste: taste + 3 / 5,
        together: 2 * signals.together[row]! + 3 / 5,
        habit: 3 * signals.habit[row]! + 3 / 5,
        affinity: 4 * signals.times[row]! + 3 / 5,
        popularity: 5 * signals.daysSince[row]! + 3 / 5,
      };
      const parts = partsOf(row);
      const total = Object.values(expected).reduce((sum, part) => sum + part, 0);
      const tolerance = 1e-5 * (1 + Math.abs(taste) + 100);
      for (const [name, part] of Object.entries(expected))
        expect(Math.abs(parts[name]! - part)).toBeLessThan(tolerance);
      expect(Math.abs(scores[row]! - total)).toBeLessThan(tolerance);
    }
  });

  test('gives every item’s probability where the blender is calibrated, and none where it is not', async () => {
    const plain = await packWithGraphs();
    const pack = {
      ...plain,
      manifest: {
        ...plain.manifest,
        blender: { ...plain.manifest.blender!, probability: 'basket' as const },
      },
      graphs: { ...plain.graphs!, blender: await bytes(calibratedUrl) },
    };
    model = await startModel(pack, { backend: 'wasm', files });
    const history = historyAt(syntheticInteractions(pack, 12), pack, moment);
    const { scores, probabilities } = await model.score(history, Int32Array.of(1, 1, 0));
    expect(probabilities).toHaveLength(37);
    scores.forEach((score, row) => {
      expect(probabilities![row]).toBeCloseTo(1 / (1 + Math.exp(-score / 10)), 5);
    });
    await model.release();
    model = await startModel(plain, { backend: 'wasm', files });
    expect((await model.score(history, Int32Array.of(1, 1, 0))).probabilities).toBeUndefined();
  });

  test('does not start with a graph that lacks the probabilities which the manifest promises', async () => {
    const pack = await packWithGraphs();
    const blender = { ...pack.manifest.blender!, probability: 'basket' as const };
    const promising = { ...pack, manifest: { ...pack.manifest, blender } };
    await expect(startModel(promising, { backend: 'wasm', files })).rejects.toMatchObject({
      code: 'model-unavailable',
    });
  });

  test('scores items that the shop adds while it runs, and the pack’s own as before', async () => {
    const pack = await packWithGraphs();
    model = await startModel(pack, { backend: 'wasm', files });
    const history = historyAt([interaction(1, 'item-3', 'purchase', 2)], pack, moment);
    const context = Int32Array.of(18, 3, 1);
    const before = await model.score(history, context);
    const items = Array.from({ length: 20 }, (_, place) => ({
      id: `new-${place}`,
      title: 'New',
      categories: ['Drinks', place % 2 ? 'Tea' : 'Coffee'],
      since: moment,
    }));
    // More than fit into the last block: the blender needs another one.
    const grown = withItems(pack, items);
    const during = await model.score(history, context, grown);
    expect(during.scores).toHaveLength(57);
    expect(during.scores.subarray(0, 37)).toEqual(before.scores);
    expect(during.scores.subarray(37).every(Number.isFinite)).toBe(true);
    const sum = Object.values(during.partsOf(56)).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(during.scores[56]!, 4);
    const own = historyAt([interaction(1, 'new-3', 'purchase', 2)], grown, moment);
    expect((await model.score(own, context, grown)).scores).toHaveLength(57);
    expect((await model.score(history, context)).scores).toEqual(before.scores);
  });

  test('reports what runs and why', async () => {
    model = await startModel(await packWithGraphs(), { backend: 'auto', files });
    expect(model.backend).toMatchObject({ scoring: 'simd', model: 'wasm' });
    expect(model.backend.why).toMatch(
      /^the encoder takes \d+\.\d ms in WebAssembly; WebGPU is tried above 8 ms$/,
    );
  });

  test('answers calls made at the same time one after the other, each for its own visitor', async () => {
    const pack = await packWithGraphs();
    model = await startModel(pack, { backend: 'wasm', files });
    const visitors = [0, 3, 40].map((count) =>
      historyAt(syntheticInteractions(pack, count, count), pack, moment),
    );
    const context = Int32Array.of(1, 1, 0);
    const alone = [];
    for (const visitor of visitors) alone.push((await model.score(visitor, context)).scores);
    const together = await Promise.all(visitors.map((visitor) => model!.score(visitor, context)));
    expect(together.map(({ scores }) => scores)).toEqual(alone);
  });

  test('knows an item’s bias alone where the encoder sees no event', async () => {
    const pack = await packWithGraphs();
    model = await startModel(pack, { backend: 'wasm', files });
    const unseen = historyAt([interaction(1, 'item-9', 'dislike', 1)], pack, moment);
    const { partsOf } = await model.score(unseen, Int32Array.of(9, 9, 2));
    expect(partsOf(20).taste).toBeCloseTo(pack.rows.bias[20]! + 1 / 5, 5);
  });

  test('that cannot be started is an error of its own kind', async () => {
    const pack = await packWithGraphs();
    const broken = { ...pack, graphs: { ...pack.graphs!, encoder: new Uint8Array(64) } };
    await expect(startModel(broken, { backend: 'wasm', files })).rejects.toMatchObject({
      code: 'model-unavailable',
    });
    const misfit = { ...pack, manifest: { ...pack.manifest, encoder: { events: 7, size } } };
    await expect(startModel(misfit, { backend: 'wasm', files })).rejects.toMatchObject({
      code: 'model-unavailable',
    });
    const { graphs: _, ...linearOnly } = pack;
    await expect(startModel(linearOnly, { backend: 'wasm', files })).rejects.toMatchObject({
      code: 'model-unavailable',
    });
  });
});

describe('the kernel in a real browser', () => {
  test('compiles, and gives the same bits as its twin', () => {
    expect(capabilities()).toMatchObject({ webAssembly: true, simd: true });
    const { rows } = syntheticPack({ items: 1001, size: 64 });
    const state = Float32Array.from({ length: 64 }, (_, d) => Math.sin(d));
    const [simd, plain] = [new Float32Array(1001), new Float32Array(1001)];
    simdScorer(rows).score(state, simd);
    typescriptScorer(rows).score(state, plain);
    expect(simd).toEqual(plain);
  });
});

test('an adapter that refuses to come leaves the model in WebAssembly', async () => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(null) } });
  const pack = await packWithGraphs();
  model = await startModel(pack, { backend: 'webgpu', files });
  vi.unstubAllGlobals();
  expect(model.backend).toMatchObject({ model: 'wasm', why: 'there is no WebGPU adapter here' });
});
