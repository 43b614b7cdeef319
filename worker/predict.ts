/** What a visitor will take, and how many stars they would give. */
import { type Context, type Prediction, RecluseError, type Source } from '../src/contract.ts';
import { scoredBy, type Tiers, type Visit } from './ask.ts';
import type { Model } from './model/model.ts';
import type { Told } from './model/rating.ts';
import type { Manifest, Pack } from './pack/pack.ts';

/** Whether a pack promises anything of the kind. */
function predicts({ blender, rating }: Manifest): boolean {
  return blender?.probability !== undefined || rating !== undefined;
}

/**
 * The model of a pack that predicts, and the pack; undefined until it has started.
 *
 * @param progress what is here already
 * @param upTo the best tier that the app asked for
 * @throws RecluseError `prediction-missing`, `model-unavailable` where it will never be here
 */
export function predictingIn(
  { phase, pack, model }: { phase: string; pack?: Pack; model?: Model },
  upTo: Source | undefined,
): { model: Model; pack: Pack } | undefined {
  if (!pack) return undefined;
  if (!predicts(pack.manifest) || upTo !== 'model')
    throw new RecluseError(
      'prediction-missing',
      'This pack gives neither probabilities nor ratings, or its model was not asked for.',
    );
  if (model) return { model, pack };
  if (phase === 'ready')
    throw new RecluseError('model-unavailable', 'The model could not be started; see status().problems.');
  return undefined;
}

/** All that the visitor told of items; of ratings that are sums by now, their mean. */
function told({ interactions, compacted = [] }: Visit): Told[] {
  const sums = compacted.filter(({ valued }) => valued > 0);
  return [...sums.map((sum) => ({ ...sum, value: sum.values / sum.valued })), ...interactions];
}

/**
 * Predictions in the order asked for, without the ids that the pack does not know.
 *
 * @param context what the app says about the moment
 * @param onProblem gets what is wrong with the expected ratings where probabilities are given without them
 * @throws RecluseError `model-unavailable` where nothing can be said of what the pack promises
 */
export async function predictions(
  ids: readonly string[],
  model: Model,
  tiers: Tiers,
  visit: Visit,
  context: Context | undefined,
  onProblem: (error: unknown) => void,
): Promise<Prediction[]> {
  const { manifest, rowOf } = tiers.pack;
  const known = ids.flatMap((item) => {
    const row = rowOf.get(item);
    return row === undefined ? [] : [{ item, row }];
  });
  if (known.length === 0) return [];
  const probabilities = manifest.blender?.probability
    ? (await scoredBy(model, tiers, visit, context).scores).probabilities
    : undefined;
  // Items that the app added are behind those of the pack, and have no ratings to learn from.
  const rated = known.map(({ row }) => row).filter((row) => row < manifest.items.count);
  const ratings = await model.rate?.(told(visit), rated).catch((error) => {
    if (!probabilities) throw error;
    onProblem(error);
  });
  if (!probabilities && !ratings)
    throw new RecluseError('model-unavailable', 'Expected ratings did not arrive; see status().problems.');
  const ratingOf = new Map(rated.map((row, place) => [row, ratings?.[place]]));
  return known.map(({ item, row }) => {
    const rating = ratingOf.get(row);
    return {
      item,
      ...(probabilities ? { probability: probabilities[row]! } : {}),
      ...(rating ? { rating } : {}),
    };
  });
}
