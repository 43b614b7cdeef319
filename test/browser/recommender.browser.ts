import { expect, test } from 'vitest';
import { type ChangeEvent, createRecommender, RecluseError } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, type Opened, open, shopsOf } from './support/shop-of-tests.ts';
import { brokenGraphs, tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('this should have been refused')),
    (error: unknown) => error as RecluseError,
  );
const tick = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('several things at once are all stored, or none of them', async () => {
  const { recluse } = await shop();
  const wrong = { type: 'view', item: 'item-2', value: Number.NaN };
  const error = await failure(recluse.trackMany([{ type: 'view', item: 'item-1' }, wrong]));
  expect(error).toMatchObject({ code: 'invalid-argument' });
  expect(await recluse.history()).toEqual([]);
  await recluse.trackMany([
    { type: 'view', item: 'item-1' },
    { type: 'search', query: 'apples' },
  ]);
  expect((await recluse.history()).map(({ type }) => type)).toEqual(['search', 'view']);
});

test('a stranger gets what is popular', async () => {
  const { recluse } = await shop();
  const list = await recluse.recommend({ limit: 3, placement: 'home' });
  expect(list).toMatchObject({ placement: 'home', interactions: 0 });
  expect(list.items.map(({ position }) => position)).toEqual([0, 1, 2]);
  expect(ids(await recluse.popular({ limit: 2 }))).toEqual(['item-11', 'item-10']);
  expect(ids(await recluse.popular({ limit: 2, category: 'Fruit', window: 'overall' }))).toEqual([
    'item-0',
    'item-3',
  ]);
});

test('a purchase moves the next list, without anybody waiting for it', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const before = await recluse.recommend({ limit: 3, mode: 'discover' });
  void recluse.track({ type: 'purchase', item: 'item-4' });
  const after = await recluse.recommend({ limit: 3, mode: 'discover', explain: true });
  expect(ids(before)[0]).not.toBe('item-5');
  expect(ids(after)[0]).toBe('item-5');
  expect(after).toMatchObject({ source: 'linear', interactions: 1 });
  expect(after.items[0]?.reasons?.[0]).toMatchObject({ kind: 'because', item: 'item-4' });
  expect(ids(await recluse.recommend({ mode: 'repeat' }))).toEqual(['item-4']);
});

test('what was tracked is still there after the page is opened again', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.track([
    { type: 'purchase', item: 'item-1', value: 4.99 },
    { type: 'view', item: 'an item that the pack does not know' },
  ]);
  await first.recluse.close();
  const { recluse } = await shop({ name });
  expect(await recluse.history()).toMatchObject([
    { type: 'view', item: 'an item that the pack does not know' },
    { type: 'purchase', item: 'item-1', value: 4.99 },
  ]);
  expect((await recluse.recommend()).interactions).toBe(1);
});

test('more than the newest few purchases stay at hand only as far as the pack can use them', async () => {
  const { recluse } = await shop();
  await recluse.track(
    Array.from({ length: 40 }, (_, place) => ({ type: 'purchase', item: `item-${place % 12}` })),
  );
  await recluse.track(Array.from({ length: 40 }, () => ({ type: 'unheard-of', item: 'item-1' })));
  expect((await recluse.recommend()).interactions).toBe(5);
  expect((await recluse.status()).storage.interactions).toBe(80);
});

test('a dislike counts however long ago it was', async () => {
  const { recluse } = await shop();
  await recluse.track({ type: 'dislike', item: 'item-5' });
  await recluse.track(Array.from({ length: 60 }, () => ({ type: 'purchase', item: 'item-4' })));
  expect(ids(await recluse.recommend({ limit: 12 }))).not.toContain('item-5');
});

test('calls made before the worker is ready are answered in the end', async () => {
  server.mode = 'silent';
  const { recluse } = await shop();
  const early = [recluse.recommend(), recluse.popular()];
  const late = Promise.all(early.map(failure));
  await recluse.track({ type: 'view', item: 'item-1' });
  expect(await recluse.history()).toHaveLength(1);
  expect((await recluse.status()).phase).toBe('starting');
  server.mode = 'up';
  await recluse.close();
  const { recluse: again } = await shop();
  const [recommended, popular] = await Promise.all([again.recommend(), again.popular()]);
  expect(recommended.items).toHaveLength(10);
  expect(popular.items).toHaveLength(10);
  expect(await late).toMatchObject([{ code: 'closed' }, { code: 'closed' }]);
});

