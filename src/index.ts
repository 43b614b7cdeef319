/**
 * Recluse: a recommender that keeps to itself. The site ships a model and its candidates; the device keeps the person.
 *
 * ```ts
 * const recluse = await createRecommender({ pack: '/pack/manifest.json' });
 * recluse.track({ type: 'purchase', item: 'sku-1', value: 4.99 });
 * const { items } = await recluse.recommend({ limit: 10 });
 * ```
 */
export type {
  AddOptions,
  AttributeName,
  Attributes,
  AttributeTest,
  BoostRule,
  BuryRule,
  CapRule,
  ChangeEvent,
  CommonAttributes,
  CompactedInteractions,
  Condition,
  Consent,
  Context,
  DerivedRecord,
  Diversify,
  Due,
  ErrorCode,
  EventTypeOptions,
  ExportDocument,
  Filter,
  FilterRule,
  ForgetConditions,
  ForgetRequest,
  Hide,
  ImportProgress,
  ImportResult,
  Influence,
  Interaction,
  ItemDisplay,
  ItemUpdate,
  ItemUpdates,
  ListChange,
  LooseCondition,
  Mode,
  Move,
  NewItem,
  OwnAttributes,
  PinRule,
  PopularRequest,
  Prediction,
  PredictRequest,
  Profile,
  RankedItem,
  Rating,
  Reason,
  RecommendRequest,
  RequireRule,
  RetainRequest,
  RetractRequest,
  Rule,
  RuleFrame,
  Search,
  SearchRequest,
  ShareRule,
  SimilarRequest,
  Source,
  Status,
  StatusRequest,
  StoredInteraction,
  TrendingRequest,
  TypedCondition,
  UnmetRule,
  UpdateOptions,
  Without,
} from './contract.ts';

export { RecluseError } from './contract.ts';
export type { RankedList } from './paged.ts';
export type { CallOptions, RankedObjects, Recommender, RecommenderOptions } from './recommender.ts';
export { createRecommender } from './recommender.ts';
