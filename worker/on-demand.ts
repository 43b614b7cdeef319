/**
 * The parts of the worker that no first list needs. Each is loaded when it is first used, or with all others before `ready`: what is
 * fetched later would tell the network what the visitor does, and would not come to a device that is offline.
 *
 * The only place that names them; ONNX Runtime itself is `model/runtime.ts`' business.
 */
import { RecluseError } from '../src/contract.ts';

/**
 * Loads once; what failed is tried again by the next call.
 *
 * @throws RecluseError `script-unreachable`
 */
export function loadedOnce<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined;
  return () => {
    loading ??= load().catch((error: Error) => {
      loading = undefined;
      throw new RecluseError('script-unreachable', `A part of Recluse could not be loaded: ${error.message}`);
    });
    return loading;
  };
}

/** What every session may need. */
const always = {
  advance: loadedOnce(() => import('./advance.ts')),
  delta: loadedOnce(() => import('./pack/delta.ts')),
  forgetting: loadedOnce(() => import('./store/forgetting.ts')),
  furtherLists: loadedOnce(() => import('./rerank/further-lists.ts')),
  memory: loadedOnce(() => import('./store/memory.ts')),
  merge: loadedOnce(() => import('./store/merge.ts')),
  occlusion: loadedOnce(() => import('./rerank/occlusion.ts')),
  predict: loadedOnce(() => import('./predict.ts')),
  refine: loadedOnce(() => import('./rerank/refine.ts')),
  refresh: loadedOnce(() => import('./pack/refresh.ts')),
  rights: loadedOnce(() => import('./rights.ts')),
  rotation: loadedOnce(() => import('./rotation.ts')),
  rules: loadedOnce(() => import('./rules.ts')),
  stock: loadedOnce(() => import('./shop/stock.ts')),
  withoutConsent: loadedOnce(() => import('./store/without-consent.ts')),
};

/** What needs the titles. */
const withCatalogue = {
  display: loadedOnce(() => import('./display.ts')),
  textSearch: loadedOnce(() => import('./search/text-search.ts')),
};

/** What runs on ONNX Runtime, and comes with the model. */
const withModel = {
  model: loadedOnce(() => import('./model/model.ts')),
  rating: loadedOnce(() => import('./model/rating.ts')),
};

/** What an app asks for when it creates the recommender. */
const whereAskedFor = {
  learn: loadedOnce(() => import('./serve-learn.ts')),
  measure: loadedOnce(() => import('./serve-measure.ts')),
};

/** The parts by name. Each call resolves with the part, loaded at most once. */
export const onDemand = { ...always, ...withCatalogue, ...withModel, ...whereAskedFor };

/**
 * Loads all parts that this session can need, but for what comes with the model.
 *
 * @param needs.catalogue whether titles are loaded: nothing can be searched without
 * @param onProblem gets the error of each part that cannot be had; it is tried again when it is used
 * @returns when all have been loaded or have failed. Never rejects
 */
export async function loadAll(
  needs: { catalogue: boolean },
  onProblem: (problem: unknown) => void,
): Promise<void> {
  const parts = Object.values<() => Promise<unknown>>(
    needs.catalogue ? { ...always, ...withCatalogue } : always,
  );
  await Promise.all(parts.map((part) => part().catch(onProblem)));
}
