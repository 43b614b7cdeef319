/**
 * What the head sees of an item: 32 numbers. The item's row in few dimensions, its priors, and the first of these dimensions once more for evenings
 * and for weekends, so that "coffee in the morning" can be learned. Defined in "The head that learns on the device" in `docs/model.md`.
 */
import type { ItemRow, ItemRows, Pack, Priors } from '../pack/pack.ts';
import { principalAxes } from './principal-axes.ts';

/** Numbers an item has. */
export const size = 32;
/** Of these, the item's row in few dimensions. */
export const itemSize = 20;
/** Of these, how many are crossed with the time. */
const crossedSize = 4;

/** Local time, as `clockAt` reads it. */
export interface LocalTime {
  /** 0 to 23. */
  readonly hour: number;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekday: number;
}

/** Reads a moment in the device's time zone. */
type ReadClock = (time: number) => LocalTime;

/** The items of one pack, as the head sees them. */
export interface Features {
  /** What the numbers were made of: those of another basis are other numbers. */
  readonly basis: string;
  /**
   * @param into `[size]`, filled
   */
  of(row: ItemRow, time: LocalTime, into: Float64Array): void;
  /**
   * What is expected of every item.
   *
   * @param weights `[size]`
   * @returns `[items]`
   */
  expected(weights: Float64Array, time: LocalTime): Float32Array;
}

/** Item rows without what all have in common, each of length 1; 0 for an item that is like all others. `[items * width]` */
function directions({ row, scale }: ItemRows): { values: Float64Array; width: number } {
  const items = scale.length;
  const width = items === 0 ? 0 : row.length / items;
  const values = Float64Array.from(row, (value, at) => value * scale[Math.floor(at / width)]!);
  const mean = new Float64Array(width);
  for (let at = 0; at < values.length; at++) mean[at % width]! += values[at]! / items;
  for (let item = 0; item < items; item++) {
    const own = values.subarray(item * width, (item + 1) * width);
    let sum = 0;
    for (let d = 0; d < width; d++) {
      own[d]! -= mean[d]!;
      sum += own[d]! ** 2;
    }
    if (sum > 0) for (let d = 0; d < width; d++) own[d]! /= Math.sqrt(sum);
  }
  return { values, width };
}

/** Where an item lies on each axis. `[items * itemSize]`, rows of length 1 or shorter. */
export function reducedRows(rows: ItemRows): Float32Array {
  const { values, width } = directions(rows);
  const items = rows.scale.length;
  const axes = principalAxes(values, width, itemSize);
  const reduced = new Float32Array(items * itemSize);
  for (let item = 0; item < items; item++)
    axes.forEach((axis, place) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += axis[d]! * values[item * width + d]!;
      reduced[item * itemSize + place] = sum;
    });
  return reduced;
}

/** A number of -1 or 1 for a category and a dimension, the same at all times: an integer hash (Wellons' lowbias32). */
function signOf(category: number, dimension: number): number {
  let bits = Math.imul(category + 1, 0x9e3779b1) ^ Math.imul(dimension + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) & 1 ? 1 : -1;
}

/** Without item rows: the item's categories, narrow ones more than broad ones, each a random direction. `[items * itemSize]` */
function categoryRows({ leaf }: Priors, categories: Pack['categories']): Float32Array {
  const ofLeaf = categories.map((_, index) => {
    const direction = new Float64Array(itemSize);
    let strength = 1;
    for (let at = index; at >= 0; at = categories[at]!.parent) {
      for (let d = 0; d < itemSize; d++) direction[d]! += strength * signOf(at, d);
      strength /= 2;
    }
    const length = Math.sqrt(direction.reduce((sum, part) => sum + part * part, 0));
    return direction.map((part) => part / length);
  });
  const rows = new Float32Array(leaf.length * itemSize);
  for (let item = 0; item < leaf.length; item++) rows.set(ofLeaf[leaf[item]!] ?? [], item * itemSize);
  return rows;
}

/** A column around its mean in units of its standard deviation, a third of that and no more than 1 either way. */
function standardised(column: Float32Array): Float32Array {
  const { length } = column;
  let sum = 0;
  for (const value of column) sum += value;
  const mean = sum / length;
  let squares = 0;
  for (const value of column) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / length);
  if (!(deviation > 0)) return new Float32Array(length);
  return column.map((value) => Math.min(1, Math.max(-1, (value - mean) / deviation / 3)));
}

/** Evening: from five in the afternoon to midnight. */
const isEvening = ({ hour }: LocalTime) => hour >= 17;
const isWeekend = ({ weekday }: LocalTime) => weekday >= 6;

/**
 * Makes the features of a pack's items, some milliseconds for 5,000 of them.
 *
 * @param pack with its priors; its item rows are used where they are there
 */
export function featuresOf(pack: Pack & { readonly priors: Priors }): Features {
  const { rows, priors, categories, manifest, ids } = pack;
  const reduced = rows ? reducedRows(rows) : categoryRows(priors, categories);
  const columns = [priors.popularity, priors.recent, priors.repeat].map(standardised);
  return {
    basis: JSON.stringify([1, manifest.version, rows ? 'rows' : 'categories', ids.length]),
    of(row, time, into) {
      const evening = Number(isEvening(time));
      const weekend = Number(isWeekend(time));
      const from = row * itemSize;
      let at = 0;
      into[at++] = 1;
      for (let d = 0; d < itemSize; d++) into[at++] = reduced[from + d]!;
      for (const column of columns) into[at++] = column[row]!;
      for (let d = 0; d < crossedSize; d++) into[at++] = evening * reduced[from + d]!;
      for (let d = 0; d < crossedSize; d++) into[at++] = weekend * reduced[from + d]!;
    },
    expected(weights, time) {
      // The crossed weights are those of the dimensions that they cross.
      const own = weights.slice(1, 1 + itemSize);
      const crossed = 1 + itemSize + columns.length;
      for (let d = 0; d < crossedSize; d++) {
        if (isEvening(time)) own[d]! += weights[crossed + d]!;
        if (isWeekend(time)) own[d]! += weights[crossed + crossedSize + d]!;
      }
      return Float32Array.from(ids, (_, row) => {
        let sum = weights[0]!;
        for (let d = 0; d < itemSize; d++) sum += own[d]! * reduced[row * itemSize + d]!;
        for (let c = 0; c < columns.length; c++) sum += weights[1 + itemSize + c]! * columns[c]![row]!;
        return sum;
      });
    },
  };
}

/**
 * The features of any item at any moment, for `learn`; undefined of an item that is not in the pack. What it gives holds until it
 * is asked again: one array serves all.
 *
 * @param clock milliseconds since 1970 to local time
 */
export function featuresAt(
  features: Features,
  rowOf: ReadonlyMap<string, ItemRow>,
  clock: ReadClock,
): (item: string, time: number) => Float64Array | undefined {
  const into = new Float64Array(size);
  return (item, time) => {
    const row = rowOf.get(item);
    if (row === undefined) return undefined;
    features.of(row, clock(time), into);
    return into;
  };
}
