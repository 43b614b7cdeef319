/** Interactions that have become sums rank as they did. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompactedInteractions, StoredInteraction } from '../../../src/contract.ts';
import { visitorOf } from '../../../worker/model/blender.ts';
import { compact } from '../../../worker/model/compact.ts';
import { avgRating } from '../../../worker/model/features/avg-rating.ts';
import { recencyScore } from '../../../worker/model/features/recency-score.ts';
import { habitOf } from '../../../worker/model/habit.ts';
import { hadOf } from '../../../worker/model/had.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { interestOf } from '../../../worker/model/interest.ts';
import { boughtRows } from '../../../worker/rerank/mode.ts';
import { hashOf, identityOf } from '../../../worker/store/identity.ts';
import { manifestFor, moment, syntheticPack } from '../support/synthetic-pack.ts';

const day = 86_400_000;
const pack = syntheticPack({ manifest: { history: { events: 1000 } } });
const inDaysAlone = syntheticPack({
  manifest: { history: { events: 1000 }, linear: { ...manifestFor(60).linear, halfLifeEvents: null } },
});
const noEvidence = new Set(['impression', 'search']);
const knownAs = (one: StoredInteraction) => hashOf(identityOf(one));

const interactions = fc
  .array(
    fc.record({
      item: fc.integer({ min: 0, max: 8 }).map((row) => (row === 8 ? 'unknown' : `item-${row}`)),
      type: fc.constantFrom('purchase', 'view', 'rating', 'dislike', 'like', 'impression', 'of-the-site'),
      daysAgo: fc.double({ min: 0, max: 400, noNaN: true }),
      value: fc.option(fc.constantFrom(1, 3, 5), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map((events) =>
    events.map(
      ({ item, type, daysAgo, value }, place): StoredInteraction => ({
        seq: place + 1,
        id: `${place}`,
        item,
        type,
        time: Math.round(moment - daysAgo * day),
        ...(value === undefined ? {} : { value }),
      }),
    ),
  );
const kept = fc.record({ days: fc.integer({ min: 0, max: 300 }), count: fc.integer({ min: 0, max: 60 }) });

interface Kept {
  interactions: StoredInteraction[];
  compacted: readonly CompactedInteractions[];
}

function compacted(of: Kept, which: typeof pack, keep: { days: number; count: number }, now: number): Kept {
  const made = compact(of.interactions, of.compacted, which, keep, noEvidence, knownAs, now);
  const gone = new Set(made.gone);
  return { interactions: of.interactions.filter((one) => !gone.has(one)), compacted: made.compacted };
}

function near(left: ArrayLike<number>, right: ArrayLike<number>): void {
  expect(left.length).toBe(right.length);
  const off = Array.from(left, (one, at) => Math.abs(one - right[at]!) / Math.max(1, Math.abs(right[at]!)));
  expect(Math.max(0, ...off)).toBeLessThanOrEqual(1e-6);
}

function alike(some: Kept, all: readonly StoredInteraction[], which: typeof pack, now: number): void {
  const { manifest, priors } = which;
  const [left, right] = [historyAt(some.interactions, which, now, some), historyAt(all, which, now)];
  const [mine, theirs] = [interestOf(left, manifest.linear), interestOf(right, manifest.linear)];
  expect([...mine.rows]).toEqual([...theirs.rows]);
  near(mine.strengths, theirs.strengths);
  const [habit, expected] = [
    habitOf(left, priors.interval, manifest),
    habitOf(right, priors.interval, manifest),
  ];
  for (const name of ['habit', 'times', 'daysSince', 'interval'] as const) near(habit[name], expected[name]);
  expect(hadOf(left, priors.interval.length)).toEqual(hadOf(right, priors.interval.length));
  expect([...left.disliked]).toEqual([...right.disliked]);
  expect(boughtRows(left, manifest)).toEqual(boughtRows(right, manifest));
  near(Object.values(visitorOf(left)), Object.values(visitorOf(right)));
  near([avgRating(left, manifest)], [avgRating(right, manifest)]);
  near([recencyScore(left, manifest)], [recencyScore(right, manifest)]);
}

describe('interactions made into sums', { timeout: 30_000 }, () => {
  test.each([
    ['in days and events', pack],
    ['in days alone', inDaysAlone],
  ])(
    'rank as they did, whatever was kept and however often, at any later time; half-lives %s',
    (_, which) => {
      fc.assert(
        fc.property(
          interactions,
          interactions,
          kept,
          kept,
          fc.integer({ min: 0, max: 500 }),
          (old, more, first, second, later) => {
            const now = moment + later * day;
            let some: Kept = compacted({ interactions: old, compacted: [] }, which, first, moment);
            alike(some, old, which, moment);
            const newer = more.map((one) => ({ ...one, seq: one.seq + 1000, id: `new ${one.id}` }));
            some = { ...some, interactions: [...some.interactions, ...newer] };
            alike(some, [...old, ...newer], which, now);
            some = compacted(some, which, second, now);
            alike(some, [...old, ...newer], which, now);
            alike(some, [...old, ...newer], which, now + 10 * day);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('are one an item and type, and stop at the first that has to stay', () => {
    const at = (seq: number, type: string, daysAgo: number): StoredInteraction => ({
      seq,
      id: `${seq}`,
      type,
      item: 'item-1',
      time: moment - daysAgo * day,
    });
    const old = [
      at(1, 'purchase', 90),
      at(2, 'view', 80),
      at(3, 'purchase', 70),
      at(4, 'view', 5),
      at(5, 'view', 60),
    ];
    const some = compacted({ interactions: old, compacted: [] }, pack, { days: 30, count: 100 }, moment);
    expect(some.interactions.map(({ seq }) => seq)).toEqual([4, 5]);
    expect(some.compacted).toMatchObject([
      {
        item: 'item-1',
        type: 'purchase',
        count: 2,
        first: moment - 90 * day,
        last: moment - 70 * day,
        seq: 3,
      },
      { item: 'item-1', type: 'view', count: 1 },
    ]);
  });

  test('are near where a new pack decays in another way', () => {
    const old = [400, 200, 100, 50].map(
      (daysAgo, place): StoredInteraction => ({
        seq: place + 1,
        id: `${place}`,
        type: 'purchase',
        item: 'item-1',
        time: moment - daysAgo * day,
      }),
    );
    const some = compacted({ interactions: old, compacted: [] }, inDaysAlone, { days: 0, count: 0 }, moment);
    const slower = {
      ...inDaysAlone,
      manifest: { ...inDaysAlone.manifest, habit: { halfLifeDays: 3000, priorWeight: 2 } },
    };
    const exact = habitOf(historyAt(old, slower, moment), slower.priors.interval, slower.manifest).habit[1]!;
    const sum = habitOf(historyAt([], slower, moment, some), slower.priors.interval, slower.manifest)
      .habit[1]!;
    expect(Math.abs(sum / exact - 1)).toBeLessThan(0.01);
  });
});
