import { describe, expect, test } from 'vitest';
import { type Features, featuresOf, itemSize, reducedRows, size } from '../../../worker/learn/features.ts';
import { expected } from '../../../worker/learn/posterior.ts';
import { principalAxes } from '../../../worker/learn/principal-axes.ts';
import { goldenPack } from '../support/golden-pack.ts';
import { randomFrom } from '../support/synthetic-pack.ts';

const morning = { hour: 9, weekday: 3 };
const saturdayEvening = { hour: 20, weekday: 6 };
const numbers = (features: Features, row: number, time = morning) => {
  const into = new Float64Array(size).fill(Number.NaN);
  features.of(row, time, into);
  return [...into];
};

describe('what the head sees of an item', () => {
  test('is 32 finite numbers within -1 and 1, with item rows and without', () => {
    const { rows: _, ...withoutRows } = goldenPack;
    for (const pack of [goldenPack, withoutRows]) {
      const features = featuresOf(pack);
      for (let row = 0; row < pack.ids.length; row++)
        for (const value of numbers(features, row, saturdayEvening))
          expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
    }
    expect(featuresOf(goldenPack).basis).not.toBe(featuresOf(withoutRows).basis);
  });

  test('is the same every time, and another on a Saturday evening', () => {
    expect(numbers(featuresOf(goldenPack), 3)).toEqual(numbers(featuresOf({ ...goldenPack }), 3));
    expect(numbers(featuresOf(goldenPack), 3)).not.toEqual(
      numbers(featuresOf(goldenPack), 3, saturdayEvening),
    );
  });

  test('keeps what tells items apart: the axes are at right angles, the first one the longest', () => {
    const random = randomFrom(5);
    const width = 6;
    const values = Float64Array.from(
      { length: 300 * width },
      (_, at) => (random() - 0.5) * [1, 9, 3, 0.1, 0, 5][at % width]!,
    );
    const axes = principalAxes(values, width, 4);
    axes.forEach((axis, one) => {
      axes.forEach((other, two) => {
        const dot = axis.reduce((sum, part, d) => sum + part * other[d]!, 0);
        expect(dot).toBeCloseTo(one === two ? 1 : 0, 6);
      });
    });
    expect(Math.abs(axes[0]![1]!)).toBeGreaterThan(0.99);
    expect(Math.abs(axes[1]![5]!)).toBeGreaterThan(0.98);
  });

  test('is there for rows that are shorter than it looks at, all alike, or all zeros', () => {
    const rows = { scale: new Float32Array(5).fill(1), bias: new Float32Array(5), row: new Int8Array(20) };
    expect(reducedRows(rows)).toEqual(new Float32Array(5 * itemSize));
    rows.row.set([1, 2, 3, 4]);
    expect(reducedRows(rows).every(Number.isFinite)).toBe(true);
    expect(
      reducedRows({ scale: new Float32Array(), bias: new Float32Array(), row: new Int8Array() }),
    ).toHaveLength(0);
  });
});

test('what is expected of all items at once is what is expected of each', () => {
  const random = randomFrom(8);
  const weights = Float64Array.from({ length: size }, () => random() - 0.5);
  const features = featuresOf(goldenPack);
  for (const time of [morning, saturdayEvening]) {
    const all = features.expected(weights, time);
    for (let row = 0; row < goldenPack.ids.length; row++)
      expect(all[row]).toBeCloseTo(expected(weights, numbers(features, row, time)), 6);
  }
});
