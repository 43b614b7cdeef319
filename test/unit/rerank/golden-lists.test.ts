/** Golden vectors of the lists that turn the visitor's own over, or that know nobody: computed by the trainer, reached here, too. */
import { describe, expect, test } from 'vitest';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import { buyAgainList } from '../../../worker/rerank/due.ts';
import { foundList } from '../../../worker/rerank/found.ts';
import { newness } from '../../../worker/rerank/newness.ts';
import { popularItems } from '../../../worker/rerank/popular.ts';
import type { Moment, Ranking } from '../../../worker/rerank/ranking.ts';
import { rotate } from '../../../worker/rerank/rotate.ts';
import { bestFirst } from '../../../worker/rerank/score.ts';
import { trendingItems } from '../../../worker/rerank/trending.ts';
import { allRows } from '../../../worker/rerank/wanted.ts';
import golden from '../../golden/lists.json' with { type: 'json' };
import { type GoldenVisitor, goldenPack as pack, stored } from '../support/golden-pack.ts';

/** Rows in their order, exactly; scores to one part in a million, or what is left of float32 where numbers nearly cancel out. */
function expectList(
  { rows, scores }: { rows: ArrayLike<number>; scores: ArrayLike<number> },
  expected: { row: number[]; score: number[] },
): void {
  expect([...Array.from(rows)]).toEqual(expected.row);
  expected.score.forEach((score, at) => {
    expect(Math.abs(scores[at]! - score), `at ${at}`).toBeLessThanOrEqual(1e-6 * Math.abs(score) + 2e-7);
  });
}

function askerOf(visitor: GoldenVisitor) {
  const history = { ...historyAt(stored(visitor), pack, visitor.now), disliked: new Int32Array() };
  const scores = linearScores(history, pack);
  return { pack, history, scores, now: visitor.now, random: () => 0 };
}

const listed = ({ items }: { items: readonly { id: string; score: number }[] }) => ({
  rows: items.map(({ id }) => pack.rowOf.get(id)!),
  scores: items.map(({ score }) => score),
});

/** What a stage makes of the linear tier's list. */
function staged(
  stage: (ranking: Ranking, moment: Moment) => Ranking,
  visitor: GoldenVisitor,
  wanted: Partial<Moment['wanted']>,
  passedOver?: ReadonlyMap<number, number>,
): Ranking {
  const asker = askerOf(visitor);
  return stage(bestFirst(allRows(pack), asker.scores.scores), { ...asker, wanted, passedOver } as Moment);
}

type Expected = { row: number[]; score: number[] };

describe('the trainer and the browser agree on', () => {
  test.each(golden.cases)('$name', ({ input, expected }) => {
    const list = expected as Expected;
    const visitor = input.visitor as GoldenVisitor;
    switch (input.kind) {
      case 'rising':
        return expectList(trendingItems(input.category ? { category: input.category } : {}, pack), list);
      case 'segments': {
        const lists = new Map(
          Object.entries(input.segments!).map(([name, rows]) => [
            name,
            new Map([['yes', Int32Array.from(rows)]]),
          ]),
        );
        const facts = Object.fromEntries(input.facts!.map((name) => [name, 'yes']));
        const segmented = { ...pack, popular: { ...pack.popular, segments: lists } };
        return expect([...popularItems({}, facts, segmented).rows]).toEqual(list.row);
      }
      case 'due':
        return expectList(listed(buyAgainList({ limit: 1e9 }, askerOf(visitor))), list);
      case 'found': {
        const hits = { rows: input.row!, fit: input.fit! };
        return expectList(listed(foundList(hits, input.taste, { limit: 1e9 }, askerOf(visitor))), list);
      }
      case 'newness':
        return expectList(staged(newness, visitor, { newness: input.newness! }), list);
      case 'rotation': {
        const { row, times } = input.passed!;
        const passed = new Map(row.map((one, at) => [one, times[at]!]));
        return expectList(staged(rotate, visitor, { rotation: input.rotation! }, passed), list);
      }
      default:
        throw new Error(`nobody computes ${input.kind}`);
    }
  });
});