test('once ready, it asks for nothing any more', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const asked = server.requests.length;
  await recluse.track({ type: 'purchase', item: 'item-2' });
  await recluse.recommend();
  await recluse.similar('item-2', { by: 'together' });
  await recluse.items();
  await recluse.forget('everything');
  const status = await recluse.status();
  expect(server.requests).toHaveLength(asked);
  expect(status).toMatchObject({ phase: 'ready', source: 'linear', network: { requests: asked, sent: 0 } });
  expect(status.network.received).toBe(
    server.requests.reduce((sum, path) => sum + server.files.get(path)!.byteLength, 0),
  );
});

test('status tells what serves', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const status = await recluse.status();
  expect(status).toMatchObject({
    phase: 'ready',
    source: 'linear',
    backend: { model: null },
    pack: { name: 'tiny', items: 12, dataUntil: '2017-12-31T00:00:00Z' },
    storage: { kind: 'indexeddb', interactions: 0 },
    problems: [],
  });
  expect(status.storage.bytes).toBeGreaterThan(0);
});

test('the model card comes only to those who ask for it', async () => {
  const { recluse } = await shop();
  const changes: ChangeEvent[] = [];
  recluse.on('change', (event) => changes.push(event));
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-2' });
  const { card } = (await recluse.status({ card: true })).pack!;
  expect(card).toMatchObject({ data: { items: 12 } });
  expect((await recluse.status()).pack).not.toHaveProperty('card');
  expect(changes.some(({ status }) => status.pack)).toBe(true);
  for (const { status } of changes) expect(status.pack ?? {}).not.toHaveProperty('card');
  expect(await failure(recluse.status({ cards: true } as object))).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'cards' },
  });
});

test('a pack whose graphs cannot run serves the linear tier and says so', async () => {
  server.files = (await tinyPack({ graphs: brokenGraphs })).files;
  const { recluse, problems } = await shop();
  await recluse.ready();
  const list = await recluse.recommend();
  expect(list.source).toBe('linear');
  expect((await recluse.status()).problems.map(({ code }) => code)).toEqual(['model-unavailable']);
  await expect.poll(() => problems.map(({ code }) => code)).toEqual(['model-unavailable']);
});

test('display data comes in the order asked for, without unknown items', async () => {
  const { recluse } = await shop();
  expect(await recluse.items(['item-3', 'nobody knows', 'item-0'])).toEqual([
    {
      id: 'item-3',
      title: 'First item-3',
      categories: ['Food', 'Fruit'],
      price: 3.5,
      brand: 'Acme',
      attributes: { size: '3 oz' },
    },
    { id: 'item-0', title: 'First item-0', categories: ['Food', 'Fruit'], attributes: { size: '0 oz' } },
  ]);
  expect(await recluse.items()).toHaveLength(12);
});

test('without a catalogue there is no display data, and the lists go on', async () => {
  const { recluse } = await shop({ catalogue: false });
  expect(await failure(recluse.items())).toMatchObject({ code: 'catalogue-missing' });
  await recluse.ready();
  expect(server.requests.some((path) => path.startsWith('catalogue'))).toBe(false);
  expect((await recluse.recommend()).items).toHaveLength(10);
});

test('an app can have its own objects ranked', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const found = ['item-1', 'item-5', 'new in the shop'].map((id) => ({ id, shelf: `shelf of ${id}` }));
  const list = await recluse.rerank(found);
  expect(list.objects.map(({ shelf }) => shelf)).toEqual(list.items.map(({ id }) => `shelf of ${id}`));
  expect(list.objects).toHaveLength(3);
  expect(ids(list).indexOf('item-5')).toBeLessThan(ids(list).indexOf('item-1'));
  expect(ids(await recluse.rerank(['item-1', 'item-5']))).toEqual(['item-5', 'item-1']);
  expect(ids(await recluse.rerank([]))).toEqual([]);
});

