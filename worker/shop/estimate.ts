/** The numbers of new items, from those of the items that stand for them; see "New items" in `docs/model.md`. */

import { weightBetween } from '../model/linear.ts';
import type { ItemRows, LinearMatrix, Priors } from '../pack/pack.ts';
import type { Neighbour } from './content.ts';

/** Strongest entries that a new target keeps. */
const mostEntries = 64;
/**
 * What an item says for one that it stands for, in what it says for being bought again. A mean of many is smaller than its parts:
 * with more than 1, new items come into lists about as often as they would if they had been trained.
 */
const ownCounts = 1.5;

const extended = (values: Float32Array, further: readonly number[]): Float32Array => {
  const all = new Float32Array(values.length + further.length);
  all.set(values);
  all.set(further, values.length);
  return all;
};

const mean = (values: Float32Array, neighbours: readonly Neighbour[]): number =>
  neighbours.reduce((sum, { row, share }) => sum + share * values[row]!, 0);

/**
 * Priors of all items, the new ones last.
 *
 * @param leaves of the new items
 * @param since days since 1970 on which the new items were added
 */
export function extendedPriors(
  priors: Priors,
  neighbours: readonly (readonly Neighbour[])[],
  leaves: readonly number[],
  since: readonly number[],
): Priors {
  const column = (values: Float32Array) =>
    extended(
      values,
      neighbours.map((own) => mean(values, own)),
    );
  return {
    popularity: column(priors.popularity),
    recent: column(priors.recent),
    interval: column(priors.interval),
    repeat: column(priors.repeat),
    leaf: Uint16Array.from([...priors.leaf, ...leaves]),
    ...(priors.since ? { since: Uint16Array.from([...priors.since, ...since]) } : {}),
  };
}

/** Quantises numbers to int8 in one scale. */
function quantised(values: readonly number[] | Float64Array): { scale: number; bytes: Int8Array } {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = Math.fround(largest / 127) || 1;
  return { scale, bytes: Int8Array.from(values, (value) => Math.round(value / scale)) };
}

/**
 * Item rows of all items, the new ones last. A mean of rows that point elsewhere is shorter than they are; it gets their mean length, or
 * the encoder would hardly ever put a new item first.
 */
export function extendedRows(rows: ItemRows, neighbours: readonly (readonly Neighbour[])[]): ItemRows {
  const known = rows.scale.length;
  const size = rows.row.length / known;
  const bytes = new Int8Array((known + neighbours.length) * size);
  bytes.set(rows.row);
  const scales = neighbours.map((own, place) => {
    const sum = new Float64Array(size);
    let length = 0;
    for (const { row, share } of own) {
      const neighbour = Float64Array.from(
        rows.row.subarray(row * size, (row + 1) * size),
        (byte) => rows.scale[row]! * byte,
      );
      for (let d = 0; d < size; d++) sum[d]! += share * neighbour[d]!;
      length += share * Math.hypot(...neighbour);
    }
    const stretch = length / (Math.hypot(...sum) || 1);
    const { scale, bytes: estimated } = quantised(sum.map((value) => stretch * value));
    bytes.set(estimated, (known + place) * size);
    return scale;
  });
  return {
    scale: extended(rows.scale, scales),
    bias: extended(
      rows.bias,
      neighbours.map((own) => mean(rows.bias, own)),
    ),
    row: bytes,
  };
}

