/**
 * Ranks many visitors with the code that the SDK's worker ranks one with: the same loading of the pack, the same history, scores and
 * pipeline. Only the store is left out: a visitor's interactions come with the question.
 */
import { expose } from 'comlink';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Context, Prediction, RecommendRequest, Source, StoredInteraction } from '../../src/contract.ts';
import { checkIds, checkInteractions, checkRecommendRequest } from '../../worker/arguments.ts';
import { ask, type Tiers, type Visit } from '../../worker/ask.ts';
import { hasModel } from '../../worker/model/full-pack.ts';
import { startModel } from '../../worker/model/model.ts';
import { openCache } from '../../worker/pack/cache.ts';
import { loadPack } from '../../worker/pack/load.ts';
import { openNetwork } from '../../worker/pack/network.ts';
import type { Pack } from '../../worker/pack/pack.ts';
import { predictingIn, predictions } from '../../worker/predict.ts';
import { recommendList, rerankList } from '../../worker/rerank/lists.ts';
import { scoringOnce } from '../../worker/scoring-once.ts';

/** One line of the file of visitors. Hour, weekday and device are known only where `context` says them. */
export interface Visitor
  extends Pick<
    RecommendRequest,
    'limit' | 'mode' | 'exclude' | 'source' | 'diversity' | 'diversify' | 'calibration'
  > {
  /** In the order in which they were stored. */
  readonly interactions: readonly (Pick<StoredInteraction, 'type' | 'item' | 'time' | 'value'> & {
    readonly basket?: string;
  })[];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly context?: Context;
  /** Ids. Where they are given, what `predict` says of them is asked for, and no list. */
  readonly predict?: readonly string[];
  /** Ids. Where they are given, they are put in order, and nothing else is in the list. */
  readonly rerank?: readonly string[];
  /** Not looked at. */
  readonly user?: unknown;
}

/** One line of the answer. */
export interface Ranked {
  readonly source: Source;
  /** Ids, best first. */
  readonly items: readonly string[];
  /** `[items.length]` */
  readonly scores: readonly number[];
}

/** One line of the answer where `predict` was given. */
export interface Predicted {
  /** In the order of the ids, without those that the pack does not know. */
  readonly predictions: readonly Prediction[];
}

/** What was opened. */
export interface Opened {
  readonly name: string;
  readonly version: string;
  readonly items: number;
  /** The best tier that answers. */
  readonly source: Source;
  readonly scoring: string;
}

const network = openNetwork();
let tiers: Tiers | undefined;

const fail = (problem: unknown): never => {
  throw problem;
};

/** WebGPU depends on the machine. */
const notHere = async (): Promise<never> => fail(new Error('Only WebAssembly ranks here.'));

/** A list must not depend on chance here. */
const random = () => 0;

async function loaded(manifestUrl: string, upTo: Source): Promise<Pack> {
  let pack: Pack | undefined;
  const problems: unknown[] = [];
  await loadPack(
    {
      manifestUrl,
      upTo,
      catalogue: false,
      cache: await openCache('recluse-rank'),
      network,
      idle: Promise.resolve(),
    },
    {
      onPack(arrived) {
        pack = arrived;
      },
      onProblem: (problem) => problems.push(problem),
      tryOut: async () => {},
    },
  );
  return problems.length > 0 || !pack ? fail(problems[0] ?? new Error('No pack arrived.')) : pack;
}

/** The visitor of a line, checked as the page's calls are. */
function visitorOf(line: string): { visitor: Visitor; request: RecommendRequest } {
  const visitor: Visitor = JSON.parse(line);
  const { interactions, now, user, predict, rerank, ...request } = visitor;
  checkInteractions(interactions);
  if (!Number.isFinite(now)) throw new Error('now must be a finite number of milliseconds since 1970.');
  return { visitor, request: checkRecommendRequest(request) };
}

async function answered(line: string, tiers: Tiers): Promise<Ranked | Predicted> {
  const { visitor, request } = visitorOf(line);
  const interactions = visitor.interactions.map((one, place) => ({
    ...one,
    seq: place + 1,
    id: String(place),
  }));
  const visit = { interactions, profile: {}, now: visitor.now, known: {} };
  return visitor.predict
    ? predicted(checkIds(visitor.predict), tiers, visit, request.context)
    : ranked(request, tiers, visit, visitor.rerank && checkIds(visitor.rerank));
}

async function predicted(
  ids: readonly string[],
  tiers: Tiers,
  visit: Visit,
  context: Context | undefined,
): Promise<Predicted> {
  const { pack, model: started } = tiers;
  const { model } = predictingIn({ phase: 'ready', pack, ...(started && { model: started }) }, 'model')!;
  return { predictions: await predictions(ids, model, tiers, visit, context, fail) };
}

async function ranked(
  request: RecommendRequest,
  tiers: Tiers,
  visit: Visit,
  only: readonly string[] | undefined,
): Promise<Ranked> {
  const asker = await ask(request, tiers, visit, random, fail);
  const { items, source } = only ? rerankList(only, request, asker) : recommendList(request, asker);
  return { source, items: items.map(({ id }) => id), scores: items.map(({ score }) => score) };
}

const api = {
  /** Loads the pack and starts its best tier up to `upTo`, or fails. */
  async open(manifestUrl: string, upTo: Source): Promise<Opened> {
    const pack = await loaded(manifestUrl, upTo);
    const model =
      upTo === 'model' && hasModel(pack)
        ? await startModel(pack, {
            backend: 'wasm',
            files: { wasm: () => network.fetchBytes(new URL(ortWasm, location.href).href), webgpu: notHere },
          })
        : undefined;
    tiers = { pack, model, scoring: scoringOnce() };
    const { name, version, items } = pack.manifest;
    return {
      name,
      version,
      items: items.count,
      source: model ? 'model' : pack.linear ? 'linear' : 'popular',
      scoring: model?.backend.scoring ?? 'typescript',
    };
  },

  /** Lines in, lines out: {@link Visitor}, and {@link Ranked} or {@link Predicted}, as JSON, in the same order. */
  async rank(lines: string[]): Promise<string[]> {
    if (!tiers) throw new Error('The pack was not opened.');
    const answers: string[] = [];
    for (const line of lines) answers.push(JSON.stringify(await answered(line, tiers)));
    return answers;
  },
};

export type RankingWorker = typeof api;

expose(api);
