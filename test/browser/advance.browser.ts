import { expect, test } from 'vitest';
import type { ChangeEvent, Recommender } from '../../src/index.ts';
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

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const home = { limit: 4, placement: 'home', freshness: 'instant' } as const;
const kept = async (recluse: Recommender) =>
  (await recluse.recommend({ ...home, freshness: 'instant' })).staleness > 0;

/** Visits once, so that there is a list of yesterday, and leaves. */
async function yesterday(name: string): Promise<string[]> {
  const { recluse } = await shop({ name });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const list = await recluse.recommend(home);
  expect(list).toMatchObject({ staleness: 0, source: 'linear' });
  await recluse.close();
  return ids(list);
}

test('a returning visitor offline sees the shelves of yesterday before the pack is read', async () => {
  const name = freshName();
  const before = await yesterday(name);
  // Neither the network nor the cached pack: nothing but the stored list can answer.
  await caches.delete(`recluse-pack:${name}`);
  server.mode = 'silent';
  const { recluse } = await shop({ name });
  const list = await recluse.recommend(home);
  expect(ids(list)).toEqual(before);
  expect(list.source).toBe('linear');
  expect(list.staleness).toBeGreaterThan(0);
  expect((await recluse.status()).phase).toBe('starting');
  server.mode = 'up';
});

test('what the shop says of its new items at every start leaves the shelves of yesterday in place, and nothing of it on the device', async () => {
  const name = freshName();
  const saying = {
    name,
    items: [{ id: 'new-tea', title: 'A new tea', categories: ['Cats'] }],
    rules: [{ kind: 'pin', position: 1, items: ['new-tea'] }],
  } as const;
  const first = await shop(saying);
  await first.recluse.ready();
  await first.recluse.track({ type: 'purchase', item: 'item-4' });
  const before = ids(await first.recluse.recommend(home));
  expect(first.problems).toEqual([]);
  expect(before[1]).toBe('new-tea');
  await first.recluse.close();
  const { recluse } = await shop(saying);
  const list = await recluse.recommend(home);
  expect(list.staleness).toBeGreaterThan(0);
  expect(ids(list)).toEqual(before);
  expect(await recluse.items(['new-tea'])).toMatchObject([{ title: 'A new tea' }]);
  expect(await caches.keys()).not.toContain(`recluse-shop:${name}`);
  await recluse.close();
  // Another shop's word, another list.
  const other = await shop({ ...saying, items: [] });
  expect((await other.recluse.recommend(home)).staleness).toBe(0);
});

test('what was asked for otherwise is not answered by an old list', async () => {
  const name = freshName();
  await yesterday(name);
  const { recluse } = await shop({ name });
  for (const other of [
    { limit: 5 },
    { placement: 'aside' },
    { exclude: ['item-1'] },
    { freshness: 'live' as const },
  ])
    expect((await recluse.recommend({ ...home, ...other })).staleness).toBe(0);
});

test('a hybrid shelf shows the old list at once, and then says what differs', async () => {
  const name = freshName();
  const before = await yesterday(name);
  const { recluse: other } = await shop({ name });
  await other.ready();
  await other.track({ type: 'purchase', item: 'item-8' });
  await other.close();
  const { recluse } = await shop({ name });
  const changes: ChangeEvent[] = [];
  recluse.on('change', (event) => {
    if (event.reason === 'lists') changes.push(event);
  });
  const list = await recluse.recommend({ ...home, freshness: 'hybrid' });
  expect(ids(list)).toEqual(before);
  await expect.poll(() => changes.length).toBe(1);
  const [change] = changes[0]!.lists!;
  const now = ids(change!.list);
  expect(change).toMatchObject({ placement: 'home', list: { staleness: 0 } });
  expect(now).toEqual(ids(await recluse.recommend({ ...home, freshness: 'live' })));
  // The difference is enough to make the new list of the old one.
  const made = before.filter((id) => !change!.left.some((gone) => gone.id === id));
  expect(made.sort()).toEqual(now.filter((id) => !change!.entered.some((fresh) => fresh.id === id)).sort());
  for (const { id, from, to } of change!.moved) expect([before[from], now[to]]).toEqual([id, id]);
  for (const { id, position } of change!.entered) expect(now[position]).toBe(id);
  // And a purchase on this page changes it in place, too.
  await recluse.track({ type: 'purchase', item: 'item-1' });
  await expect.poll(() => changes.length).toBe(2);
  expect(ids(changes[1]!.lists![0]!.list)).toEqual(
    ids(await recluse.recommend({ ...home, freshness: 'live' })),
  );
});

test('a shelf that would be the same says nothing', async () => {
  const name = freshName();
  await yesterday(name);
  const { recluse } = await shop({ name });
  const reasons: string[] = [];
  recluse.on('change', ({ reason }) => reasons.push(reason));
  await recluse.recommend({ ...home, freshness: 'hybrid' });
  await recluse.ready();
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(reasons).not.toContain('lists');
});

test('after a change has settled, the next visit begins with the new list', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  const first = await recluse.recommend(home);
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await expect.poll(async () => ids(await recluse.recommend(home))).not.toEqual(ids(first));
  const live = await recluse.recommend({ ...home, freshness: 'live' });
  await recluse.close();
  const { recluse: again } = await shop({ name });
  const next = await again.recommend(home);
  expect(ids(next)).toEqual(ids(live));
  expect(next.staleness).toBeGreaterThan(0);
});

test.each([
  ['forgotten', (recluse: Recommender) => recluse.forget({ item: 'item-4' })],
  ['hidden', (recluse: Recommender) => recluse.track({ type: 'hide', item: 'item-5' })],
  ['disliked', (recluse: Recommender) => recluse.track({ type: 'dislike', item: 'item-5' })],
  ['all forgotten', (recluse: Recommender) => recluse.forget('everything')],
] as const)('what was %s is in no list made in advance', async (_, act) => {
  const name = freshName();
  expect(await yesterday(name)).toContain('item-5');
  const { recluse } = await shop({ name });
  expect(await kept(recluse)).toBe(true);
  await act(recluse);
  // At once, not after a while.
  const after = await recluse.recommend(home);
  expect(ids(after)).toEqual(ids(await recluse.recommend({ ...home, freshness: 'live' })));
  await recluse.close();
  const { recluse: again } = await shop({ name });
  expect(ids(await again.recommend(home))).toEqual(ids(after));
});

test('a list of another pack is not shown once the new pack is known', async () => {
  const name = freshName();
  await yesterday(name);
  server.files = (await tinyPack({ edition: 'Second' })).files;
  const { recluse } = await shop({ name });
  await recluse.ready();
  const { version } = (await recluse.status()).pack!;
  const list = await recluse.recommend(home);
  expect(list).toMatchObject({ pack: version, staleness: 0 });
});

test('the second page of an old list is made now, and repeats nothing', async () => {
  const name = freshName();
  await yesterday(name);
  const { recluse } = await shop({ name });
  const list = await recluse.recommend(home);
  const second = await list.next();
  expect(list.staleness).toBeGreaterThan(0);
  expect(second).toMatchObject({ staleness: 0, id: list.id });
  expect(new Set([list, second].flatMap(ids)).size).toBe(8);
});
