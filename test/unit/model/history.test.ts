import { describe, expect, test } from 'vitest';
import { historyAt } from '../../../worker/model/history.ts';
import { interaction, manifestFor, moment, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack();

describe('the history', () => {
  test('leaves out items that the pack does not know and types without weight', () => {
    const history = historyAt(
      [
        interaction(1, 'item-1', 'purchase', 9),
        interaction(2, 'gone', 'purchase', 8),
        interaction(3, 'item-2', 'impression', 7),
        interaction(4, 'item-2', 'of-the-site', 7),
        interaction(5, 'item-3', 'view', 6),
      ],
      pack,
      moment,
    );
    expect([...history.rows]).toEqual([1, 3]);
    expect([...history.types]).toEqual([0, 1]);
    expect([...history.ages]).toEqual([9 * 86_400, 6 * 86_400]);
    expect([...history.seqs]).toEqual([1, 5]);
  });

  test('goes by the order of storing, whatever the clock said', () => {
    const history = historyAt(
      [interaction(2, 'item-2', 'view', 50), interaction(1, 'item-1', 'view', 3)],
      pack,
      moment,
    );
    expect([...history.rows]).toEqual([1, 2]);
  });

  test('keeps the newest events when there are too many', () => {
    const short = { ...pack, manifest: manifestFor(60, { history: { events: 2 } }) };
    const history = historyAt(
      [1, 2, 3, 4].map((seq) => interaction(seq, `item-${seq}`, 'purchase', 10 - seq)),
      short,
      moment,
    );
    expect([...history.rows]).toEqual([3, 4]);
  });

  test('takes an event in the future as one of now, and keeps absurd values from spoiling sums', () => {
    const history = historyAt(
      [
        interaction(1, 'item-1', 'purchase', -3),
        interaction(2, 'item-1', 'rating', 1, 1e300),
        interaction(3, 'item-1', 'purchase', 1e12),
      ],
      pack,
      moment,
    );
    expect(history.ages[0]).toBe(0);
    expect(history.values[1]).toBe(1_000_000);
    expect(history.ages[2]).toBe(3.2e9);
  });

  test('weighs a rating by its stars, never below zero, and one without stars by its type alone', () => {
    const history = historyAt(
      [
        interaction(1, 'item-1', 'rating', 1, 5),
        interaction(2, 'item-1', 'rating', 1, 1),
        interaction(3, 'item-1', 'rating', 1),
        interaction(4, 'item-1', 'purchase', 1, 99),
      ],
      pack,
      moment,
    );
    expect([...history.weights]).toEqual([0.75, 0, 1, 1]);
    expect([...history.values]).toEqual([5, 1, 0, 99]);
  });

  test('knows what is disliked by the newest opinion, whether or not the pack declares the types', () => {
    const opinions = [
      interaction(1, 'item-9', 'dislike', 5),
      interaction(2, 'item-4', 'dislike', 4),
      interaction(3, 'item-5', 'like', 3),
      interaction(4, 'item-9', 'like', 2),
      interaction(5, 'item-5', 'dislike', 1),
      interaction(6, 'gone', 'dislike', 1),
    ];
    expect([...historyAt(opinions, pack, moment).disliked]).toEqual([4, 5]);
    const undeclared = {
      ...pack,
      manifest: manifestFor(60, { eventTypes: [{ name: 'purchase', weight: 1, habit: true, token: 1 }] }),
    };
    expect([...historyAt(opinions, undeclared, moment).disliked]).toEqual([4, 5]);
  });
});
