/** The golden vectors of diversity, answered by the worker's code or by a changed copy of it. */
import type { categoryShares } from '../../../worker/model/features/preferred-categories.ts';
import type { Pack } from '../../../worker/pack/pack.ts';
import type { diversify } from '../../../worker/rerank/diversify.ts';
import type { Moment } from '../../../worker/rerank/ranking.ts';
import type diversities from '../../golden/diversity.json';
import { goldenPack } from './golden-pack.ts';

/** What a golden case asks. */
export type DiversityInput = (typeof diversities.cases)[number]['input'];

/** The functions under test. */
export interface Diversity {
  readonly categoryShares: typeof categoryShares;
  readonly diversify: typeof diversify;
}

/** The case's lists with and without item rows, and the visitor's mix of categories. */
export function diverseLists(input: DiversityInput, { categoryShares, diversify }: Diversity) {
  const interest = {
    rows: Int32Array.from(input.interest.row),
    strengths: Float64Array.from(input.interest.value),
  };
  const ranking = { rows: Int32Array.from(input.rows), scores: Float32Array.from(input.scores) };
  const { rows: _, ...withoutRows } = goldenPack;
  const listIn = (pack: Pack) => {
    const moment = { pack, wanted: input, scores: { evidence: { interest } } } as unknown as Moment;
    return [...diversify(ranking, moment).rows.subarray(0, input.limit)];
  };
  const shares = categoryShares(interest, goldenPack.priors.leaf, goldenPack.categories.length);
  const liked = [...shares.keys()].filter((category) => shares[category]! > 0);
  return {
    withItemRows: listIn(goldenPack),
    withoutItemRows: listIn(withoutRows),
    mix: { category: liked, share: liked.map((category) => shares[category]!) },
  };
}