/** What each source says for a new target: the mean of what it says for the items that stand for it, itself among them. */
function columnsOf(
  { scale, offset, target, weight }: LinearMatrix,
  neighbours: readonly (readonly Neighbour[])[],
): Map<number, number>[] {
  // By place in `standing`, -1 for the many items that stand for nothing: this is asked of every entry.
  const placeOf = new Int32Array(scale.length).fill(-1);
  const standing: { place: number; share: number }[][] = [];
  neighbours.forEach((own, place) => {
    for (const { row, share } of own) {
      if (placeOf[row] === -1) placeOf[row] = standing.push([]) - 1;
      standing[placeOf[row]!]!.push({ place, share });
    }
  });
  const columns = neighbours.map(() => new Map<number, number>());
  for (let source = 0; source + 1 < offset.length; source++)
    for (let entry = offset[source]!; entry < offset[source + 1]!; entry++) {
      const row = target[entry]!;
      if (placeOf[row] === -1) continue;
      const stood = standing[placeOf[row]!]!;
      const value = scale[row]! * weight[entry]!;
      for (const { place, share } of stood)
        columns[place]!.set(
          source,
          (columns[place]!.get(source) ?? 0) + (row === source ? ownCounts : 1) * share * value,
        );
    }
  return columns;
}

/** What a new source says: the mean of what the items that stand for it say, of others than themselves. */
function outgoing(
  own: readonly Neighbour[],
  { scale, offset, target, weight }: LinearMatrix,
): [number, number][] {
  const sums = new Map<number, number>();
  for (const { row, share } of own)
    for (let entry = offset[row]!; entry < offset[row + 1]!; entry++)
      if (target[entry] !== row)
        sums.set(target[entry]!, (sums.get(target[entry]!) ?? 0) + share * weight[entry]!);
  return [...sums]
    .map(([row, sum]): [number, number] => [row, Math.round(Math.max(-127, Math.min(127, sum)))])
    .filter(([row, bytes]) => bytes !== 0 && scale[row] !== 0)
    .sort(([one], [other]) => one - other);
}

/** The item-to-item matrix of all items, the new ones last as sources and as targets. */
export function extendedLinear(
  matrix: LinearMatrix,
  neighbours: readonly (readonly Neighbour[])[],
): LinearMatrix {
  const known = matrix.scale.length;
  const columns = columnsOf(matrix, neighbours);
  const incoming = new Map<number, [number, number][]>();
  const scales = columns.map((column, place) => {
    const strongest = [...column]
      .sort(([one, a], [other, b]) => Math.abs(b) - Math.abs(a) || one - other)
      .slice(0, mostEntries);
    const own = neighbours[place]!.reduce(
      (sum, { row, share }) => sum + share * weightBetween(row, row, matrix),
      0,
    );
    const entries: [number, number][] = [...strongest, [known + place, own]];
    const { scale, bytes } = quantised(entries.map(([, value]) => value));
    entries.forEach(([source], at) => {
      if (bytes[at] === 0) return;
      const list = incoming.get(source) ?? [];
      list.push([known + place, bytes[at]!]);
      incoming.set(source, list);
    });
    return scale;
  });
  const total = known + neighbours.length;
  const added = neighbours.map((own) => outgoing(own, matrix));
  const further =
    [...incoming.values()].reduce((sum, list) => sum + list.length, 0) +
    added.reduce((sum, list) => sum + list.length, 0);
  const length = matrix.target.length + further;
  const target = total > 65_536 ? new Uint32Array(length) : new Uint16Array(length);
  const weight = new Int8Array(length);
  const offset = new Uint32Array(total + 1);
  let filled = 0;
  const put = (entries: Iterable<readonly [number, number]>) => {
    for (const [row, bytes] of entries) {
      target[filled] = row;
      weight[filled++] = bytes;
    }
  };
  for (let source = 0; source < total; source++) {
    if (source < known) {
      const [begin, end] = [matrix.offset[source]!, matrix.offset[source + 1]!];
      target.set(matrix.target.subarray(begin, end), filled);
      weight.set(matrix.weight.subarray(begin, end), filled);
      filled += end - begin;
    } else put(added[source - known]!);
    // New targets are the largest rows, and come in ascending order.
    put(incoming.get(source) ?? []);
    offset[source + 1] = filled;
  }
  return { scale: extended(matrix.scale, scales), offset, target, weight };
}
