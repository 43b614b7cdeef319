import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assigned,
  assignmentIn,
  chosen,
  concerns,
  overlapping,
  placeIn,
} from '../../../worker/measure/assignment.ts';

const devices = Array.from({ length: 20_000 }, (_, at) => `device-${at.toString(36)}`);
const variantOf = (device: string, name: string, weights?: number[]) =>
  assigned(device, name, ['a', 'b', 'c'], weights ? { weights } : {}, 0).variant;

describe('the variant of an experiment', () => {
  it('is the same whenever the same device asks', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (device, name) => {
        expect(variantOf(device, name)).toBe(variantOf(device, name));
      }),
    );
  });

  it('is given to as many devices as its weight says', () => {
    const weights = [1, 3, 6];
    for (const name of ['home-ranker', 'x', 'basket']) {
      const counts = { a: 0, b: 0, c: 0 };
      for (const device of devices) counts[variantOf(device, name, weights) as 'a']++;
      // Chi-squared with 2 degrees of freedom: 13.8 is exceeded once in a thousand.
      const expected = weights.map((weight) => (weight / 10) * devices.length);
      const chi = Object.values(counts).reduce(
        (sum, count, at) => sum + (count - expected[at]!) ** 2 / expected[at]!,
        0,
      );
      expect(chi).toBeLessThan(13.8);
    }
  });

  it('says nothing about the variant of another experiment', () => {
    const pairs = new Map<string, number>();
    for (const device of devices) {
      const pair = `${variantOf(device, 'one')} ${variantOf(device, 'another')}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    const expected = devices.length / 9;
    const chi = [...pairs.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(pairs.size).toBe(9);
    // 8 degrees of freedom.
    expect(chi).toBeLessThan(26.1);
  });

  it('is never one of weight 0', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (place) => {
        expect(chosen(['a', 'b', 'c'], [0, 1, 0], place)).toBe('b');
      }),
    );
  });

  it('is refused where weights are missing, all zero or too many, or a group has no range', () => {
    for (const weights of [[1], [0, 0, 0], [1, 1, 1, 1]])
      expect(() => assigned('d', 'n', ['a', 'b', 'c'], { weights }, 0)).toThrow('weights');
    expect(() => assigned('d', 'n', ['a'], { group: { name: 'g', from: 0.5, to: 0.5 } }, 0)).toThrow('group');
  });

  it('is had by one experiment of a group at a time, and the ranges get their shares of the devices', () => {
    const ranges = [
      { name: 'ranking', from: 0, to: 0.3 },
      { name: 'ranking', from: 0.3, to: 1 },
    ];
    let first = 0;
    for (const device of devices) {
      const parts = ranges.map((group, at) => assigned(device, `e${at}`, ['a', 'b'], { group }, 0).variant);
      expect(parts.filter((variant) => variant !== null)).toHaveLength(1);
      if (parts[0] !== null) first += 1;
    }
    expect(Math.abs(first / devices.length - 0.3)).toBeLessThan(0.015);
  });

  it('is refused where ranges of one group overlap', () => {
    const one = assigned('d', 'one', ['a'], { group: { name: 'g', from: 0, to: 0.5 } }, 0);
    const others = new Map([['one', one]]);
    expect(overlapping('two', { name: 'g', from: 0.4, to: 0.6 }, others)).toBe('one');
    expect(overlapping('two', { name: 'g', from: 0.5, to: 0.6 }, others)).toBeUndefined();
    expect(overlapping('two', { name: 'h', from: 0.4, to: 0.6 }, others)).toBeUndefined();
    expect(overlapping('one', { name: 'g', from: 0.4, to: 0.6 }, others)).toBeUndefined();
  });

  it('counts only what happened since, at its placements', () => {
    const here = { ...assigned('d', 'n', ['a'], { placements: ['home'] }, 1000) };
    expect(concerns(here, 'home', 1000)).toBe(true);
    expect(concerns(here, 'home', 999)).toBe(false);
    expect(concerns(here, 'basket', 2000)).toBe(false);
    expect(concerns({ ...here, variant: null }, 'home', 2000)).toBe(false);
    expect(concerns({ ...here, placements: null }, 'basket', 2000)).toBe(true);
  });

  it('is chosen anew where what was kept is damaged', () => {
    const right = assigned('d', 'n', ['a', 'b'], {}, 5);
    expect(assignmentIn(right)).toEqual(right);
    for (const damaged of [
      null,
      3,
      {},
      { ...right, variant: 'c' },
      { ...right, since: Number.NaN },
      { ...right, variants: 'ab' },
    ])
      expect(assignmentIn(damaged)).toBeUndefined();
  });

  it('spreads devices evenly between 0 and 1', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const device of devices) tenths[Math.floor(placeIn(device, 'x') * 10)]! += 1;
    const chi = tenths.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chi).toBeLessThan(27.9);
  });
});
