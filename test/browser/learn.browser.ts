/** What an app gets whose recommender learns on the device, with the real worker and a real IndexedDB. */
import { openDB } from 'idb';
import { expect, test } from 'vitest';
import type { LearnOptions } from '../../src/contract.ts';
import type { Recommender } from '../../src/index.ts';
import { learned, offPolicy, worth } from '../../src/learn.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);
const learning = (learn: LearnOptions = {}, options: Parameters<typeof shop>[0] = {}) =>
  shop({ learn, ...options });

/** Shows a list and chooses one of its items. */
async function choose(recluse: Recommender, item: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    const list = await recluse.recommend({ limit: 12 });
    await recluse.shown(list);
    const position = list.items.findIndex(({ id }) => id === item);
    await recluse.track({ type: 'click', item, list: list.id, position });
  }
}

/** The numbers that are kept in the database. */
async function kept(name: string) {
  const database = await openDB(`recluse:${name}`);
  const records = await database.getAll('derived');
  database.close();
  return records.find(({ kind }) => kind === 'learned');
}

/** Scores spread less from moment to moment, and so does what is added to them. */
function alike(found: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): void {
  expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [id, part] of found) expect(part).toBeCloseTo(wanted.get(id)!, 6);
}

const parts = async (recluse: Recommender) => {
  const { items } = await recluse.recommend({ limit: 12, explain: true });
  return new Map(items.map(({ id, parts }) => [id, parts!.learned ?? 0]));
};

test('what the visitor chooses from lists goes up, what they pass over goes down, and the list says so', async () => {
  const { recluse, problems } = await learning({ strength: 3 });
  await recluse.ready();
  const before = await recluse.recommend({ limit: 12 });
  const last = before.items.at(-1)!.id;
  await choose(recluse, last, 5);
  const { items } = await recluse.recommend({ limit: 12, explain: true });
  const chosen = items.find(({ id }) => id === last)!;
  expect(chosen.parts!.learned).toBeGreaterThan(0);
  expect(items.some(({ parts }) => parts!.learned! < 0)).toBe(true);
  expect(chosen.reasons!.map(({ kind }) => kind)).toContain('learned');
  for (const { score, parts } of items)
    expect(Object.values(parts!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 4);
  const summary = await learned(recluse);
  // Each list is 12 impressions and a click.
  expect(summary).toMatchObject({ feedback: 65, size: 32, from: 'categories', explore: 'none' });
  expect(summary.bytes).toBeLessThan(30_000);
  expect(summary.categories[0]!.outcome).not.toBe(0);
  // Who asks for a tier by name gets that tier.
  expect((await recluse.recommend({ source: 'linear', explain: true })).items[0]!.parts).not.toHaveProperty(
    'learned',
  );
  expect(problems).toEqual([]);
});

test('nothing is learned, kept or loaded where the app does not ask for it', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  await choose(recluse, 'item-3');
  const { items } = await recluse.recommend({ explain: true });
  expect(items[0]!.parts).not.toHaveProperty('learned');
  expect(await kept(name)).toBeUndefined();
  await expect(learned(recluse)).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { field: 'learn' },
  });
});

test('what was learned is there at the next visit, and after a tab that is killed at once', async () => {
  const name = freshName();
  const first = await learning({}, { name });
  await first.recluse.ready();
  await choose(first.recluse, 'item-3', 3);
  const before = await parts(first.recluse);
  await choose(first.recluse, 'item-4');
  for (const worker of first.workers) worker.terminate();
  const second = await learning({}, { name });
  await second.recluse.ready();
  expect((await learned(second.recluse)).feedback).toBe(52);
  expect((await parts(second.recluse)).get('item-3')).not.toBe(before.get('item-3'));
});

test('two tabs never learn the same thing twice', async () => {
  const name = freshName();
  const tabs = await Promise.all([learning({}, { name }), learning({}, { name })]);
  await Promise.all(tabs.map(({ recluse }) => recluse.ready()));
  for (let time = 0; time < 3; time++)
    await Promise.all(
      tabs.flatMap(({ recluse }, at) => [
        choose(recluse, `item-${at + 3}`),
        learned(recluse),
        recluse.recommend(),
      ]),
    );
  const summaries = await Promise.all(tabs.map(({ recluse }) => learned(recluse)));
  for (const { feedback } of summaries) expect(feedback).toBe(2 * 3 * 13);
});

