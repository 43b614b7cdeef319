import { beforeEach, expect, test } from 'vitest';
import type { Model } from '../../../worker/model/model.ts';
import { popularScores } from '../../../worker/model/scores.ts';
import { type ScoringOnce, scoringOnce } from '../../../worker/scoring-once.ts';
import { moment, syntheticInteractions, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack({ items: 20 });
const interactions = syntheticInteractions(pack, 10);
const context = Int32Array.of(13, 2);

let runs: number;
let fails: boolean;
let scoring: ScoringOnce;
const model = {
  async score() {
    runs += 1;
    if (fails) throw new Error('the graph failed');
    return popularScores(pack.popular.overall, pack.ids.length);
  },
} as unknown as Model;
const question = { model, pack, interactions, context };

beforeEach(() => {
  runs = 0;
  fails = false;
  scoring = scoringOnce();
});

test('five shelves of one page run the model once, and are ranked at the same moment', async () => {
  const shelves = [0, 5, 9, 40, 999].map((later) => scoring.at(moment + later, question));
  expect(new Set(await Promise.all(shelves.map(({ scores }) => scores))).size).toBe(1);
  expect(shelves.map(({ now }) => now)).toEqual(Array(5).fill(moment));
  expect(runs).toBe(1);
});

test.each([
  ['a second later', moment + 1000, question],
  ['when the clock was set back', moment - 1, question],
  ['after another interaction', moment + 1, { ...question, interactions: [...interactions] }],
  ['in another context', moment + 1, { ...question, context: Int32Array.of(14, 2) }],
  ['with another pack', moment + 1, { ...question, pack: { ...pack } }],
])('the model runs again %s', async (_, now, asked) => {
  scoring.at(moment, question);
  scoring.at(now, asked);
  expect(runs).toBe(2);
});

test('nothing of a history that was forgotten is kept', () => {
  scoring.at(moment, question);
  scoring.drop();
  scoring.at(moment, question);
  expect(runs).toBe(2);
});

test('a failure is tried again by the next list', async () => {
  fails = true;
  await expect(scoring.at(moment, question).scores).rejects.toThrow('the graph failed');
  fails = false;
  await expect(scoring.at(moment + 1, question).scores).resolves.toBeDefined();
});
