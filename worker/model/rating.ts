/** How many stars a visitor would give, and how sure that is; "Expected rating" in `docs/model.md`. */
import type { Rating, StoredInteraction } from '../../src/contract.ts';
import type { ItemRow, Manifest, Pack, RatingTable } from '../pack/pack.ts';
import type { Runtime } from './runtime.ts';

type Shape = NonNullable<Manifest['rating']>;

/** What has to be known of an interaction. */
export type Told = Pick<StoredInteraction, 'type' | 'item' | 'value' | 'seq'>;

/** The ratings that count, oldest first, each item once. */
export interface Given {
  readonly rows: ItemRow[];
  /** Stars, never 0. */
  readonly values: number[];
}

/** Says what a visitor would rate. */
export interface Rater {
  /** One question at a time. */
  rate(interactions: readonly Told[], rows: readonly ItemRow[]): Promise<Rating[]>;
  release(): Promise<void>;
}

const held = (number: number, least: number, most: number) => Math.min(most, Math.max(least, number));

/**
 * Picks the visitor's ratings out of everything else: type `rating`, with a value, of an item that the pack knows; of several on one
 * item the newest, and of all the newest `events`. Values beyond what can be given are held within it.
 *
 * @param interactions in any order
 */
export function ratingsOf(
  interactions: readonly Told[],
  rowOf: Pack['rowOf'],
  { events, lowest, highest }: Pick<Shape, 'events' | 'lowest' | 'highest'>,
): Given {
  const newestFirst = interactions.filter(({ type }) => type === 'rating').sort((a, b) => b.seq - a.seq);
  const given = new Map<ItemRow, number>();
  for (const { item, value } of newestFirst) {
    if (given.size === events) break;
    const row = rowOf.get(item);
    if (row === undefined || !value || given.has(row)) continue;
    const stars = held(value, lowest, highest);
    if (stars !== 0) given.set(row, stars);
  }
  return { rows: [...given.keys()].reverse(), values: [...given.values()].reverse() };
}

/**
 * What the visitor's state makes of some items.
 *
 * @param state `[factors]`, what the graph made of the visitor's ratings
 * @param count how many ratings that were
 */
export function expectedRatings(
  state: Float32Array,
  count: number,
  rows: readonly ItemRow[],
  { bias, row: table }: RatingTable,
  { factors, noiseStep, lengths, offset, slope, spread, lowest, highest }: Shape,
): Rating[] {
  const bucket = lengths.findLastIndex((least) => least <= count);
  const size = 2 * factors + 3;
  return rows.map((row) => {
    let raw = bias[row]!;
    for (let factor = 0; factor < factors; factor++) raw += table[row * size + factor]! * state[factor]!;
    const noise = Math.exp(-noiseStep * table[row * size + 2 * factors + 1]!);
    return {
      expected: held(offset[bucket]! + slope[bucket]! * held(raw, lowest, highest), lowest, highest),
      deviation: spread[bucket]! * Math.sqrt(noise),
    };
  });
}

/** The graph's session and its inputs, which are allocated here, once. */
async function openGraph(runtime: Runtime, { graph, row: table }: RatingTable, { events, factors }: Shape) {
  const size = 2 * factors + 3;
  const items = new Float32Array(events * size);
  const values = new Float32Array(events);
  const session = await runtime.open(graph);
  const inputs = {
    items: new runtime.Tensor('float32', items, [1, events, size]),
    values: new runtime.Tensor('float32', values, [1, events]),
  };
  return {
    async state({ rows, values: stars }: Given): Promise<Float32Array> {
      items.fill(0);
      values.fill(0);
      rows.forEach((row, place) => {
        const at = events - rows.length + place;
        values[at] = stars[place]!;
        items.set(table.subarray(row * size, (row + 1) * size), at * size);
      });
      const { state } = await session.run(inputs);
      return state!.data as Float32Array;
    },
    release: () => session.release(),
  };
}

/** Answers with the pack's graph of expected ratings, which starts at the first question: most pages never ask. */
export function createRater(
  runtime: Runtime,
  table: RatingTable,
  { rowOf, manifest }: Pick<Pack, 'rowOf' | 'manifest'>,
): Rater {
  const shape = manifest.rating!;
  let graph: ReturnType<typeof openGraph> | undefined;
  return {
    async rate(interactions, rows) {
      graph ??= openGraph(runtime, table, shape);
      const given = ratingsOf(interactions, rowOf, shape);
      const state = await (await graph).state(given);
      const ratings = expectedRatings(state, given.rows.length, rows, table, shape);
      if (!ratings.every(({ expected }) => Number.isFinite(expected)))
        throw new Error('The graph of expected ratings gave something that is not a number.');
      return ratings;
    },
    async release() {
      // One that could not be opened has nothing to release.
      await (await graph?.catch(() => undefined))?.release();
    },
  };
}
