/** What the visitor may ask of what is kept about them: see it, take it along, take it back, have it forgotten. */
import fc from 'fast-check';
import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import type { StoredInteraction } from '../../src/contract.ts';
import { storeNames } from '../../worker/store/database.ts';
import { indexedDbStore } from '../../worker/store/indexeddb.ts';
import { memoryStore } from '../../worker/store/memory.ts';
import { complete, type Store } from '../../worker/store/store.ts';

const now = Date.UTC(2026, 0, 15);
const opened: Store[] = [];
const keep = <S extends Store>(store: S): S => {
  opened.push(store);
  return store;
};
const name = () => `test:${crypto.randomUUID()}`;
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const did = (type: string, item: string, more: object = {}) =>
  complete({ type, item, time: now, ...more }, now);

/** Every object store of a database, as it lies on the disk. Places in the order stand for `seq`: what was erased leaves a gap in that. */
async function dump(database: string): Promise<Record<string, unknown[]>> {
  const open = await openDB(database);
  const all: Record<string, unknown[]> = {};
  for (const store of open.objectStoreNames)
    all[store] = (await open.getAll(store)).map((one, place) =>
      'seq' in Object(one) ? { ...one, seq: place } : one,
    );
  open.close();
  return all;
}

test('a database of the first version is opened with everything that was in it', async () => {
  const database = name();
  const old = await openDB(database, 1, {
    upgrade(fresh) {
      const store = fresh.createObjectStore('interactions', { keyPath: 'seq', autoIncrement: true });
      store.createIndex('id', 'id', { unique: true });
      for (const index of ['item', 'type', 'time']) store.createIndex(index, index);
      fresh.createObjectStore('profile');
      fresh.createObjectStore('meta');
    },
  });
  await old.add('interactions', did('purchase', 'a', { id: 'first' }));
  await old.add('interactions', did('like', 'b', { id: 'second' }));
  await old.put('profile', 'town', 'place');
  old.close();
  const store = keep(indexedDbStore(database));
  expect(await store.after(0)).toMatchObject([
    { seq: 1, item: 'a', id: 'first' },
    { seq: 2, item: 'b', id: 'second' },
  ]);
  expect(await store.profile()).toEqual({ place: 'town' });
  expect(await store.add([did('view', 'c'), did('view', 'd', { id: 'first' })])).toMatchObject([{ seq: 3 }]);
  expect(await store.compacted()).toEqual([]);
  expect(Object.keys(await dump(database)).sort()).toEqual([...storeNames].sort());
});

describe.each([
  ['IndexedDB', () => keep(indexedDbStore(name()))],
  ['memory', () => keep(memoryStore())],
])('a store in %s', (_, make) => {
  test('forgets by several conditions at once, and what was derived from what it forgets', async () => {
    const store = make();
    await store.add([
      did('purchase', 'a', { time: now - 3000 }),
      did('view', 'a', { time: now - 2000 }),
      did('view', 'b', { time: now - 1000, basket: 'monday' }),
      did('hide', '', { where: { category: 'Beer' } }),
    ]);
    await store.keepDerived([
      { kind: 'shown', key: 'home a', item: 'a', time: now - 2000, value: 2 },
      { kind: 'shown', key: 'home b', item: 'b', time: now, value: 1 },
      { kind: 'lists', key: 'home', time: now, value: ['a', 'b'] },
    ]);
    expect(await store.forget({ item: 'a', type: 'view', until: now })).toBe(1);
    expect((await store.after(0)).map(({ type, item }) => `${type} ${item}`)).toEqual([
      'purchase a',
      'view b',
      'hide ',
    ]);
    expect(await store.derived('shown')).toMatchObject([{ item: 'b' }]);
    expect(await store.derived('lists')).toEqual([]);
    expect(await store.forget({ category: 'Beer', items: new Set(['c']) })).toBe(1);
    expect(await store.forget({ basket: 'monday' })).toBe(1);
    expect(await store.forget({ since: now })).toBe(0);
    expect(await store.derived('shown')).toEqual([]);
    expect(await store.forget('everything')).toBe(1);
    expect(await store.content()).toEqual({ interactions: [], compacted: [], derived: [], profile: {} });
  });

  test('changes everything in one step, and puts the past where it belongs', async () => {
    const store = make();
    const [first, second] = await store.add([
      did('view', 'a', { time: 1000 }),
      did('view', 'b', { time: 3000 }),
    ]);
    const between = { ...did('view', 'c', { time: 2000 }), seq: (first!.seq + second!.seq) / 2 };
    await store.change(() => [
      { add: [between, { ...did('view', 'd'), seq: first!.seq / 2 }], profile: { likes: ['Fruit'] } },
      0,
    ]);
    await store.add([did('view', 'e')]);
    const items = (list: StoredInteraction[]) => list.map(({ item }) => item).join('');
    expect(items(await store.after(0))).toBe('dacbe');
    expect(items(await store.newest(3))).toBe('cbe');
    expect(items(await store.newest(2, second!.seq))).toBe('ac');
    expect(items(await store.newest(100))).toBe('dacbe');
    expect(await store.profile()).toEqual({ likes: ['Fruit'] });
  });
});