test('what is forgotten was never learned: to the last bit what a visitor has who never did it', async () => {
  const names = [freshName(), freshName()] as const;
  const { recluse: one } = await learning({}, { name: names[0] });
  const { recluse: other } = await learning({}, { name: names[1] });
  await Promise.all([one.ready(), other.ready()]);
  const time = Date.now() - 100_000;
  const told = (recluse: Recommender, item: string, from: number) =>
    recluse.track([
      { type: 'impression', item, list: `list-${item}`, position: 1, time: time + from },
      { type: 'click', item, list: `list-${item}`, position: 1, time: time + from + 1 },
      { type: 'impression', item: 'item-0', list: `list-${item}`, position: 0, time: time + from + 2 },
    ]);
  await told(one, 'item-3', 0);
  await told(one, 'item-5', 10);
  await parts(one);
  await told(one, 'item-7', 20);
  await parts(one);
  await one.forget({ item: 'item-5' });

  await told(other, 'item-3', 0);
  await other.track({
    type: 'impression',
    item: 'item-0',
    list: 'list-item-5',
    position: 0,
    time: time + 12,
  });
  await told(other, 'item-7', 20);
  alike(await parts(one), await parts(other));
  const [left, never] = await Promise.all(names.map(kept));
  expect(left!.value.precision).toEqual(never!.value.precision);
  expect(left!.value.vector).toEqual(never!.value.vector);
  expect(left!.value.shown).toEqual(never!.value.shown);

  await one.forget('everything');
  expect(await kept(names[0])).toBeUndefined();
  expect((await learned(one)).feedback).toBe(0);
});

test('what was learned and is damaged is learned anew from the history', async () => {
  const name = freshName();
  const { recluse } = await learning({}, { name });
  await recluse.ready();
  await choose(recluse, 'item-3', 3);
  const before = await parts(recluse);
  const { value: right } = (await kept(name))!;
  for (const damage of [
    null,
    { ...right, precision: right.precision.map(() => Number.NaN) },
    { ...right, precision: right.precision.map(() => -1) },
    { ...right, shown: [[1, 2, 3, 4e9, 5]] },
    { ...right, seen: right.seen - 1 },
  ]) {
    const database = await openDB(`recluse:${name}`);
    await database.put('derived', { kind: 'learned', key: 'head', time: 1, value: damage });
    database.close();
    const { recluse: next } = await learning({}, { name });
    await next.ready();
    alike(await parts(next), before);
    expect((await kept(name))!.value.vector).toEqual(right.vector);
    await next.close();
  }
});

test('an import, and sums in the place of single interactions, leave what is left learned', async () => {
  const { recluse } = await learning();
  await recluse.ready();
  await choose(recluse, 'item-3', 2);
  await parts(recluse);
  const { recluse: other } = await learning();
  await other.ready();
  await choose(other, 'item-5', 2);
  await recluse.import(await other.export());
  expect((await learned(recluse)).feedback).toBe(52);
  await recluse.retain({ count: 0 });
  const history = await recluse.history({ limit: 1000 });
  expect((await learned(recluse)).feedback).toBe(history.filter(({ type }) => type !== 'search').length);
});

test.each(['epsilon', 'linucb', 'thompson'] as const)(
  'with %s, places that try something say so, and every impression knows how likely it was',
  async (explore) => {
    const { recluse, problems } = await learning({ explore, share: 1 });
    await recluse.ready();
    await choose(recluse, 'item-3', 2);
    let tried = 0;
    for (let time = 0; time < 10; time++) {
      const list = await recluse.recommend({ limit: 4, explain: true });
      expect(new Set(list.items.map(({ id }) => id)).size).toBe(4);
      for (const { explored, exploration, reasons } of list.items) {
        expect(exploration!.propensity).toBeGreaterThan(0);
        expect(exploration!.propensity).toBeLessThanOrEqual(1);
        if (explored) tried++;
        expect(reasons!.some(({ kind }) => kind === 'explored')).toBe(explored ?? false);
      }
      await recluse.shown(list);
    }
    expect(tried).toBeGreaterThan(0);
    const seen = (await recluse.history({ limit: 1000 })).filter(({ type }) => type === 'impression');
    expect(seen.every(({ exploration }) => exploration!.propensity > 0)).toBe(true);
    // It travels, and is taken in again.
    const { recluse: other } = await learning();
    await other.import(await recluse.export());
    const there = (await other.history({ limit: 1000 })).filter(({ exploration }) => exploration);
    expect(there).toHaveLength(seen.length);
    expect(problems).toEqual([]);
  },
);

