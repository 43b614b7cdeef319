/** Expected ratings: what counts as a rating, and what is made of the graph's state. The graph itself: `test/browser/rating.browser.ts`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredInteraction } from '../../../src/contract.ts';
import { createRater, expectedRatings, ratingsOf } from '../../../worker/model/rating.ts';
import type { Runtime } from '../../../worker/model/runtime.ts';
import type { Manifest } from '../../../worker/pack/pack.ts';
import golden from '../../golden/rating.json' with { type: 'json' };
import pack from '../../golden/rating-pack.json' with { type: 'json' };

const shape: NonNullable<Manifest['rating']> = pack.rating;
const rowOf = new Map(pack.ids.map((id, row) => [id, row]));
const table = {
  bias: Float32Array.from(pack.bias),
  row: Int8Array.from(pack.row.flat()),
  graph: new Uint8Array(),
};
const size = 2 * shape.factors + 3;
const allRows = [...rowOf.values()];

type Told = { type: string; item: string; value?: number };
const stored = (told: readonly Told[]): StoredInteraction[] =>
  told.map((one, place) => ({ ...one, seq: place + 1, id: String(place), time: 0 }));

/** A runtime whose every session gives this state, and remembers what it was fed. */
function runtimeGiving(state: Float32Array, fed: Record<string, ArrayLike<number>> = {}) {
  function Tensor(this: object, _kind: string, data: ArrayLike<number>) {
    Object.assign(this, { data });
  }
  let opened = 0;
  const runtime = {
    provider: 'wasm',
    Tensor,
    open: async () => {
      opened++;
      return {
        run: async (inputs: Record<string, { data: Float32Array }>) => {
          for (const [name, { data }] of Object.entries(inputs)) fed[name] = Float32Array.from(data);
          return { state: { data: state } };
        },
        release: async () => {},
      };
    },
  } as unknown as Runtime;
  return { runtime, opened: () => opened };
}
const manifest = { rating: shape } as Manifest;

describe('the trainer and the browser agree on', () => {
  test.each(golden.cases)('which ratings count of a visitor $name', ({ input, expected }) => {
    const { rows, values } = ratingsOf(stored(input as Told[]), rowOf, shape);
    expect(rows).toEqual(expected.rows);
    expect(values).toEqual(expected.values);
  });

  test.each(golden.cases)('the stars of a visitor $name, and how sure they are', ({ expected }) => {
    const state = Float32Array.from(expected.state);
    const found = expectedRatings(state, expected.rows.length, allRows, table, shape);
    found.forEach((one, row) => {
      expect(Math.abs(one.expected - expected.expected[row]!)).toBeLessThan(1e-4);
      expect(Math.abs(one.deviation - expected.deviation[row]!)).toBeLessThan(1e-4);
    });
  });

  test.each(golden.cases)('what the graph is told of a visitor $name', async ({ input, expected }) => {
    const fed: Record<string, ArrayLike<number>> = {};
    const { runtime } = runtimeGiving(new Float32Array(shape.factors), fed);
    const rater = createRater(runtime, table, { rowOf, manifest });
    // An earlier visitor with more ratings leaves nothing behind.
    await rater.rate(stored(pack.ids.map((item) => ({ type: 'rating', item, value: 5 }))), [0]);
    await rater.rate(stored(input as Told[]), [0]);
    const { events } = shape;
    const padding = events - expected.rows.length;
    expect([...Array.from(fed.values!)]).toEqual([...new Array(padding).fill(0), ...expected.values]);
    const rows = expected.rows.flatMap((row) => pack.row[row]!);
    expect([...Array.from(fed.items!)]).toEqual([...new Array(padding * size).fill(0), ...rows]);
  });
});

test('the graph starts at the first question, and once', async () => {
  const { runtime, opened } = runtimeGiving(new Float32Array(shape.factors));
  const rater = createRater(runtime, table, { rowOf, manifest });
  expect(opened()).toBe(0);
  await rater.release();
  await rater.rate([], [0]);
  await rater.rate([], [1, 2]);
  expect(opened()).toBe(1);
});

test('a graph that gives no number is an error, not a rating', async () => {
  const { runtime } = runtimeGiving(new Float32Array(shape.factors).fill(Number.NaN));
  const rater = createRater(runtime, table, { rowOf, manifest });
  await expect(rater.rate([], [0])).rejects.toThrow('not a number');
});

test('whatever the state, expected ratings are ones that can be given, and never quite sure', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 }),
      fc.nat(1000),
      (state, count) => {
        for (const { expected, deviation } of expectedRatings(
          Float32Array.from(state),
          count,
          allRows,
          table,
          shape,
        )) {
          expect(expected).toBeGreaterThanOrEqual(shape.lowest);
          expect(expected).toBeLessThanOrEqual(shape.highest);
          expect(deviation).toBeGreaterThan(0);
        }
      },
    ),
  );
});

test('nothing but the newest ratings of known items counts, whatever else happens around them', () => {
  const told = fc.record({
    type: fc.constantFrom('rating', 'purchase', 'like', '__proto__'),
    item: fc.constantFrom(...pack.ids, 'no such item', 'constructor'),
    value: fc.double({ min: -10, max: 10, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 40 }), fc.nat(40), (events, turn) => {
      const interactions = stored(events);
      const given = ratingsOf(interactions, rowOf, shape);
      expect(given.rows.length).toBe(given.values.length);
      expect(given.rows.length).toBeLessThanOrEqual(shape.events);
      expect(new Set(given.rows).size).toBe(given.rows.length);
      for (const value of given.values) expect(value >= shape.lowest && value <= shape.highest).toBe(true);
      const rated = interactions.filter(({ type, item }) => type === 'rating' && rowOf.has(item));
      expect(ratingsOf(rated, rowOf, shape)).toEqual(given);
      const turned = [...interactions.slice(turn), ...interactions.slice(0, turn)];
      expect(ratingsOf(turned, rowOf, shape)).toEqual(given);
    }),
  );
});
