/**
 * What the device has learned from what was shown and chosen, and what its lists would be worth if they were made in another way. An entry point of its
 * own (`recluse/learn`), for a recommender that was created with `learn`.
 *
 * ```ts
 * const recluse = await createRecommender({ pack: '/pack/manifest.json', learn: { explore: 'thompson' } });
 * const { feedback } = await learned(recluse);
 * const { snips, effective } = await worth(recluse, { policy: 'greedy' });
 * ```
 */
import type { LearnApi, LearnedSummary, LoggedChoice, OffPolicyEstimates, WorthRequest } from './contract.ts';
import type { CallOptions, Recommender } from './recommender.ts';

export type {
  Exploration,
  Explore,
  LearnedSummary,
  LearnOptions,
  LoggedChoice,
  OffPolicyEstimates,
  RewardEstimate,
  WorthRequest,
} from './contract.ts';

/** What of a recommender is used. */
export type LearningRecommender = Pick<Recommender, 'part'>;

const ask = <Name extends keyof LearnApi>(
  recluse: LearningRecommender,
  { signal }: CallOptions,
  name: Name,
  ...given: Parameters<LearnApi[Name]>
): ReturnType<LearnApi[Name]> =>
  recluse.part('learn', name, given, signal && { signal }) as ReturnType<LearnApi[Name]>;

/**
 * What was learned until now, from everything that is stored.
 *
 * @throws RecluseError `invalid-argument` where the recommender was created without `learn`
 */
export const learned = (recluse: LearningRecommender, options: CallOptions = {}): Promise<LearnedSummary> =>
  ask(recluse, options, 'learned');

/**
 * Of the impressions whose chances are known (`learn.explore`), the share that something good came of: a click, a cart, a purchase of the same list. As
 * lists were, or as they would be worth if nothing (`greedy`, the default) or everything (`blind`) were left to chance, estimated in three ways.
 *
 * @throws RecluseError `invalid-argument`
 */
export const worth = (
  recluse: LearningRecommender,
  { signal, ...request }: WorthRequest & CallOptions = {},
): Promise<OffPolicyEstimates> => ask(recluse, signal ? { signal } : {}, 'worth', request);

/**
 * The same three estimates from a log of the app's own.
 *
 * @throws RecluseError `invalid-argument`
 */
export const offPolicy = (
  recluse: LearningRecommender,
  log: readonly LoggedChoice[],
  options: CallOptions = {},
): Promise<OffPolicyEstimates> => ask(recluse, options, 'offPolicy', log);
