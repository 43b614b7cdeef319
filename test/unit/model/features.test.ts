/**
 * The features by name: numbers that the trainer computed and that this side must reach too; and the proof that a change on this side
 * alone does not go unnoticed (`server-export/tests/features/test_skew.py` proves it of the other side).
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { type GoldenVisitor, goldenPack as pack, stored } from '../support/golden-pack.ts';

type Facts = Record<'hour' | 'weekday', number> & Record<'device' | 'place', string>;
interface Case {
  name: string;
  input: GoldenVisitor | { item: string } | Facts;
  expected: Record<string, unknown>;
}
const cases = golden.cases as unknown as Case[];
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The worker's features, out of a copy of the sources. */
async function featuresIn(folder: string) {
  const load = <Module>(path: string) => import(join(folder, 'worker/model', path)) as Promise<Module>;
  return {
    ...(await load<typeof import('../../../worker/model/history.ts')>('history.ts')),
    ...(await load<typeof import('../../../worker/model/interest.ts')>('interest.ts')),
    ...(await load<typeof import('../../../worker/model/features/total-interactions.ts')>(
      'features/total-interactions.ts',
    )),
    ...(await load<typeof import('../../../worker/model/features/avg-rating.ts')>('features/avg-rating.ts')),
    ...(await load<typeof import('../../../worker/model/features/preferred-categories.ts')>(
      'features/preferred-categories.ts',
    )),
    ...(await load<typeof import('../../../worker/model/features/recency-score.ts')>(
      'features/recency-score.ts',
    )),
    ...(await load<typeof import('../../../worker/model/features/popularity.ts')>('features/popularity.ts')),
    ...(await load<typeof import('../../../worker/model/features/categories.ts')>('features/categories.ts')),
    ...(await load<typeof import('../../../worker/model/features/attributes.ts')>('features/attributes.ts')),
    ...(await load<typeof import('../../../worker/model/features/age.ts')>('features/age.ts')),
    ...(await load<typeof import('../../../worker/model/features/co-occurrence.ts')>(
      'features/co-occurrence.ts',
    )),
    ...(await load<typeof import('../../../worker/model/features/sequence.ts')>('features/sequence.ts')),
    ...(await load<typeof import('../../../worker/model/features/repeat-interval.ts')>(
      'features/repeat-interval.ts',
    )),
    ...(await load<typeof import('../../../worker/model/features/hour.ts')>('features/hour.ts')),
    ...(await load<typeof import('../../../worker/model/features/weekday.ts')>('features/weekday.ts')),
    ...(await load<typeof import('../../../worker/model/features/device.ts')>('features/device.ts')),
    ...(await load<typeof import('../../../worker/model/features/place.ts')>('features/place.ts')),
  };
}
type Features = Awaited<ReturnType<typeof featuresIn>>;

/** What these features say in a case, by name. */
function answers(features: Features, { input }: Case): Record<string, unknown> {
  const { manifest, priors, linear } = pack;
  if ('interactions' in input) {
    const history = features.historyAt(stored(input), pack, input.now);
    const interest = features.interestOf(history, manifest.linear);
    const sequence = features.emptySequence(manifest.encoder!.events);
    features.readSequence(history, manifest, sequence);
    return {
      total_interactions: features.totalInteractions(history),
      avg_rating: features.avgRating(history, manifest),
      preferred_categories: features.preferredCategories(interest, priors.leaf, pack.categories.length),
      recency_score: features.recencyScore(history, manifest),
      age: pack.ids.map((_, row) => features.age(row, priors, input.now)),
      co_occurrence: [...features.coOccurrence(interest, linear)],
      sequence: { row: [...sequence.rows], type: [...sequence.types] },
      repeat_interval: [...features.repeatInterval(history, priors.interval, manifest)],
    };
  }
  if ('item' in input) {
    const row = pack.rowOf.get(input.item)!;
    return {
      popularity: features.popularity(row, priors),
      categories: features.categories(row, priors, pack.categories),
      attributes: features.attributes(row, pack.catalogue),
    };
  }
  const values = (name: string) => manifest.context.find((field) => field.name === name)!.values;
  return {
    hour: features.hour(input.hour),
    weekday: features.weekday(input.weekday),
    device: features.device(input.device, values('device')),
    place: features.place(input.place, values('place')),
  };
}

