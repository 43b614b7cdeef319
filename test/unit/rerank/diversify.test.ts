import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pack } from '../../../worker/pack/pack.ts';
import { diversify } from '../../../worker/rerank/diversify.ts';
import type { Moment, Ranking, Wanted } from '../../../worker/rerank/ranking.ts';
import { bestFirst } from '../../../worker/rerank/score.ts';
import { syntheticPack } from '../support/synthetic-pack.ts';

const whole = syntheticPack({ items: 150 });

const wish = { diversity: 0, diversify: 'mmr', calibration: 0 } satisfies Partial<Wanted>;
const momentOf = (pack: Pack, limit: number, diversity: number, more: Partial<Wanted> = {}) =>
  ({ pack, wanted: { ...wish, limit, diversity, ...more } }) as unknown as Moment;

/** How alike two items are, with float rows. */
function alikeIn(pack: Pack): (a: number, b: number) => number {
  const size = pack.manifest.encoder!.size;
  const vector = (row: number) =>
    [...pack.rows!.row.slice(row * size, (row + 1) * size)].map((x) => x * pack.rows!.scale[row]!);
  const dot = (u: number[], v: number[]) => u.reduce((sum, x, d) => sum + x * v[d]!, 0);
  return (a, b) => {
    if (!pack.rows) return Number(pack.priors!.leaf[a] === pack.priors!.leaf[b]);
    const [p, q] = [vector(a), vector(b)];
    return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
  };
}

/** Rows and relevance of the candidates looked at. */
function lookedAt(ranking: Ranking, limit: number): { looked: number[]; relevance: number[] } {
  const looked = [...ranking.rows].slice(0, Math.max(50, 5 * limit));
  const scores = [...ranking.scores].slice(0, looked.length);
  const [high, low] = [Math.max(...scores), Math.min(...scores)];
  return { looked, relevance: scores.map((score) => (high === low ? 1 : (score - low) / (high - low))) };
}

/** Determinant by elimination with pivots. */
function determinantOf(matrix: number[][]): number {
  const lines = matrix.map((line) => [...line]);
  let product = 1;
  for (let at = 0; at < lines.length; at++) {
    const pivot = lines
      .slice(at)
      .reduce((best, line) => (Math.abs(line[at]!) > Math.abs(best[at]!) ? line : best));
    if (pivot[at] === 0) return 0;
    const from = lines.indexOf(pivot);
    if (from !== at) [lines[at], lines[from], product] = [pivot, lines[at]!, -product];
    product *= pivot[at]!;
    for (const line of lines.slice(at + 1)) {
      const share = line[at]! / pivot[at]!;
      for (let d = at; d < line.length; d++) line[d]! -= share * pivot[d]!;
    }
  }
  return product;
}

/** Maximal marginal relevance as the definition reads, with float rows and no thought for speed. */
function naive(ranking: Ranking, pack: Pack, limit: number, diversity: number): number[] {
  const { looked, relevance } = lookedAt(ranking, limit);
  const likeness = alikeIn(pack);
  const alike = (a: number, b: number) => Math.min(1, Math.max(0, likeness(a, b)));
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

  test('by a determinantal point process takes what adds most to the logarithm of the determinant', () => {
    fc.assert(
      fc.property(
        rankings,
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (ranking, limit, diversity) => {
          const { looked, relevance } = lookedAt(ranking, limit);
          const alike = alikeIn(whole);
          const logDeterminant = (rows: number[]) =>
            Math.log(determinantOf(rows.map((a) => rows.map((b) => alike(a, b)))));
          const { rows } = diversify(ranking, momentOf(whole, limit, diversity, { diversify: 'dpp' }));
          const taken: number[] = [];
          for (const row of [...rows].slice(0, Math.min(limit, looked.length))) {
            const before = taken.length === 0 ? 0 : logDeterminant(taken);
            const values = looked
              .map((one, place) => ({ one, place }))
              .filter(({ one }) => !taken.includes(one))
              .map(({ one, place }) => ({
                one,
                value:
                  (1 - diversity) * relevance[place]! +
                  diversity * (logDeterminant([...taken, one]) - before),
              }));
            const most = Math.max(...values.map(({ value }) => value));
            expect(values.find(({ one }) => one === row)!.value).toBeGreaterThan(most - 1e-6);
            taken.push(row);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of more places than item rows have numbers goes on by score', () => {
    const { rows, scores } = diversify(
      bestFirst(
        Int32Array.from({ length: 150 }, (_, row) => row),
        new Float32Array(150),
      ),
      momentOf(whole, 100, 1, { diversify: 'dpp' }),
    );
    expect(new Set(rows).size).toBe(150);
    expect(scores.every(Number.isFinite)).toBe(true);
    // 16 numbers a row: the first 16 span everything, and what is left is equally good.
    const rest = [...rows].slice(16, 100);
    expect(rest).toEqual([...rest].sort((a, b) => a - b));
  });

  test('mixes the categories as the visitor does, when calibration is all that counts', () => {
    const shares = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(rankings, shares, fc.integer({ min: 1, max: 20 }), (ranking, liked, limit) => {
        const leaf = whole.priors.leaf;
        const examples = liked.map((_, at) => leaf.indexOf(3 + at));
        const interest = { rows: Int32Array.from(examples), strengths: Float64Array.from(liked) };
        const moment = {
          ...momentOf(whole, limit, 0, { calibration: 1 }),
          scores: { evidence: { interest } },
        } as unknown as Moment;
        const total = liked.reduce((sum, share) => sum + share, 0);
        const divergence = (rows: number[]) =>
          liked.reduce((sum, share, at) => {
            if (share === 0) return sum;
            const p = share / total;
            const q = rows.filter((row) => leaf[row] === 3 + at).length / rows.length;
            return sum + p * Math.log(p / (0.99 * q + 0.01 * p));
          }, 0);
        const { looked } = lookedAt(ranking, limit);
        const taken: number[] = [];
        for (const row of [...diversify(ranking, moment).rows].slice(0, Math.min(limit, looked.length))) {
          const least = Math.min(
            ...looked.filter((one) => !taken.includes(one)).map((one) => divergence([...taken, one])),
          );
          expect(divergence([...taken, row])).toBeLessThan(least + 1e-9);
          taken.push(row);
        }
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
