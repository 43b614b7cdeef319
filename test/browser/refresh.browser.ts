import { expect, test } from 'vitest';
import type { RecluseError, Recommender } from '../../src/index.ts';
import blenderUrl from './graphs/blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';
import type { PackServer } from './support/pack-server.ts';
import { freshName, shopsOf } from './support/shop-of-tests.ts';
import { type Damage, withDelta } from './support/tiny-delta.ts';
import { type TinyContents, tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => bigPack(),
  (fresh) => {
    server = fresh;
  },
);

/** Titles so long that a delta saves something. */
const bigPack = (change: (contents: TinyContents) => void = () => {}) =>
  tinyPack({
    change(contents) {
      contents.catalogue.title = contents.catalogue.title.map(
        (title) => `${title} ${'and more '.repeat(80)}`,
      );
      change(contents);
    },
  });
/** The same with another title and another order of what is popular. */
const nextPack = () =>
  bigPack(({ catalogue, popular }) => {
    catalogue.title[3] = 'Quite another thing';
    popular.recent.reverse();
  });

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('this should have been refused')),
    (error: unknown) => error as RecluseError,
  );
const titleOf = async (recluse: Recommender) => (await recluse.items(['item-3']))[0]!.title;
const popular = async (recluse: Recommender) => (await recluse.popular({ limit: 1 })).items[0]!.id;

test('a new pack takes over when the shop asks for it, and the page is told', async () => {
  const { recluse, problems } = await shop();
  await recluse.ready();
  const reasons: string[] = [];
  recluse.on('change', ({ reason }) => reasons.push(reason));
  expect(await recluse.refresh()).toBe(false);
  const next = await nextPack();
  server.files = next.files;
  server.requests.length = 0;
  const [one, other] = await Promise.all([recluse.refresh(), recluse.refresh()]);
  expect([one, other]).toEqual([true, true]);
  expect(await titleOf(recluse)).toBe('Quite another thing');
  expect(await popular(recluse)).toBe('item-0');
  expect((await recluse.status()).pack!.version).toBe(next.manifest.version);
  expect(reasons).toContain('pack');
  // Asked for once, and no file that is the same.
  const { items, linear } = next.manifest.files;
  expect(server.requests).not.toContain(items.path);
  expect(server.requests).not.toContain(linear.path);
  expect(server.requests.filter((path) => path === 'manifest.json')).toHaveLength(1);
  expect(await recluse.refresh()).toBe(false);
  expect(problems).toEqual([]);
});

test('of a new pack that comes with a delta, only what has changed is fetched; it is whole at the next visit offline', async () => {
  const name = freshName();
  const { recluse, problems } = await shop({ name });
  await recluse.ready();
  const { files, path } = await withDelta(await bigPack(), await nextPack());
  server.files = files;
  server.requests.length = 0;
  expect(await recluse.refresh()).toBe(true);
  expect(server.requests).toEqual(['manifest.json', path]);
  expect(await titleOf(recluse)).toBe('Quite another thing');
  expect(await popular(recluse)).toBe('item-0');
  await recluse.close();
  server.mode = 'down';
  const { recluse: again } = await shop({ name });
  expect(await titleOf(again)).toBe('Quite another thing');
  expect(problems).toEqual([]);
});

test('a delta is used at the start of a visit, too', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  await recluse.close();
  const { files, path } = await withDelta(await bigPack(), await nextPack());
  server.files = files;
  server.requests.length = 0;
  const { recluse: again } = await shop({ name });
  await again.ready();
  expect(server.requests).toEqual(['manifest.json', path]);
  expect(await titleOf(again)).toBe('Quite another thing');
});

const damages: [string, Damage, string[]][] = [
  ['whose bytes were changed on the way', { bytes: (bytes) => bytes.fill(0, -3) }, ['pack-damaged']],
  [
    'between other versions inside',
    { head: (head) => Object.assign(head, { to: '0'.repeat(16) }) },
    ['pack-damaged'],
  ],
  [
    'that copies from the wrong place',
    { head: ({ files }) => files.at(-1)!.operations.splice(0, 1, 1) },
    ['pack-damaged'],
  ],
  [
    'that copies from beyond the file',
    { head: ({ files }) => files[0]!.operations.splice(0, 1, 1e6) },
    ['pack-damaged'],
  ],
  ['from a version that is not here', { from: '0'.repeat(16) }, []],
];
test.each(damages)('a delta %s costs the whole files, nothing else', async (_, damage, problems) => {
  const opened = await shop();
  await opened.recluse.ready();
  const next = await nextPack();
  server.files = (await withDelta(await bigPack(), next, damage)).files;
  expect(await opened.recluse.refresh()).toBe(true);
  expect(server.requests).toContain(next.manifest.files.catalogue!.path);
  expect(await titleOf(opened.recluse)).toBe('Quite another thing');
  await opened.recluse.status();
  expect(opened.problems.map(({ code }) => code)).toEqual(problems);
});

test('without a network, and with a damaged new pack, the lists go on as they were', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const before = await recluse.recommend();
  server.mode = 'down';
  expect((await failure(recluse.refresh())).code).toBe('pack-unreachable');
  server.mode = 'up';
  const next = await nextPack();
  const broken = new Map(next.files);
  broken.set(next.manifest.files.popular.path, new TextEncoder().encode('{}'));
  server.files = broken;
  expect((await failure(recluse.refresh())).code).toBe('pack-damaged');
  expect((await recluse.recommend()).items).toEqual(before.items);
  expect((await recluse.status()).phase).toBe('ready');
  server.files = next.files;
  expect(await recluse.refresh()).toBe(true);
});

test('nobody looks for a newer pack unless the app has asked for it', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const quiet = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(server.requests).toHaveLength(quiet);
  const { recluse: looking } = await shop({ refreshEvery: 1000 });
  await looking.ready();
  server.files = (await nextPack()).files;
  await expect.poll(() => titleOf(looking)).toBe('Quite another thing');
  expect(await titleOf(recluse)).not.toBe('Quite another thing');
  expect((await failure(shop({ refreshEvery: 10 }))).code).toBe('invalid-argument');
});

test('while a new pack takes over, no list falls back from the model to a lesser tier', async () => {
  const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const graphs = { encoder: await bytes(encoderUrl), blender: await bytes(blenderUrl) };
  server.files = (await tinyPack({ graphs })).files;
  const { recluse } = await shop();
  await recluse.ready();
  const next = await tinyPack({ graphs, edition: 'Second' });
  server.files = next.files;
  let over = false;
  const refreshed = recluse.refresh().finally(() => {
    over = true;
  });
  const sources = new Set<string>();
  while (!over) sources.add((await recluse.recommend()).source);
  sources.add((await recluse.recommend()).source);
  expect(await refreshed).toBe(true);
  expect([...sources]).toEqual(['model']);
  expect((await recluse.recommend()).pack).toBe(next.manifest.version);
});
