/**
 * The golden vectors: numbers that the trainer computed and that this side must reach too. Order exactly, numbers to one part in a
 * million.
 */
import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/contract.ts';
import { visitorOf } from '../../../worker/model/blender.ts';
import { contextIndices, type Known } from '../../../worker/model/context.ts';
import { openEncoder } from '../../../worker/model/encoder.ts';
import { categoryShares } from '../../../worker/model/features/preferred-categories.ts';
import { historyAt } from '../../../worker/model/history.ts';
import type { Runtime } from '../../../worker/model/runtime.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import { simdScorer, typescriptScorer } from '../../../worker/model/scoring.ts';
import { evidenceOf } from '../../../worker/model/signals.ts';
import { diversify } from '../../../worker/rerank/diversify.ts';
import { recommendList, similarList } from '../../../worker/rerank/lists.ts';
import contexts from '../../golden/context.json' with { type: 'json' };
import diversities from '../../golden/diversity.json' with { type: 'json' };
import histories from '../../golden/history.json' with { type: 'json' };
import scans from '../../golden/scan.json' with { type: 'json' };
import sequences from '../../golden/sequence.json' with { type: 'json' };
import signalCases from '../../golden/signals.json' with { type: 'json' };
import similarities from '../../golden/similar.json' with { type: 'json' };
import { diverseLists } from '../support/diverse-lists.ts';
import { type GoldenVisitor, goldenPack as pack, stored } from '../support/golden-pack.ts';

const float = (values: number[]) => Float32Array.from(values);
const { manifest } = pack;

const historyOf = (visitor: GoldenVisitor) => historyAt(stored(visitor), pack, visitor.now);

/** Equal to one part in a million; of numbers that nearly cancel out, to what is left of float32. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[], absolute = 1e-9): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs(actual[at]! - value), `at ${at}: ${actual[at]} for ${value}`).toBeLessThanOrEqual(
      1e-6 * Math.abs(value) + absolute,
    );
  });
}

describe('the trainer and the browser agree on', () => {
  test.each(histories.cases)('the history of $name', ({ input, expected }) => {
    const history = historyOf(input);
    expect([...history.rows]).toEqual(expected.row);
    expect([...history.types]).toEqual(expected.type);
    expectClose(history.ages, expected.age);
    expectClose(history.values, expected.value);
  });

  test.each(signalCases.cases)('the signals of $name', ({ input, expected }) => {
    const history = historyOf(input);
    const { interest, signals } = evidenceOf(history, pack);
    expect([...interest.rows]).toEqual(expected.x.row);
    expectClose(interest.strengths, expected.x.value);
    for (const [name, column] of Object.entries(signals))
      expectClose(column, expected[name as keyof typeof signals]);
    const { events, items, daysActive, daysIdle } = visitorOf(history);
    expectClose([events, items, daysActive, daysIdle], expected.visitor);
  });

  test.each(signalCases.cases)('the linear tier’s list for $name', ({ input, expected }) => {
    const history = historyOf(input);
    const scores = linearScores(history, pack);
    expectClose(scores.scores, expected.score);
    const asker = {
      pack,
      history: { ...history, disliked: new Int32Array() },
      scores,
      now: input.now,
      random: () => 0,
    };
    const list = recommendList({ limit: 1e9 }, asker);
    expect(list.items.map(({ id }) => pack.rowOf.get(id))).toEqual(expected.order);
  });

  test.each(diversities.cases)('the diverse list of $name', ({ input, expected }) => {
    expect(diverseLists(input, { categoryShares, diversify })).toEqual({
      withItemRows: expected.withItemRows,
      withoutItemRows: expected.withoutItemRows,
      mix: {
        category: expected.mix.category,
        share: expected.mix.share.map((share) => expect.closeTo(share, 6)),
      },
    });
  });

  test.each(sequences.cases)('what the encoder is told of $name', async ({ input, expected }) => {
    const fed: Record<string, { data: ArrayLike<number>; dims: readonly number[] }> = {};
    /** Keeps what it is given, as a tensor does. */
    function Tensor(this: object, kind: string, data: ArrayLike<number>, dims: readonly number[]) {
      Object.assign(this, { kind, data, dims });
    }
    const runtime = {
      provider: 'wasm',
      Tensor,
      open: async () => ({
        inputNames: ['items', 'types', 'ages', 'values', 'mask', 'context'],
        run: async (inputs: typeof fed) => {
          Object.assign(fed, inputs);
          return { state: { data: new Float32Array(8) } };
        },
      }),
    } as unknown as Runtime;
    const encoder = await openEncoder(runtime, new Uint8Array(), manifest, pack.rows);
    const context = Int32Array.of(3, 2, 1, 0);
    const state = await encoder.encode(historyOf(input), context);
    const seen = expected.mask.some((value) => value === 0);
    expect(state !== null).toBe(seen);
    if (!seen) return;
    expect(fed.items!.dims).toEqual([1, 12, 8]);
    for (const name of ['items', 'types', 'ages', 'values', 'mask'] as const)
      expectClose(fed[name]!.data, expected[name]);
    expect(fed.context!.data).toEqual(context);
  });

  test.each(scans.cases)('the catalogue scan of $name', ({ input, expected }) => {
    const taste = new Float32Array(pack.ids.length);
    for (const scorer of [simdScorer(pack.rows), typescriptScorer(pack.rows)]) {
      if (input.state) scorer.score(float(input.state), taste);
      else taste.set(pack.rows.bias);
      // float32 sums here, double there.
      expectClose(taste, expected.taste, 1e-6);
    }
  });

  test.each(similarities.cases)('what is like $name', ({ input, expected }) => {
    for (const by of ['together', 'taste'] as const) {
      const { items } = similarList([input.item], { by, limit: 1e9 }, pack);
      expect(items.map(({ id }) => pack.rowOf.get(id))).toEqual(expected[by].row);
      expectClose(
        items.map(({ score }) => score),
        expected[by].score,
        1e-7,
      );
    }
  });

  test.each(contexts.cases)('the context of $name', ({ input, expected }) => {
    const told: Context = input as unknown as Context;
    expect([...contextIndices(manifest.context, told, {}, {})]).toEqual(expected);
    const { place, ...known } = input;
    expect([
      ...contextIndices(manifest.context, place ? { place } : {}, {}, known as Partial<Known>),
    ]).toEqual(expected);
  });
});