const item = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom('purchase', 'view', 'impression');
const time = fc.integer({ min: 0, max: 50 });
const event = fc.record(
  { item, type, time, basket: fc.constantFrom('x', 'y') },
  { requiredKeys: ['item', 'type', 'time'] },
);
const sum = fc.record({ item, type, first: time, last: time }).map(({ first, last, ...one }) => ({
  ...one,
  ...{ first: Math.min(first, last), last: Math.max(first, last), count: 2, seq: 0, at: 50, strength: 2 },
  ...{ interest: 1, habit: 1, mean: first, values: 0, valued: 0, rule: '', known: [1, 2] },
}));
const shown = fc.record({ item, time });
const query = fc
  .record({ item, type, since: time, until: time, basket: fc.constantFrom('x', 'y') }, { requiredKeys: [] })
  .filter((one) => Object.keys(one).length > 0);

test('after forgetting, every object store is what it would be for a visitor who never did what is forgotten', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 12 }),
      fc.uniqueArray(sum, { selector: (one) => one.item + one.type, maxLength: 6 }),
      fc.uniqueArray(shown, { selector: (one) => one.item, maxLength: 3 }),
      query,
      async (events, compacted, seen, asked) => {
        const [forgetting, never] = [name(), name()];
        const all = events.map((one, place) => complete({ ...one, id: `${place}` }, 50));
        const records = seen.map((one) => ({ kind: 'shown', key: `home ${one.item}`, ...one, value: 1 }));
        const store = indexedDbStore(forgetting);
        await store.change(() => [{ add: all, compacted, derived: records, profile: { age: '35-44' } }, 0]);
        await store.keepDerived([{ kind: 'lists', key: 'home', time: 1, value: ['a'] }]);
        await store.forget(asked);
        await store.close();

        // What "never did" means, said once more and in another way than the store says it.
        const { since = 0, until = 51 } = asked;
        const spared = all.filter(
          (one) =>
            (asked.item ?? one.item) !== one.item ||
            (asked.type ?? one.type) !== one.type ||
            (asked.basket ?? one.basket) !== one.basket ||
            !(since <= one.time && one.time < until),
        );
        const gone = all.filter((one) => !spared.includes(one));
        const whole = compacted.filter(
          (one) =>
            asked.basket !== undefined ||
            (asked.item ?? one.item) !== one.item ||
            (asked.type ?? one.type) !== one.type ||
            one.last < since ||
            one.first >= until,
        );
        const asksOfShown = asked.item ?? asked.since ?? asked.until;
        const remembered = records.filter(
          (one) =>
            !gone.some((event) => event.type === 'impression' && event.item === one.item) &&
            (asksOfShown === undefined || (asked.item ?? one.item) !== one.item || one.time < since),
        );
        const other = indexedDbStore(never);
        await other.change(() => [
          { add: spared, compacted: whole, derived: remembered, profile: { age: '35-44' } },
          0,
        ]);
        await other.close();
        expect(await dump(forgetting)).toEqual(await dump(never));
        await Promise.all([deleteDB(forgetting), deleteDB(never)]);
      },
    ),
    { numRuns: 100 },
  );
});