test('bought together: the strongest first', async () => {
  const { recluse } = await shop();
  expect(ids(await recluse.similar('item-4', { by: 'together' }))).toEqual(['item-5', 'item-7']);
  expect(await failure(recluse.similar('nobody knows'))).toMatchObject({ code: 'unknown-item' });
});

test.each<[string, (recluse: Opened['recluse']) => Promise<unknown>, string]>([
  ['no item', (recluse) => recluse.track({ type: 'view' } as never), 'interactions[0].item'],
  ['null', (recluse) => recluse.track(null as never), 'interactions[0].type'],
  ['a text', (recluse) => recluse.track('view' as never), 'interactions[0].type'],
  [
    'a value that is not a number',
    (recluse) => recluse.track({ type: 'rating', item: 'a', value: Number.NaN }),
    'interactions[0].value',
  ],
  [
    'an id of ten million letters',
    (recluse) => recluse.track({ type: 'view', item: 'x'.repeat(1e7) }),
    'interactions[0].item',
  ],
  [
    'a wrong second of two',
    (recluse) =>
      recluse.track([
        { type: 'view', item: 'a' },
        { type: '', item: 'b' },
      ]),
    'interactions[1].type',
  ],
  ['a misspelt field', (recluse) => recluse.recommend({ exlude: [] } as never), 'exlude'],
  ['half an item', (recluse) => recluse.recommend({ limit: 1.5 }), 'limit'],
  ['too much diversity', (recluse) => recluse.recommend({ diversity: 2 }), 'diversity'],
  ['an unknown mode', (recluse) => recluse.recommend({ mode: 'again' as never }), 'mode'],
  [
    'a limit that is no number in a filter',
    (recluse) => recluse.recommend({ filter: { price: { lt: Number.NaN } } }),
    'filter.price.lt',
  ],
  [
    'a filter on what is not there',
    (recluse) => recluse.recommend({ filter: { colour: 'red' } }),
    'filter.colour',
  ],
  ['a category that is not there', (recluse) => recluse.popular({ category: 'Hats' }), 'category'],
  ['numbers for ids', (recluse) => recluse.rerank([1, 2] as never), 'ids[0]'],
  ['nothing to forget', (recluse) => recluse.forget({} as never), 'request'],
  ['half of everything', (recluse) => recluse.forget('half' as never), 'request'],
  ['a negative number of lines', (recluse) => recluse.history({ limit: -1 }), 'limit'],
])('an argument that cannot be (%s) is refused by name, with a code', async (_, call, field) => {
  const { recluse } = await shop();
  await recluse.items();
  const error = await failure(call(recluse));
  expect(error).toBeInstanceOf(RecluseError);
  expect(error).toMatchObject({ name: 'RecluseError', code: 'invalid-argument', details: { field } });
  expect(await recluse.history()).toEqual([]);
});

test('a function among the arguments is refused like any wrong argument', async () => {
  const { recluse } = await shop();
  expect(await failure(recluse.recommend({ placement: (() => 'home') as never }))).toMatchObject({
    code: 'invalid-argument',
  });
});

test('wrong options are refused at the start', async () => {
  expect(await failure(open(server, { name: 'with spaces' }))).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'name' },
  });
  expect(await failure(open(server, { pack: 'http://' }))).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'pack' },
  });
});

test('a worker that cannot be started is reported at the start', async () => {
  const error = await failure(
    createRecommender({ pack: server.manifestUrl, workerUrl: '/there/is/no/worker.js' }),
  );
  expect(error).toMatchObject({ code: 'worker-failed' });
});

test('without a pack there is no list, and it comes as soon as there is one', async () => {
  server.mode = 'down';
  const { recluse } = await shop();
  expect(await failure(recluse.recommend())).toMatchObject({ code: 'pack-unreachable' });
  expect(await recluse.status()).toMatchObject({ phase: 'starting', source: null, pack: null });
  server.mode = 'up';
  await tick(2100);
  expect((await recluse.recommend()).items).toHaveLength(10);
});

