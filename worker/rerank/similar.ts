/** Items like one item, or like several. */
import { type ErrorCode, RecluseError, type SimilarRequest, type Source } from '../../src/contract.ts';
import type { ItemRow, LinearMatrix, Pack } from '../pack/pack.ts';
import { conditionOf } from './condition.ts';
import { keepRows, type Ranking } from './ranking.ts';
import { bestFirst } from './score.ts';
import { cosineOf } from './similarity.ts';
import { allRows, excludedRows, rowsOf } from './wanted.ts';

/** What is bought with them: the sum of the matrix's rows of the items, positive entries only. */
function together(items: ReadonlySet<ItemRow>, { scale, offset, target, weight }: LinearMatrix): Ranking {
  const sums = new Map<ItemRow, number>();
  for (const item of items)
    for (let entry = offset[item]!; entry < offset[item + 1]!; entry++)
      if (weight[entry]! > 0)
        sums.set(target[entry]!, (sums.get(target[entry]!) ?? 0) + scale[target[entry]!]! * weight[entry]!);
  const rows = Int32Array.from(sums.keys()).sort();
  return { rows, scores: Float32Array.from(rows, (row) => sums.get(row)!) };
}

/** The mean of the cosines with each. */
function taste(items: ReadonlySet<ItemRow>, pack: Pack & { rows: NonNullable<Pack['rows']> }): Ranking {
  const rows = allRows(pack);
  const mean = (row: ItemRow) => {
    let sum = 0;
    for (const item of items) sum += cosineOf(pack.rows, item, row);
    return sum / items.size;
  };
  return { rows, scores: Float32Array.from(rows, mean) };
}

const notHere = (code: ErrorCode, what: string, item: string) => new RecluseError(code, what, { item });

/**
 * Ranks the pack's items by their likeness to some, which are not among them.
 *
 * @param ids one or more; those that the pack does not know are passed over where it knows others
 * @param request `by` is `'taste'` by default where item rows have arrived, else `'together'`
 * @throws RecluseError `unknown-item`; `model-unavailable` where what `by` names is not in the pack or has not arrived
 */
export function similarTo(
  ids: readonly string[],
  request: SimilarRequest,
  pack: Pack,
): { ranking: Ranking; source: Source } {
  const seeds = rowsOf(ids, pack);
  const named = ids.join(', ').slice(0, 200);
  if (seeds.size === 0) throw notHere('unknown-item', `The pack knows no item ${named}.`, named);
  const { linear, rows } = pack;
  const by = request.by ?? (rows ? 'taste' : 'together');
  const admits = conditionOf(request.filter, pack);
  const excluded = new Set([...excludedRows(request.exclude ?? [], pack), ...seeds]);

  let all: Ranking;
  if (by === 'taste' && rows) all = taste(seeds, { ...pack, rows });
  else if (by === 'together' && linear) all = together(seeds, linear);
  else
    throw notHere(
      'model-unavailable',
      `Items alike by ${by} need a part of the pack that is not here.`,
      named,
    );

  const kept = keepRows(all, (row) => !excluded.has(row) && admits(row));
  return { ranking: bestFirst(kept.rows, kept.scores), source: by === 'taste' ? 'model' : 'linear' };
}
