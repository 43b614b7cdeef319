/** What consent means: who has not agreed leaves no trace, who agrees loses nothing, who declines is left alone. */
import { afterEach, expect, test } from 'vitest';
import type { RecluseError } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

/** Everything that this browser keeps under a recommender's name, wherever a page or a worker could have put it. */
async function traces(name: string): Promise<string[]> {
  const databases = (await indexedDB.databases()).map((database) => `IndexedDB ${database.name}`);
  const caches = (await globalThis.caches.keys()).map((cache) => `Cache Storage ${cache}`);
  const local = Object.keys(localStorage).map((key) => `localStorage ${key}`);
  const session = Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`);
  const cookies = document.cookie.split(';').map((cookie) => `cookie ${cookie.trim()}`);
  return [...databases, ...caches, ...local, ...session, ...cookies]
    .filter((trace) => trace.includes(name))
    .sort();
}

const cookiesBefore = document.cookie;
afterEach(() => expect(document.cookie).toBe(cookiesBefore));

/** A page that is left while something is on its way. */
const leave = () => dispatchEvent(new PageTransitionEvent('pagehide'));

test('before consent nothing is written anywhere, and yet the lists learn', async () => {
  const name = freshName();
  const { recluse } = await shop({ name, consent: 'pending' });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await recluse.setProfile({ likes: ['Fruit'] });
  await recluse.importHistory([{ type: 'view', item: 'item-1', time: 1000 }]);
  expect(ids(await recluse.recommend({ limit: 1, mode: 'discover' }))).toEqual(['item-5']);
  expect(await recluse.history()).toHaveLength(2);
  void recluse.track({ type: 'view', item: 'item-2' });
  leave();
  expect(await recluse.status()).toMatchObject({
    privacy: { consent: 'pending', sharing: 'denied' },
    storage: { kind: 'memory', interactions: 3 },
    problems: [],
  });
  expect(await traces(name)).toEqual([]);
});

test('what was done before consent is kept once it is granted, the files of the pack too', async () => {
  const name = freshName();
  const { recluse } = await shop({ name, consent: 'pending' });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await recluse.setProfile({ likes: ['Fruit'] });
  await recluse.consent('granted');
  await recluse.track({ type: 'purchase', item: 'item-7' });
  expect(await recluse.status()).toMatchObject({
    privacy: { consent: 'granted' },
    storage: { kind: 'indexeddb', interactions: 2 },
  });
  await recluse.close();
  expect(await traces(name)).toEqual([`Cache Storage recluse-pack:${name}`, `IndexedDB recluse:${name}`]);
  server.mode = 'down';
  const { recluse: again } = await shop({ name });
  await again.ready();
  expect((await again.history()).map(({ item }) => item)).toEqual(['item-7', 'item-4']);
  expect(await again.profile()).toEqual({ likes: ['Fruit'] });
});

test('what was done before consent is gone once it is denied, and nothing is kept from then on', async () => {
  const name = freshName();
  const { recluse } = await shop({ name, consent: 'pending' });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await recluse.consent('denied');
  await recluse.track({ type: 'purchase', item: 'item-7' });
  await recluse.setProfile({ likes: ['Fruit'] });
  expect(await recluse.history()).toEqual([]);
  expect(await recluse.profile()).toEqual({});
  // Lists come from the pack as for anybody.
  expect((await recluse.recommend()).interactions).toBe(0);
  expect(ids(await recluse.popular({ limit: 2 }))).toEqual(['item-11', 'item-10']);
  expect(await recluse.importHistory([{ type: 'view', item: 'item-1' }])).toMatchObject({ added: 0 });
  leave();
  expect(await traces(name)).toEqual([]);
});

test('who withdraws consent is not followed any further; what is stored is erased if the app says so', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await recluse.consent('denied');
  await recluse.track({ type: 'purchase', item: 'item-7' });
  expect((await recluse.recommend()).interactions).toBe(0);
  // The visitor may still see and erase what lies on the disk.
  expect((await recluse.export()).interactions).toMatchObject([{ item: 'item-4' }]);
  await recluse.consent('granted');
  expect((await recluse.history()).map(({ item }) => item)).toEqual(['item-4']);
  await recluse.consent('denied');
  expect(await recluse.forget({ item: 'item-4' })).toBe(1);
  await recluse.consent('denied', { erase: true });
  expect(await traces(name)).toEqual([]);
  expect(ids(await recluse.recommend())).toHaveLength(10);
  await recluse.consent('granted');
  expect(await recluse.history()).toEqual([]);
});

test('who declines in one tab has declined in all of them, and what was stored can be erased although they are open', async () => {
  const name = freshName();
  const [here, there] = [await open(server, { name }), await open(server, { name })];
  await Promise.all([here.recluse.ready(), there.recluse.ready()]);
  await there.recluse.track({ type: 'purchase', item: 'item-4' });
  const reasons: string[] = [];
  there.recluse.on('change', ({ reason }) => reasons.push(reason));
  await here.recluse.consent('denied', { erase: true });
  await expect.poll(() => reasons).toContain('consent');
  expect((await there.recluse.status()).privacy.consent).toBe('denied');
  expect(await there.recluse.history()).toEqual([]);
  await there.recluse.track({ type: 'purchase', item: 'item-5' });
  // Nor does the page write anything any more when it is left.
  void there.recluse.track({ type: 'view', item: 'item-2' });
  leave();
  await expect.poll(() => traces(name)).toEqual([]);

  await there.recluse.consent('granted');
  await expect.poll(async () => (await here.recluse.status()).privacy.consent).toBe('granted');
  await here.recluse.track({ type: 'purchase', item: 'item-6' });
  await expect.poll(async () => (await there.recluse.history()).map(({ item }) => item)).toEqual(['item-6']);
  await here.recluse.close();
  await there.recluse.close();
});

test('an erasure takes what an earlier page could not hand over with it', async () => {
  const name = freshName();
  localStorage.setItem(
    `recluse:${name}:outbox`,
    JSON.stringify([{ type: 'view', item: 'left', id: 'left', time: 1000 }]),
  );
  const { recluse } = await shop({ name, consent: 'pending' });
  expect(await recluse.history()).toEqual([]);
  await recluse.consent('denied', { erase: true });
  expect(await traces(name)).toEqual([]);
});

test('what an earlier page could not hand over is stored when consent is granted again', async () => {
  const name = freshName();
  localStorage.setItem(
    `recluse:${name}:outbox`,
    JSON.stringify([{ type: 'view', item: 'left', id: 'left', time: 1000 }]),
  );
  const { recluse } = await shop({ name, consent: 'pending' });
  await recluse.consent('granted');
  await expect.poll(async () => (await recluse.history()).map(({ item }) => item)).toEqual(['left']);
});

test('a worker that has to be started again knows what was agreed to', async () => {
  const name = freshName();
  const { recluse, workers } = await shop({ name });
  await recluse.ready();
  await recluse.consent('pending');
  workers[0]!.terminate();
  await recluse.track({ type: 'view', item: 'item-1' });
  expect(workers).toHaveLength(2);
  expect((await recluse.status()).privacy.consent).toBe('pending');
  await recluse.consent('denied', { erase: true });
  expect(await traces(name)).toEqual([]);
});

test('Global Privacy Control is seen, and reads as a no to anything that would ever leave the device', async () => {
  const without = await shop();
  expect((await without.recluse.status()).privacy).toEqual({
    consent: 'granted',
    globalPrivacyControl: false,
    sharing: 'granted',
  });
  Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });
  try {
    const { recluse } = await shop();
    // What stays on the device is not shared: it goes on as agreed.
    await recluse.track({ type: 'view', item: 'item-1' });
    expect(await recluse.history()).toHaveLength(1);
    expect((await recluse.status()).privacy).toEqual({
      consent: 'granted',
      globalPrivacyControl: true,
      sharing: 'denied',
    });
  } finally {
    Reflect.deleteProperty(navigator, 'globalPrivacyControl');
  }
});

test('a state that is none is refused, and changes nothing', async () => {
  const { recluse } = await shop({ consent: 'pending' });
  const error = await recluse.consent('perhaps' as never).catch((reason: RecluseError) => reason);
  expect(error).toMatchObject({ code: 'invalid-argument', details: { field: 'state' } });
  expect((await recluse.status()).privacy.consent).toBe('pending');
  const options = await recluse
    .consent('denied', { erase: 'yes' as never })
    .catch((reason: RecluseError) => reason);
  expect(options).toMatchObject({ code: 'invalid-argument' });
  const start = await open(server, { consent: 'no' as never }).catch((reason: RecluseError) => reason);
  expect(start).toMatchObject({ code: 'invalid-argument', details: { field: 'consent' } });
});