test('a signal ends the waiting', async () => {
  server.mode = 'silent';
  const { recluse } = await shop();
  const controller = new AbortController();
  const waiting = recluse.recommend({ signal: controller.signal });
  controller.abort();
  expect(await failure(waiting)).toMatchObject({ code: 'aborted' });
  expect(await failure(recluse.ready({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'aborted' });
  expect(await failure(recluse.popular({ signal: AbortSignal.timeout(20) }))).toMatchObject({
    code: 'aborted',
  });
});

test('after closing, calls are refused and the status says so', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const pending = recluse.track({ type: 'view', item: 'item-1' });
  await recluse.close();
  await pending;
  expect(await failure(recluse.recommend())).toMatchObject({ code: 'closed' });
  expect(await failure(recluse.track({ type: 'view', item: 'item-1' }))).toMatchObject({ code: 'closed' });
  expect((await recluse.status()).phase).toBe('closed');
  await recluse.close();
});

test('changes are told: the first at once, a burst as one more', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await tick(100);
  const events: ChangeEvent[] = [];
  const off = recluse.on('change', (event) => events.push(event));
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 20 }, (_, place) => recluse.track({ type: 'view', item: `item-${place % 12}` })),
  );
  const took = performance.now() - started;
  await expect.poll(() => events.at(-1)?.status.storage.interactions).toBe(20);
  await tick(200);
  expect(new Set(events.map(({ reason }) => reason))).toEqual(new Set(['interactions']));
  expect(events.length).toBeGreaterThanOrEqual(2);
  // One more for every 50 ms that a busy machine has stretched the burst by.
  const told = events.length;
  expect(told).toBeLessThanOrEqual(2 + Math.floor(took / 50));
  off();
  await recluse.track({ type: 'view', item: 'item-1' });
  await tick(100);
  expect(events).toHaveLength(told);
});

test('the tiers are told as they arrive', async () => {
  server.mode = 'down';
  const { recluse } = await shop();
  await failure(recluse.recommend());
  const told: string[] = [];
  recluse.on('change', ({ reason, status }) => told.push(`${reason} ${status.source} ${status.phase}`));
  server.mode = 'up';
  await tick(2100);
  await recluse.ready();
  await tick(150);
  expect(told.at(-1)).toMatch(/ linear ready$/);
});

test('where the browser keeps nothing, the shop learns until the tab is closed, and says so', async () => {
  const name = freshName();
  const { recluse, problems } = await shop({ name, keepsNothing: true });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  expect(ids(await recluse.recommend({ limit: 1, mode: 'discover' }))).toEqual(['item-5']);
  expect(await recluse.history()).toHaveLength(1);
  expect(await recluse.status()).toMatchObject({
    phase: 'ready',
    storage: { kind: 'memory', interactions: 1, bytes: null, why: expect.stringContaining('SecurityError') },
    problems: [{ code: 'storage-unavailable' }],
  });
  await expect.poll(() => problems).toMatchObject([{ code: 'storage-unavailable' }]);
  const later = await shop({ name, keepsNothing: true });
  expect(await later.recluse.history()).toEqual([]);
});

test('two tabs share one history, and hear of each other', async () => {
  const name = freshName();
  const [one, other] = [await shop({ name }), await shop({ name })];
  await Promise.all([one.recluse.ready(), other.recluse.ready()]);
  await other.recluse.recommend();
  await tick(100);
  const heard = new Promise<ChangeEvent>((resolve) => other.recluse.on('change', resolve));
  await one.recluse.track({ type: 'purchase', item: 'item-4' });
  expect(await heard).toMatchObject({ reason: 'interactions' });
  expect(ids(await other.recluse.recommend({ limit: 1, mode: 'discover' }))).toEqual(['item-5']);
  await Promise.all([
    one.recluse.track({ type: 'purchase', item: 'item-1' }),
    other.recluse.track({ type: 'purchase', item: 'item-2' }),
  ]);
  await tick(100);
  expect((await one.recluse.recommend()).interactions).toBe(3);
  expect((await other.recluse.recommend()).interactions).toBe(3);
  await one.recluse.forget('everything');
  await tick(100);
  expect((await other.recluse.recommend()).interactions).toBe(0);
});