test('what was hidden or left out is never tried, and lists that are looked for by name try nothing', async () => {
  const { recluse } = await learning({ explore: 'epsilon', share: 1 });
  await recluse.ready();
  await recluse.track({ type: 'hide', item: 'item-2' });
  for (let time = 0; time < 10; time++) {
    const { items } = await recluse.recommend({ limit: 10, exclude: ['item-1'] });
    expect(items.map(({ id }) => id)).not.toContain('item-1');
    expect(items.map(({ id }) => id)).not.toContain('item-2');
  }
  const found = await recluse.searchByTaste('first');
  expect(found.items.every(({ exploration }) => exploration === undefined)).toBe(true);
});

test('the device says what its lists are worth, and would be worth if nothing were tried', async () => {
  const { recluse } = await learning({ explore: 'epsilon', share: 0.5 });
  await recluse.ready();
  for (let time = 0; time < 25; time++) {
    const list = await recluse.recommend({ limit: 4, placement: 'home' });
    await recluse.shown(list);
    // This visitor takes whatever exploration did not put there.
    for (const { id: item, position, explored } of list.items)
      if (!explored && position === 0) await recluse.track({ type: 'click', item, list: list.id, position });
  }
  const logged = await worth(recluse, { policy: 'logged' });
  const greedy = await worth(recluse);
  expect(logged).toMatchObject({ entries: 100, effective: 100 });
  const log = await recluse.history({ limit: 1000 });
  expect(logged.ips!.value).toBeCloseTo(log.filter(({ type }) => type === 'click').length / 100, 12);
  expect(greedy.entries).toBe(100);
  expect(greedy.effective).toBeLessThan(100);
  for (const { value, low, high } of [greedy.ips!, greedy.snips!, greedy.doublyRobust!]) {
    expect(low).toBeLessThanOrEqual(value);
    expect(value).toBeLessThanOrEqual(high);
  }
  expect(greedy.snips!.value).toBeGreaterThan(logged.snips!.value);
  expect((await worth(recluse, { placement: 'elsewhere' })).entries).toBe(0);
  const own = await offPolicy(recluse, [
    { reward: 1, propensity: 0.5, target: 1 },
    { reward: 0, propensity: 0.5, target: 0 },
  ]);
  expect(own).toMatchObject({ entries: 2, effective: 1, ips: { value: 1 }, doublyRobust: null });
});

test('wrong options and wrong logs are refused by name', async () => {
  for (const [field, learn] of [
    ['learn.share', { share: 2 }],
    ['learn.explore', { explore: 'greedy' }],
    ['learn.kept', { kept: Number.NaN }],
    ['learn.odd', { odd: 1 }],
    ['learn', 'yes'],
  ] as const)
    await expect(learning(learn as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { field },
    });
  const { recluse } = await learning();
  for (const log of [[{ reward: 1, propensity: 0, target: 1 }], [{ reward: 1 }], 'log', [null]])
    await expect(offPolicy(recluse, log as never)).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(worth(recluse, { policy: 'best' } as never)).rejects.toMatchObject({
    code: 'invalid-argument',
  });
});

test('impressions without a place, of items that nobody knows, and at any time are taken as they are', async () => {
  const { recluse, problems } = await learning();
  await recluse.ready();
  await recluse.track([
    { type: 'impression', item: 'item-3' },
    { type: 'impression', item: 'unheard of', list: 'a', position: 1e9 },
    { type: 'impression', item: 'item-4', list: 'a', position: 1e9, time: 0 },
    { type: 'click', item: 'item-4', list: 'a', time: 4e12 },
    { type: 'click', item: 'item-5', list: '__proto__' },
  ]);
  expect((await learned(recluse)).feedback).toBe(4);
  for (const part of (await parts(recluse)).values()) expect(Number.isFinite(part)).toBe(true);
  expect(problems).toEqual([]);
});

test('without consent what is learned stays in memory, and goes to the disk with it', async () => {
  const name = freshName();
  const { recluse } = await learning({}, { name, consent: 'pending' });
  await recluse.ready();
  await choose(recluse, 'item-3', 2);
  expect((await learned(recluse)).feedback).toBe(26);
  expect((await indexedDB.databases()).some((one) => one.name === `recluse:${name}`)).toBe(false);
  await recluse.consent('granted');
  expect((await learned(recluse)).feedback).toBe(26);
  expect((await kept(name))!.value.feedback).toBe(26);
  await recluse.consent('denied', { erase: true });
  expect((await learned(recluse)).feedback).toBe(0);
  expect(server.requests.length).toBeGreaterThan(0);
});
