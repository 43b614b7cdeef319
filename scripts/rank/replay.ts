/**
 * What the head learns from lists that the shipped model would have shown: each list is shown, what was bought within it counts as chosen from it,
 * the rest as passed over; then the last list is ranked with and without what was learned.
 */
import type { Source, StoredInteraction } from '../../src/contract.ts';
import { featuresAt, featuresOf, size } from '../../worker/learn/features.ts';
import { learn, nothingLearned } from '../../worker/learn/feedback.ts';
import { expected, posteriorOf } from '../../worker/learn/posterior.ts';
import { defaultSettings, type LearnSettings, strengths } from '../../worker/learn/settings.ts';
import { clockAt } from '../../worker/model/context.ts';
import { decodeItems, decodePriors, decodeRows, type Part } from '../../worker/pack/decode.ts';
import type { Manifest, Pack, Priors } from '../../worker/pack/pack.ts';
import { spreadOf } from '../../worker/rerank/spread.ts';

/** A list as the shipped model made it. */
export interface ShippedList {
  readonly source: Source;
  readonly now: number;
  /** Ids, best first, more of them than a page shows. */
  readonly items: readonly string[];
  /** `[items.length]` */
  readonly scores: readonly number[];
}

/** One held-out visitor. */
export interface Replayed {
  /** What was shown before each basket, oldest first, and what the basket had in it. */
  readonly baskets: readonly { readonly list: ShippedList; readonly bought: readonly string[] }[];
  /** What is ranked in the end, and what the visitor turned to afterwards. */
  readonly last: ShippedList;
  readonly targets: readonly string[];
}

/** How to replay. */
export interface ReplayOptions extends Partial<LearnSettings> {
  /** Places of a list that are seen. */
  readonly shown: number;
  /** What the head's expectation is worth, in spreads of the list. Default: that of the list's tier. */
  readonly strength?: number;
}

type FeaturesPack = Pack & { readonly priors: Priors };

/** As much of a pack as the head needs. @param read gives the bytes of one of its files */
export async function packFor(
  manifest: Manifest,
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<FeaturesPack> {
  const part = async (name: 'items' | 'priors' | 'rows'): Promise<Part> => {
    const file = manifest.files[name]!;
    return { manifest, file, bytes: await read(file.path) };
  };
  const { ids, categories } = decodeItems(await part('items'));
  const priors = decodePriors(await part('priors'), categories.length);
  const rows = decodeRows(await part('rows'));
  const rowOf = new Map(ids.map((id: string, row: number) => [id, row]));
  return { manifest, ids, rowOf, categories, priors, rows } as unknown as FeaturesPack;
}

/** The last list of each visitor, best first, by what was learned from those before. */
export function replay(
  visitors: readonly Replayed[],
  pack: FeaturesPack,
  { shown, strength, ...settings }: ReplayOptions,
): string[][] {
  const features = featuresOf(pack);
  const chosen = { ...defaultSettings, ...settings };
  const at = featuresAt(features, pack.rowOf, clockAt);
  return visitors.map(({ baskets, last }) => {
    const learned = nothingLearned(size);
    let seq = 0;
    for (const { list, bought } of baskets) {
      const name = String(list.now);
      const told = (type: string, item: string, more: Partial<StoredInteraction>) =>
        learn(learned, { type, item, time: list.now, seq: ++seq, id: '', ...more }, at, chosen);
      const seen = list.items.slice(0, shown);
      for (const [position, item] of seen.entries()) told('impression', item, { list: name, position });
      for (const item of new Set(bought)) told('purchase', item, seen.includes(item) ? { list: name } : {});
    }
    const posterior = posteriorOf(learned.sums, chosen);
    const worth = (strength ?? strengths[last.source]) * spreadOf(Float32Array.from(last.scores));
    const scores = last.items.map(
      (item, place) => last.scores[place]! + worth * expected(posterior.mean, at(item, last.now)!),
    );
    return last.items
      .map((item, place) => ({ item, score: scores[place]!, place }))
      .sort((one, other) => other.score - one.score || one.place - other.place)
      .map(({ item }) => item);
  });
}
