/** What no recommender can be faster than: the bare pieces, measured alone in a worker of their own. */
import { expose } from 'comlink';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Interaction } from '../../../src/contract.ts';
import { openBlender } from '../../../worker/model/blender.ts';
import { openEncoder } from '../../../worker/model/encoder.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { startRuntime } from '../../../worker/model/runtime.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import { simdScorer, typescriptScorer } from '../../../worker/model/scoring.ts';
import { hasLinear } from '../../../worker/model/signals.ts';
import {
  decodeItems,
  decodeLinear,
  decodePopular,
  decodePriors,
  decodeRows,
} from '../../../worker/pack/decode.ts';
import type { Manifest, Pack } from '../../../worker/pack/pack.ts';
import type { DeclaredFile } from '../../../worker/pack/verify.ts';
import { timedLearning } from './learning.ts';
import { timedShop } from './shop.ts';
import { timedStages } from './stages.ts';
import { type Times, timed } from './times.ts';

async function packAt(
  manifestUrl: string,
): Promise<Required<Omit<Pack, 'catalogue' | 'unavailable' | 'rules' | 'ratings'>>> {
  const manifest: Manifest = await (await fetch(manifestUrl)).json();
  const bytesOf = async (file: DeclaredFile) =>
    new Uint8Array(await (await fetch(new URL(file.path, manifestUrl))).arrayBuffer());
  const part = async (file: DeclaredFile) => ({ manifest, file, bytes: await bytesOf(file) });
  const { files } = manifest;
  const items = decodeItems(await part(files.items));
  return {
    manifest,
    ...items,
    popular: decodePopular(await part(files.popular), items.categories.length),
    priors: decodePriors(await part(files.priors), items.categories.length),
    linear: decodeLinear(await part(files.linear)),
    rows: decodeRows(await part(files.rows!)),
    graphs: { encoder: await bytesOf(files.encoder!), blender: await bytesOf(files.blender!) },
  };
}

const historyOf = (interactions: Interaction[], pack: Pack, now: number) =>
  historyAt(
    interactions.map((one, index) => ({ time: now, ...one, seq: index + 1, id: String(index) })),
    pack,
    now,
  );

const floor = {
  /** Gives back what it gets: what a message there and back costs. */
  echo: <Message>(message: Message): Message => message,

  /** Times the pieces of one recommendation for this history. */
  async pieces(manifestUrl: string, interactions: Interaction[]): Promise<Record<string, Times>> {
    const pack = await packAt(manifestUrl);
    if (!hasLinear(pack)) throw new Error('The pack has no linear tier.');
    const now = Date.now();
    const history = historyOf(interactions, pack, now);
    const runtime = await startRuntime('wasm', {
      wasm: async () => new Uint8Array(await (await fetch(ortWasm)).arrayBuffer()),
      webgpu: () => Promise.reject(new Error('not measured here')),
    });
    const encoder = await openEncoder(runtime, pack.graphs.encoder, pack.manifest, pack.rows);
    const blender = await openBlender(runtime, pack.graphs.blender, pack.manifest, pack.ids.length);
    const context = new Int32Array(pack.manifest.context.length);
    const state = (await encoder.encode(history, context))!;
    const taste = new Float32Array(pack.ids.length);
    const simd = simdScorer(pack.rows);
    const typescript = typescriptScorer(pack.rows);
    const { evidence } = linearScores(history, pack);
    const times = {
      'encoder alone': await timed(() => encoder.encode(history, context)),
      'blender alone': await timed(() => blender.blend(history, { ...evidence!.signals, taste }), {
        runs: 100,
      }),
      'linear scores alone': await timed(() => linearScores(history, pack), { together: 5 }),
      'item table, SIMD kernel': await timed(() => simd.score(state, taste), { together: 20 }),
      'item table, TypeScript': await timed(() => typescript.score(state, taste), { together: 5 }),
    };
    await encoder.release();
    await blender.release();
    return times;
  },

  /** Times the stages of the pipeline for this history. */
  async stages(manifestUrl: string, interactions: Interaction[]): Promise<Record<string, Times>> {
    const pack = await packAt(manifestUrl);
    const now = Date.now();
    return {
      ...(await timedStages(pack, historyOf(interactions, pack, now), now)),
      ...(await timedShop(pack, now)),
      ...(await timedLearning(pack, now)),
    };
  },
};

export type Floor = typeof floor;

expose(floor);
