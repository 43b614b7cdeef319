import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DerivedRecord } from '../../../src/contract.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import { type Asker, recommendList } from '../../../worker/rerank/lists.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { spreadOf } from '../../../worker/rerank/spread.ts';
import { type Counters, noteShown, passedOverAt } from '../../../worker/rotation.ts';
import { interaction, moment, syntheticPack } from '../support/synthetic-pack.ts';

const day = 86_400_000;
const today = Math.floor(moment / day);
const pack = {
  ...syntheticPack(),
  priors: {
    ...syntheticPack().priors,
    // item-0 is of today, item-1 of yesterday, ...; the last ten are of unknown age.
    since: Uint16Array.from({ length: 60 }, (_, row) => (row < 50 ? today - row : 0)),
  },
};
const ids = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id);

function asker(passedOver?: ReadonlyMap<number, number>): Asker {
  const history = historyAt([interaction(1, 'item-3', 'purchase', 4)], pack, moment);
  return {
    pack,
    history,
    scores: linearScores(history, pack),
    now: moment,
    refinements,
    random: () => 0.5,
    passedOver,
  };
}

function memory(): Counters & { records: Map<string, DerivedRecord> } {
  const records = new Map<string, DerivedRecord>();
  return {
    records,
    derived: async () => [...records.values()],
    keepDerived: async (kind, added) => {
      for (const record of added) records.set(record.key, { ...record, kind });
    },
    dropDerived: async (_, keys) => {
      for (const key of keys) records.delete(key);
    },
  };
}

const impression = (item: string, placement = 'home', time?: number) => ({
  type: 'impression',
  item,
  placement,
  ...(time === undefined ? {} : { time }),
});

describe('rotation', () => {
  const plain = recommendList({ limit: 1e9 }, asker());

  test('takes half a spread for one time passed over, and leaves every other score alone', () => {
    const row = pack.rowOf.get(plain.items[0]!.id)!;
    const list = recommendList({ limit: 1e9, rotation: 1, explain: true }, asker(new Map([[row, 1]])));
    const spread = spreadOf(Float32Array.from(plain.items, ({ score }) => score));
    const moved = list.items.find(({ id }) => id === pack.ids[row])!;
    expect(moved.score).toBeCloseTo(plain.items[0]!.score - spread / 2, 4);
    expect(moved.parts!.rotation).toBeCloseTo(-spread / 2, 4);
    expect(moved.moves!.some(({ stage }) => stage === 'rotate')).toBe(true);
    expect(Object.values(moved.parts!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(moved.score, 4);
    expect(ids(list).filter((id) => id !== moved.id)).toEqual(ids(plain).slice(1));
  });

  test('shows every item still, never lifts one above an item that was not passed over, and is off by default', () => {
    const passed = fc.array(fc.tuple(fc.nat(59), fc.double({ min: 0, max: 50, noNaN: true })));
    fc.assert(
      fc.property(passed, fc.double({ min: 0, max: 1, noNaN: true }), (given, rotation) => {
        const passedOver = new Map(given);
        const list = ids(recommendList({ limit: 1e9, rotation }, asker(passedOver)));
        expect([...list].sort()).toEqual([...ids(plain)].sort());
        const untouched = (all: string[]) => all.filter((id) => !passedOver.has(pack.rowOf.get(id)!));
        expect(untouched(list)).toEqual(untouched(ids(plain)));
        for (const [place, id] of ids(plain).entries())
          if (passedOver.has(pack.rowOf.get(id)!))
            expect(untouched(list.slice(0, list.indexOf(id))).length).toBeGreaterThanOrEqual(
              untouched(ids(plain).slice(0, place)).length,
            );
        expect(ids(recommendList({ limit: 1e9 }, asker(passedOver)))).toEqual(ids(plain));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what was shown', () => {
  test('counts by placement, halves in a week, and is forgiven by any other deed', async () => {
    const counters = memory();
    const now = 100 * day;
    await noteShown(
      [impression('a'), impression('a'), impression('b'), impression('a', 'aside')],
      counters,
      now,
    );
    expect(await passedOverAt('home', [], counters, now)).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
    expect(await passedOverAt('aside', [], counters, now)).toEqual(new Map([['a', 1]]));
    expect(await passedOverAt('elsewhere', [], counters, now)).toEqual(new Map());
    expect((await passedOverAt('home', [], counters, now + 7 * day)).get('a')).toBeCloseTo(1);
    const click = { ...interaction(1, 'a', 'click', 0), time: now + 5 };
    expect(await passedOverAt('home', [click], counters, now + 9)).toEqual(
      new Map([['b', expect.any(Number)]]),
    );
    // And stays forgiven when it is shown again.
    await noteShown([impression('a')], counters, now + 10);
    expect((await passedOverAt('home', [click], counters, now + 10)).get('a')).toBe(1);
  });

  test('is the same whether it comes at once or one by one, in order or not', async () => {
    const shown = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'), fc.nat(30)), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(shown, async (given) => {
        const seen = given.map(([item, placement, at]) => impression(item, placement, at * day));
        const [whole, pieces] = [memory(), memory()];
        await noteShown(seen, whole, 40 * day);
        for (const one of [...seen].sort((left, right) => right.time! - left.time!))
          await noteShown([one], pieces, 40 * day);
        for (const placement of ['x', 'y']) {
          const expected = await passedOverAt(placement, [], whole, 40 * day);
          const counted = await passedOverAt(placement, [], pieces, 40 * day);
          expect([...counted.keys()].sort()).toEqual([...expected.keys()].sort());
          for (const [item, times] of counted) expect(times).toBeCloseTo(expected.get(item)!, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is bounded: the counters that say least go first', async () => {
    const counters = memory();
    await noteShown([impression('often'), impression('often')], counters, day);
    await noteShown(
      Array.from({ length: 2500 }, (_, at) => impression(`item-${at}`)),
      counters,
      day,
    );
    expect(counters.records.size).toBe(1500);
    expect((await passedOverAt('home', [], counters, day)).get('often')).toBe(2);
  });

  test('is not disturbed by records that somebody else has written under its name', async () => {
    const counters = memory();
    for (const [at, value] of [null, 7, 'x', {}, { placement: 'home', count: Number.NaN }].entries())
      counters.records.set(String(at), { kind: 'shown', key: String(at), time: 0, item: 'a', value });
    expect(await passedOverAt('home', [], counters, day)).toEqual(new Map());
  });
});

describe('newness', () => {
  test('lifts what is new by half as much for every thirty days, and what is of unknown age not at all', () => {
    const plain = recommendList({ limit: 1e9 }, asker());
    const list = recommendList({ limit: 1e9, newness: 0.5, explain: true }, asker());
    const spread = spreadOf(Float32Array.from(plain.items, ({ score }) => score));
    for (const { id, parts } of list.items) {
      const row = pack.rowOf.get(id)!;
      const age = moment / day - pack.priors!.since![row]!;
      expect(parts!.newness ?? 0).toBeCloseTo(row < 50 ? 0.5 * spread * 2 ** (-age / 30) : 0, 4);
    }
  });
});
