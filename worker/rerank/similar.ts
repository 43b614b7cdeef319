/** Items like one item. */
import { type ErrorCode, RecluseError, type SimilarRequest, type Source } from '../../src/contract.ts';
import type { ItemRow, LinearMatrix, Pack } from '../pack/pack.ts';
import { conditionOf } from './condition.ts';
import { keepRows, type Ranking } from './ranking.ts';
import { bestFirst } from './score.ts';
import { cosineOf } from './similarity.ts';
import { allRows, rowsOf } from './wanted.ts';

/** What is bought with it: the matrix's row of the item, positive entries only. */
function together(item: ItemRow, { scale, offset, target, weight }: LinearMatrix): Ranking {
  const entries = Array.from(
    { length: offset[item + 1]! - offset[item]! },
    (_, entry) => offset[item]! + entry,
  ).filter((entry) => weight[entry]! > 0 && target[entry] !== item);
  return {
    rows: Int32Array.from(entries, (entry) => target[entry]!),
    scores: Float32Array.from(entries, (entry) => scale[target[entry]!]! * weight[entry]!),
  };
}

function taste(item: ItemRow, pack: Pack & { rows: NonNullable<Pack['rows']> }): Ranking {
  const rows = allRows(pack);
  return { rows, scores: Float32Array.from(rows, (row) => cosineOf(pack.rows, item, row)) };
}

const notHere = (code: ErrorCode, what: string, id: string) => new RecluseError(code, what, { item: id });

/**
 * Ranks all of the pack's items by their likeness to one.
 *
 * @param request `by` is `'taste'` by default where item rows have arrived, else `'together'`
 * @throws RecluseError `unknown-item`; `model-unavailable` where what `by` names is not in the pack or has not arrived
 */
export function similarTo(
  id: string,
  request: SimilarRequest,
  pack: Pack,
): { ranking: Ranking; source: Source } {
  const item = pack.rowOf.get(id);
  if (item === undefined) throw notHere('unknown-item', `The pack knows no item ${id}.`, id);
  const { linear, rows } = pack;
  const by = request.by ?? (rows ? 'taste' : 'together');
  const admits = conditionOf(request.filter, pack);
  const excluded = rowsOf(request.exclude ?? [], pack).add(item);

  let all: Ranking;
  if (by === 'taste' && rows) all = taste(item, { ...pack, rows });
  else if (by === 'together' && linear) all = together(item, linear);
  else
    throw notHere('model-unavailable', `Items alike by ${by} need a part of the pack that is not here.`, id);

  const { rows: kept, scores } = keepRows(all, (row) => !excluded.has(row) && admits(row));
  return {
    ranking: bestFirst(kept, scores),
    source: by === 'taste' ? 'model' : 'linear',
  };
}
