import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pack } from '../../../worker/pack/pack.ts';
import { diversify } from '../../../worker/rerank/diversify.ts';
import type { Moment, Ranking } from '../../../worker/rerank/ranking.ts';
import { bestFirst } from '../../../worker/rerank/score.ts';
import { syntheticPack } from '../support/synthetic-pack.ts';

const whole = syntheticPack({ items: 150 });

const momentOf = (pack: Pack, limit: number, diversity: number) =>
  ({ pack, wanted: { limit, diversity } }) as unknown as Moment;

/** Maximal marginal relevance as the definition reads, with float rows and no thought for speed. */
function naive(ranking: Ranking, pack: Pack, limit: number, diversity: number): number[] {
  const looked = [...ranking.rows].slice(0, Math.max(50, 5 * limit));
  const scores = [...ranking.scores].slice(0, looked.length);
  const [high, low] = [Math.max(...scores), Math.min(...scores)];
  const relevance = scores.map((score) => (high === low ? 1 : (score - low) / (high - low)));
  const size = pack.manifest.encoder!.size;
  const vector = (row: number) =>
    [...pack.rows!.row.slice(row * size, (row + 1) * size)].map((x) => x * pack.rows!.scale[row]!);
  const cosine = (a: number, b: number) => {
    const [p, q] = [vector(a), vector(b)];
    const dot = (u: number[], v: number[]) => u.reduce((sum, x, d) => sum + x * v[d]!, 0);
    return Math.min(1, Math.max(0, dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q))));
  };
  const alike = (a: number, b: number) =>
    pack.rows ? cosine(a, b) : Number(pack.priors!.leaf[a] === pack.priors!.leaf[b]);
  const taken: number[] = [];
  while (taken.length < Math.min(limit, looked.length)) {
    const values = looked.map((row, place) =>
      taken.includes(row)
        ? Number.NEGATIVE_INFINITY
        : (1 - diversity) * relevance[place]! -
          diversity * Math.max(0, ...taken.map((one) => alike(one, row))),
    );
    taken.push(looked[values.indexOf(Math.max(...values))]!);
  }
  return taken;
}

const rankings = fc
  .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 150 })
  .map((scores) =>
    bestFirst(
      Int32Array.from(scores, (_, row) => row),
      Float32Array.from(scores),
    ),
  );

describe('diversity', () => {
  test('takes what maximal marginal relevance takes, by item rows', () => {
    fc.assert(
      fc.property(
        rankings,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (ranking, limit, diversity) => {
          const { rows } = diversify(ranking, momentOf(whole, limit, diversity));
          expect([...rows].slice(0, limit)).toEqual(naive(ranking, whole, limit, diversity));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('goes by category where the pack has no item rows', () => {
    const { rows: _, ...pack } = whole;
    fc.assert(
      fc.property(rankings, (ranking) => {
        const { rows } = diversify(ranking, momentOf(pack, 8, 0.6));
        expect([...rows].slice(0, 8)).toEqual(naive(ranking, pack, 8, 0.6));
      }),
      { numRuns: 60 },
    );
  });

  test('changes nothing at 0 and loses nothing at 1', () => {
    fc.assert(
      fc.property(rankings, (ranking) => {
        expect(diversify(ranking, momentOf(whole, 10, 0))).toBe(ranking);
        expect([...diversify(ranking, momentOf(whole, 10, 1)).rows].sort()).toEqual([...ranking.rows].sort());
      }),
    );
  });
});

describe('sorting', () => {
  test('puts larger scores first and leaves equal ones in their order, zeros of both signs too', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(fc.oneof(float, fc.constantFrom(0, -0, 1, 1e-40, -1e-40))), (values) => {
        const scores = Float32Array.from(values);
        const sorted = bestFirst(
          Int32Array.from(scores, (_, at) => at),
          scores,
        );
        const expected = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
        expect([...sorted.rows]).toEqual(expected);
        expect([...sorted.scores]).toEqual(expected.map((at) => scores[at]! + 0));
      }),
    );
  });
});
