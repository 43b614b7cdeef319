/** How alike two items are. */
import type { ItemRow, ItemRows, Pack } from '../pack/pack.ts';

const lengths = new WeakMap<ItemRows, Float64Array>();

/** Lengths of the int8 rows, counted once a pack. Scales cancel out of a cosine. */
function lengthsOf(rows: ItemRows): Float64Array {
  let known = lengths.get(rows);
  if (!known) {
    const size = rows.row.length / rows.scale.length;
    known = Float64Array.from(rows.scale, (_, item) => {
      let sum = 0;
      for (let d = item * size; d < (item + 1) * size; d++) sum += rows.row[d]! ** 2;
      return Math.sqrt(sum);
    });
    lengths.set(rows, known);
  }
  return known;
}

/** Cosine of two item rows, -1 to 1; 0 where one of them is all zeros. */
export function cosineOf(rows: ItemRows, one: ItemRow, other: ItemRow): number {
  const length = lengthsOf(rows);
  const product = length[one]! * length[other]!;
  if (product === 0) return 0;
  const size = rows.row.length / rows.scale.length;
  let dot = 0;
  for (let d = 0, a = one * size, b = other * size; d < size; d++, a++, b++)
    dot += rows.row[a]! * rows.row[b]!;
  return dot / product;
}

/** What diversity goes by, 0 to 1: the cosine of item rows, or the same category where the pack has no rows (yet). */
export function likenessIn({ rows, priors }: Pack): (one: ItemRow, other: ItemRow) => number {
  if (rows) return (one, other) => Math.min(1, Math.max(0, cosineOf(rows, one, other)));
  if (priors) return (one, other) => (priors.leaf[one] === priors.leaf[other] ? 1 : 0);
  return () => 0;
}
