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

/** Sum of the products of two rows' bytes, times one over both lengths; 0 where one of them is all zeros. */
function cosineAt(row: Int8Array, length: Float64Array, size: number, one: ItemRow, other: ItemRow): number {
  const product = length[one]! * length[other]!;
  if (product === 0) return 0;
  let dot = 0;
  for (let d = 0, a = one * size, b = other * size; d < size; d++, a++, b++) dot += row[a]! * row[b]!;
  return dot / product;
}

/** Cosine of two item rows, -1 to 1; 0 where one of them is all zeros. */
export function cosineOf(rows: ItemRows, one: ItemRow, other: ItemRow): number {
  return cosineAt(rows.row, lengthsOf(rows), rows.row.length / rows.scale.length, one, other);
}

/**
 * Likeness of the item at one place of a list to the items at all places, written into an array.
 *
 * @param place of the one item
 * @param into `[list.length]`, filled
 */
export type LikenessWithin = (place: number, into: Float64Array) => void;

/**
 * What diversity goes by: the cosine of item rows, -1 to 1, bytes multiplied as they are; or the same leaf category, 1 or 0, where the
 * pack has no rows (yet).
 *
 * @param list rows
 */
export function likenessWithin(list: Int32Array, { rows, priors }: Pack): LikenessWithin {
  if (rows) {
    const length = lengthsOf(rows);
    const size = rows.row.length / rows.scale.length;
    return (place, into) => {
      for (let at = 0; at < list.length; at++)
        into[at] = cosineAt(rows.row, length, size, list[place]!, list[at]!);
    };
  }
  return (place, into) => {
    for (let at = 0; at < list.length; at++)
      into[at] = Number(priors !== undefined && priors.leaf[list[at]!] === priors.leaf[list[place]!]);
  };
}