test('what is forgotten is gone from lists, history, export and disk', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.track([
    { type: 'purchase', item: 'item-1', id: 'first' },
    { type: 'purchase', item: 'item-2' },
    { type: 'purchase', item: 'item-2' },
    { type: 'purchase', item: 'item-3', time: 1000 },
  ]);
  expect(await recluse.forget({ item: 'item-2' })).toBe(2);
  expect(await recluse.forget({ interaction: 'first' })).toBe(1);
  expect((await recluse.export()).interactions).toMatchObject([{ item: 'item-3', time: 1000 }]);
  expect(await recluse.forget({ since: 500 })).toBe(1);
  expect((await recluse.recommend()).interactions).toBe(0);
  await recluse.track({ type: 'purchase', item: 'item-4' });
  expect(await recluse.forget('everything')).toBe(1);
  expect(await recluse.history()).toEqual([]);
});

test('the export holds everything, oldest first', async () => {
  const { recluse } = await shop();
  await recluse.track(
    Array.from({ length: 150 }, (_, place) => ({ type: 'view', item: `item-${place}`, position: place })),
  );
  const document = await recluse.export();
  expect(document).toMatchObject({ format: 'recluse-export', version: 2, profile: {} });
  expect(document.interactions).toHaveLength(150);
  expect(document.interactions[149]).toMatchObject({ item: 'item-149', position: 149 });
  expect(await recluse.history()).toHaveLength(100);
  expect((await recluse.history({ limit: 1 }))[0]).toMatchObject({ item: 'item-149' });
});

test('a clock that was moved back changes neither the order nor the lists', async () => {
  const { recluse } = await shop();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const realNow = Date.now;
  Date.now = () => realNow() - 365 * 86_400_000;
  try {
    await recluse.track({ type: 'purchase', item: 'item-7' });
  } finally {
    Date.now = realNow;
  }
  await recluse.track({ type: 'purchase', item: 'item-9', time: realNow() + 1e10 });
  const history = await recluse.history();
  expect(history.map(({ item }) => item)).toEqual(['item-9', 'item-7', 'item-4']);
  expect(history[0]!.time).toBeLessThanOrEqual(realNow());
  expect((await recluse.recommend()).interactions).toBe(3);
});

test('tracking takes the page less than a tenth of a millisecond', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const times: number[] = [];
  const stored: Promise<void>[] = [];
  for (let place = 0; place < 200; place += 1) {
    const start = performance.now();
    stored.push(recluse.track({ type: 'view', item: 'item-1' }));
    times.push(performance.now() - start);
  }
  await Promise.all(stored);
  times.sort((left, right) => left - right);
  expect(times[100]).toBeLessThan(0.1);
});

test('a damaged new pack leaves the lists as they were', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  const before = ids(await first.recluse.recommend());
  const url = server.manifestUrl;
  await first.recluse.close();
  const second = await tinyPack({ edition: 'Second', change: ({ popular }) => popular.recent.reverse() });
  second.files.set(second.manifest.files.linear.path, new Uint8Array(8));
  second.files.set(second.manifest.files.popular.path, new Uint8Array(8));
  server.files = second.files;
  const { recluse, problems } = await shop({ name, pack: url });
  await recluse.ready();
  expect(ids(await recluse.recommend())).toEqual(before);
  expect((await recluse.status()).problems).toMatchObject([{ code: 'pack-damaged' }]);
  await expect.poll(() => problems).toMatchObject([{ code: 'pack-damaged' }]);
});

test('a new pack takes over while the shop is open, and the page is told', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  await first.recluse.close();
  server.files = (await tinyPack({ edition: 'Second' })).files;
  const { recluse } = await shop({ name });
  const told: string[] = [];
  recluse.on('change', ({ reason, status }) => told.push(`${reason} ${status.pack?.version}`));
  await recluse.ready();
  expect((await recluse.items(['item-0']))[0]?.title).toBe('Second item-0');
  const version = (await recluse.status()).pack?.version;
  await expect.poll(() => told).toContain(`pack ${version}`);
});
