import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyAt } from '../../../worker/model/history.ts';
import { contributionsTo, togetherOf } from '../../../worker/model/linear.ts';
import { linearScores, popularScores } from '../../../worker/model/scores.ts';
import { evidenceOf, interleaver } from '../../../worker/model/signals.ts';
import {
  interaction,
  manifestFor,
  moment,
  syntheticInteractions,
  syntheticPack,
} from '../support/synthetic-pack.ts';

const pack = syntheticPack();
const historyOf = (count: number, seed: number) =>
  historyAt(syntheticInteractions(pack, count, seed), pack, moment);

describe('the signals', () => {
  test('follow the definitions, on numbers that can be followed by hand', () => {
    const tiny = {
      ...syntheticPack({ items: 3, neighbours: 1 }),
      manifest: manifestFor(3, {
        linear: { ...pack.manifest.linear, halfLifeDays: 10, halfLifeEvents: 2, power: 0.5 },
        habit: { halfLifeDays: 5, priorWeight: 2 },
      }),
      categories: [
        { name: 'Coffee', parent: -1 },
        { name: 'Tea', parent: -1 },
      ],
      linear: {
        scale: Float32Array.of(0.5, 0.25, 2),
        offset: Uint32Array.of(0, 2, 3, 3),
        target: Uint16Array.of(0, 2, 0),
        weight: Int8Array.of(10, -4, 8),
      },
      priors: {
        popularity: Float32Array.of(1, 0, -1),
        recent: Float32Array.of(0, 0, 0),
        interval: Float32Array.of(7, 14, 21),
        repeat: Float32Array.of(0.5, 0.5, 0.5),
        leaf: Uint16Array.of(0, 0, 1),
      },
    };
    const history = historyAt(
      [
        interaction(1, 'item-0', 'purchase', 20),
        interaction(2, 'item-1', 'view', 10),
        interaction(3, 'item-0', 'purchase', 10),
      ],
      tiny,
      moment,
    );
    const { interest, signals } = evidenceOf(history, tiny);
    // item 0: 2^-2 * 2^-1 + 2^-1; item 1: 0.2 * 2^-1 * 2^-0.5
    const x0 = Math.sqrt(0.125 + 0.5);
    const x1 = Math.sqrt(0.2 * 0.5 * Math.SQRT1_2);
    expect([...interest.rows]).toEqual([0, 1]);
    expect(interest.strengths[0]).toBeCloseTo(x0, 12);
    expect(interest.strengths[1]).toBeCloseTo(x1, 12);
    expect(signals.together[0]).toBeCloseTo(0.5 * (10 * x0 + 8 * x1), 6);
    expect(signals.together[1]).toBe(0);
    expect(signals.together[2]).toBeCloseTo(2 * -4 * x0, 6);
    expect(signals.habit[0]).toBeCloseTo(2 ** -4 + 2 ** -2, 6);
    expect([...signals.times]).toEqual([2, 0, 0]);
    expect([...signals.daysSince]).toEqual([10, -1, -1]);
    expect(signals.interval[0]).toBeCloseTo((2 * 7 + 10) / 3, 6);
    expect(signals.interval[1]).toBe(14);
    expect([...signals.affinity]).toEqual([1, 1, 0]);
    expect([...signals.had]).toEqual([1, 1, 0]);
  });

  test('of a visitor without a history say that nothing is known', () => {
    const { interest, signals } = evidenceOf(historyAt([], pack, moment), pack);
    expect(interest.rows).toHaveLength(0);
    for (const name of ['together', 'habit', 'times', 'affinity', 'had'] as const)
      expect(signals[name].every((value) => value === 0)).toBe(true);
    expect(signals.daysSince.every((value) => value === -1)).toBe(true);
    expect(signals.interval).toEqual(pack.priors.interval);
  });

  test('lie side by side for the blender, in the order that the manifest names', () => {
    const { signals } = evidenceOf(historyOf(20, 3), pack);
    const taste = pack.rows.bias;
    const into = new Float32Array(2 * 60 + 4).fill(9);
    interleaver(['habit', 'taste'], into)({ ...signals, taste });
    expect(into[2 * 17]).toBe(signals.habit[17]);
    expect(into[2 * 17 + 1]).toBe(taste[17]);
    expect([...into.slice(-4)]).toEqual([9, 9, 9, 9]);
  });

  test('are laid out anew for the next visitor, but for what belongs to the pack', () => {
    const names = ['taste', 'times', 'repeat', 'together'] as const;
    const used = new Float32Array(4 * 60);
    const layOut = interleaver(names, used);
    for (const seed of [3, 4, 5]) {
      const signals = {
        ...evidenceOf(historyOf(20, seed), pack).signals,
        taste: Float32Array.of(...Array(60).fill(seed)),
      };
      layOut(signals);
      const fresh = new Float32Array(4 * 60);
      interleaver(names, fresh)(signals);
      expect(used).toEqual(fresh);
    }
  });
});

describe('the linear tier', () => {
  test('explains every item exactly: contributions add up to the evidence, parts to the score', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.integer(), (count, seed) => {
        const { scores, partsOf, evidence } = linearScores(historyOf(count, seed), pack);
        const { interest, signals } = evidence!;
        expect(signals.together).toEqual(togetherOf(interest, pack.linear));
        for (let row = 0; row < scores.length; row++) {
          const contributions = contributionsTo(row, interest, pack.linear);
          const size = contributions.reduce((sum, one) => sum + Math.abs(one), 0);
          expect(
            Math.abs(contributions.reduce((sum, one) => sum + one, 0) - signals.together[row]!),
          ).toBeLessThanOrEqual(1e-6 * (size + 1e-6));
          const parts = Object.values(partsOf(row));
          const magnitude = parts.reduce((sum, part) => sum + Math.abs(part), 0);
          expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - scores[row]!)).toBeLessThanOrEqual(
            1e-6 * magnitude,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test('gives finite scores for absurd but allowed input', () => {
    const absurd = [
      interaction(1, 'item-1', 'rating', 1e9, 1e308),
      interaction(2, 'item-2', 'rating', -1e9, -1e308),
      interaction(3, 'item-3', 'purchase', 0, Number.MAX_VALUE),
      interaction(4, 'item-1', 'dislike', 0),
    ];
    expect(linearScores(historyAt(absurd, pack, moment), pack).scores.every(Number.isFinite)).toBe(true);
  });
});

test('the popular tier scores a list by its places and all other items 0', () => {
  const { scores, source } = popularScores(Int32Array.of(4, 0), 5);
  expect(source).toBe('popular');
  expect([...scores]).toEqual([0.5, 0, 0, 0, 1]);
});
