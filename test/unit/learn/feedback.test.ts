import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredInteraction } from '../../../src/contract.ts';
import { type Learned, learn, mostShown, nothingLearned } from '../../../worker/learn/feedback.ts';
import { expected, posteriorOf } from '../../../worker/learn/posterior.ts';
import { defaultSettings } from '../../../worker/learn/settings.ts';

const features: Record<string, number[]> = { tea: [1, 1, 0], coffee: [1, 0, 1] };
const featuresAt = (item: string) => (Object.hasOwn(features, item) ? features[item] : undefined);

const told = (...interactions: Partial<StoredInteraction>[]): Learned => {
  const learned = nothingLearned(3);
  interactions.forEach((one, at) => {
    learn(
      learned,
      { type: 'impression', item: 'tea', seq: at + 1, id: String(at), time: 0, ...one },
      featuresAt,
      { ...defaultSettings, kept: 1 },
    );
  });
  return learned;
};
const worth = (learned: Learned, item: string) =>
  expected(posteriorOf(learned.sums, defaultSettings).mean, features[item]!);

describe('learning from feedback', () => {
  test('what was clicked goes up, what was shown and passed over goes down', () => {
    const clicked = told({ list: 'a', position: 0 }, { type: 'click', list: 'a', position: 0 });
    expect(worth(clicked, 'tea')).toBeGreaterThan(0.01);
    const passed = told({ list: 'a', position: 0 }, { list: 'b', position: 0 });
    expect(worth(passed, 'tea')).toBeLessThan(-0.001);
    expect(
      worth(
        told({ item: 'tea', list: 'a' }, { item: 'coffee', list: 'a' }, { type: 'click', list: 'a' }),
        'tea',
      ),
    ).toBeGreaterThan(worth(told({ item: 'tea', list: 'a' }, { item: 'coffee', list: 'a' }), 'coffee'));
  });

  test('passing over what stands far down says less than passing over what stands first', () => {
    const at = (position: number) => worth(told({ list: 'a', position }), 'tea');
    expect(at(0)).toBeLessThan(at(30));
    expect(at(30)).toBeLessThan(0);
  });

  test('a click that the list did not expect says more than one that it did', () => {
    const at = (position: number) =>
      worth(told({ list: 'a', position }, { type: 'click', list: 'a', position }), 'tea');
    expect(at(30)).toBeGreaterThan(at(0));
  });

  test('a click after an impression is learned as if it had been known at once, and before it, too', () => {
    const after = told({ list: 'a', position: 3 }, { type: 'click', list: 'a', position: 3 });
    const before = told({ type: 'click', list: 'a', position: 3 }, { list: 'a', position: 3 });
    expect([...after.sums.precision]).toEqual([...before.sums.precision]);
    after.sums.vector.forEach((value, place) => {
      expect(value).toBeCloseTo(before.sums.vector[place]!, 12);
    });
  });

  test('of click, cart and purchase the most counts, once; told twice counts once', () => {
    const shown = { list: 'a', position: 0 };
    const all = told(
      shown,
      shown,
      { ...shown, type: 'click' },
      { ...shown, type: 'purchase' },
      { ...shown, type: 'cart' },
    );
    const most = told(shown, { ...shown, type: 'purchase' });
    expect(worth(all, 'tea')).toBeCloseTo(worth(most, 'tea'), 12);
  });

  test('an opinion counts wherever it was given, and a dislike sinks what is like it', () => {
    expect(worth(told({ type: 'dislike' }), 'tea')).toBeLessThan(-0.1);
    expect(worth(told({ type: 'like' }), 'tea')).toBeGreaterThan(0.1);
    expect(worth(told({ type: 'rating', value: 1 }), 'tea')).toBeLessThan(0);
  });

  test('unknown items, other types, and values that are no number say nothing', () => {
    const nothing = told(
      { item: 'unheard of', list: 'a' },
      { type: 'search', item: '' },
      { type: 'site-own' },
      { type: '__proto__' },
      { type: 'constructor' },
      { type: 'rating', value: Number.NaN },
      { type: 'rating' },
    );
    expect(nothing.feedback).toBe(0);
    expect(nothing.seen).toBe(7);
    expect(nothing.seq).toBe(7);
    expect([...nothing.sums.precision].every((value) => value === 0)).toBe(true);
  });

  test('whatever comes in whatever order, beliefs are finite and memory is bounded', () => {
    const interaction = fc.record({
      type: fc.constantFrom(
        'impression',
        'click',
        'cart',
        'purchase',
        'dislike',
        'rating',
        'view',
        'hide',
        'odd',
      ),
      item: fc.constantFrom('tea', 'coffee', ''),
      list: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      position: fc.option(fc.oneof(fc.nat(1e9), fc.constant(Number.NaN), fc.constant(-3)), {
        nil: undefined,
      }),
      value: fc.option(fc.double(), { nil: undefined }),
      // A clock that jumps changes nothing: the order is the store's.
      time: fc.double({ noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(interaction, { maxLength: 200 }), (interactions) => {
        const learned = told(...(interactions as Partial<StoredInteraction>[]));
        expect(Number.isFinite(worth(learned, 'tea'))).toBe(true);
        for (const one of learned.shown) expect(one.weight).toBeLessThanOrEqual(1);
        // Every diagonal entry is a sum of squares.
        expect(learned.sums.precision[0]).toBeGreaterThanOrEqual(0);
      }),
    );
    const long = told(...Array.from({ length: 3 * mostShown }, (_, at) => ({ list: String(at) })));
    expect(long.shown).toHaveLength(mostShown);
  });
});