/** Equal to one part in a million, text and structure exactly. */
function alike(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return Math.abs(one - other) <= 1e-6 * Math.abs(other) + 1e-9;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other;
  const names = Object.keys(other);
  return (
    Object.keys(one).length === names.length &&
    names.every((name) => alike((one as never)[name], (other as never)[name]))
  );
}

/** Names of the features that differ from the trainer's in some case. */
function differing(features: Features): string[] {
  const names = cases.flatMap((one) => {
    const given = answers(features, one);
    return Object.keys(one.expected).filter((name) => !alike(given[name], one.expected[name]));
  });
  return [...new Set(names)];
}

const names = [
  ['total_interactions', 'avg_rating', 'preferred_categories', 'recency_score'],
  ['popularity', 'categories', 'attributes', 'age'],
  ['co_occurrence', 'sequence', 'repeat_interval'],
  ['hour', 'weekday', 'device', 'place'],
].flat();

describe('the trainer and the browser agree on', async () => {
  const features = await featuresIn(root);

  test.each(cases)('the features of $name', (one) => {
    const given = answers(features, one);
    expect(Object.keys(given).sort()).toEqual(Object.keys(one.expected).sort());
    for (const [name, value] of Object.entries(one.expected))
      expect(alike(given[name], value), `${name}: ${JSON.stringify(given[name])}`).toBe(true);
  });

  test('every feature that has a name', () => {
    expect([...new Set(cases.flatMap(({ expected }) => Object.keys(expected)))].sort()).toEqual(names.sort());
  });
});

describe('a change on this side alone is noticed in', { timeout: 60_000 }, () => {
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  test.each([
    ['total_interactions', 'features/total-interactions.ts', 'rows.length', 'rows.length + 1'],
    ['avg_rating', 'features/avg-rating.ts', 'total / count', 'total / (count + 1)'],
    ['preferred_categories', 'features/preferred-categories.ts', 'Math.max(0,', 'Math.max(-1,'],
    ['recency_score', 'features/recency-score.ts', '86_400', '86_500'],
    ['popularity', 'features/popularity.ts', 'priors.popularity', 'priors.recent'],
    ['categories', 'features/categories.ts', 'unshift', 'push'],
    ['attributes', 'features/attributes.ts', 'values[row]', 'values[0]'],
    ['age', 'features/age.ts', '86_400_000', '86_500_000'],
    ['co_occurrence', 'linear.ts', 'scale[row]! * sums[row]!', 'sums[row]!'],
    ['sequence', 'features/sequence.ts', 'token === 0', 'token === 1'],
    ['repeat_interval', 'habit.ts', 'tally.times - 1', 'tally.times'],
    ['hour', 'features/hour.ts', 'local + 1', 'local'],
    ['weekday', 'features/weekday.ts', 'local <= 7', 'local <= 6'],
    ['device', 'features/among.ts', '+ 1', '+ 0'],
    ['place', 'features/among.ts', '+ 1', '+ 0'],
  ])('%s', async (name, file, from, to) => {
    const copy = mkdtempSync(join(tmpdir(), 'recluse-changed-'));
    copies.push(copy);
    // Of other rooms, features use types only.
    for (const part of ['worker/model', 'tsconfig.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    const path = join(copy, 'worker/model', file);
    const source = readFileSync(path, 'utf8');
    expect(source).toContain(from);
    writeFileSync(path, source.replace(from, to));
    expect(differing(await featuresIn(copy))).toContain(name);
  });
});
