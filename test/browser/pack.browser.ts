import { afterEach, expect, test } from 'vitest';
import { RecluseError, type Source } from '../../src/contract.ts';
import { type FileCache, openCache } from '../../worker/pack/cache.ts';
import { loadPack } from '../../worker/pack/load.ts';
import type { Network } from '../../worker/pack/network.ts';
import type { Pack } from '../../worker/pack/pack.ts';
import { type TinyPack, tinyPack } from './support/tiny-pack.ts';

const folder = 'https://packs.test/';
const manifestUrl = `${folder}manifest.json`;
const caches_: string[] = [];

afterEach(async () => {
  for (const name of caches_.splice(0)) await caches.delete(name);
});

async function freshCache(): Promise<FileCache> {
  const name = `test-${crypto.randomUUID()}`;
  caches_.push(name);
  return openCache(name);
}

/** A network that serves a pack, or fails with what it is told to. */
function networkOf(pack: TinyPack | undefined): Network & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    requests: 0,
    received: 0,
    async fetchBytes(url) {
      const path = url.slice(folder.length);
      asked.push(path);
      const bytes = pack?.files.get(path);
      if (!bytes) throw new RecluseError('pack-unreachable', `${path} is not here.`, { file: path });
      return bytes.slice();
    },
    close() {},
  };
}

interface Visit {
  arrived: Pack[];
  problems: RecluseError[];
  tried: Pack[];
  error?: RecluseError;
}

/** One visit: loads what can be had and tells what happened. */
async function visit(
  cache: FileCache,
  network: Network,
  { upTo = 'model', tryOut }: { upTo?: Source; tryOut?: (pack: Pack) => Promise<void> } = {},
): Promise<Visit> {
  const happened: Visit = { arrived: [], problems: [], tried: [] };
  try {
    await loadPack(
      { manifestUrl, upTo, catalogue: true, cache, network, idle: Promise.resolve() },
      {
        onPack: (pack) => happened.arrived.push(pack),
        onProblem: (problem) => happened.problems.push(problem),
        async tryOut(pack) {
          happened.tried.push(pack);
          await tryOut?.(pack);
        },
      },
    );
  } catch (error) {
    happened.error = error as RecluseError;
  }
  return happened;
}

const codes = (problems: RecluseError[]) => problems.map(({ code }) => code);
const titleOf = ({ arrived }: Visit) => arrived.at(-1)?.catalogue?.title[0];

/** The same pack with one file's content replaced; name and manifest stay. */
function withFile(
  pack: TinyPack,
  role: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): TinyPack {
  const files = new Map(pack.files);
  const [path, bytes] = [...files].find(([name]) => name.startsWith(role))!;
  files.set(path, change(bytes.slice()));
  return { ...pack, files };
}
const flipped = (bytes: Uint8Array<ArrayBuffer>) => {
  bytes[bytes.length >> 1]! ^= 1;
  return bytes;
};

test('a first pack arrives tier by tier: the popular lists are there before the matrix is asked for', async () => {
  const pack = await tinyPack();
  const network = networkOf(pack);
  const { arrived, problems } = await visit(await freshCache(), network);
  expect(problems).toEqual([]);
  expect(arrived.map(({ linear, catalogue }) => [linear !== undefined, catalogue !== undefined])).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
  expect([...arrived[0]!.popular.recent]).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  expect(network.asked.map((path) => path.split('-')[0])).toEqual([
    'manifest.json',
    'items',
    'popular',
    'priors',
    'linear',
    'catalogue',
  ]);
});

test('a site that stops at popular lists fetches nothing else', async () => {
  const network = networkOf(await tinyPack());
  await visit(await freshCache(), network, { upTo: 'popular' });
  expect(network.asked.some((path) => path.startsWith('linear') || path.startsWith('priors'))).toBe(false);
});

test('the second visit asks for nothing but the manifest', async () => {
  const cache = await freshCache();
  const pack = await tinyPack();
  await visit(cache, networkOf(pack));
  const network = networkOf(pack);
  const { arrived, problems } = await visit(cache, network);
  expect(network.asked).toEqual(['manifest.json']);
  expect(problems).toEqual([]);
  expect(arrived.at(-1)?.linear).toBeDefined();
});

test('the second visit works without a network, and says that it could not look for a newer pack', async () => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const { arrived, problems, error } = await visit(cache, networkOf(undefined));
  expect(error).toBeUndefined();
  expect(arrived.at(-1)?.linear).toBeDefined();
  expect(codes(problems)).toEqual(['pack-unreachable']);
});

test('without a network and without an earlier visit there is no pack', async () => {
  const { error, arrived } = await visit(await freshCache(), networkOf(undefined));
  expect(error?.code).toBe('pack-unreachable');
  expect(arrived).toEqual([]);
});

test('a new pack takes over when it is whole, and the files of the old one go', async () => {
  const cache = await freshCache();
  const [first, second] = [await tinyPack(), await tinyPack({ edition: 'Second' })];
  await visit(cache, networkOf(first));
  const later = await visit(cache, networkOf(second));
  expect(later.arrived[0]?.manifest.version).toBe(first.manifest.version);
  expect(titleOf(later)).toBe('Second item-0');
  expect(later.arrived.at(-1)?.linear).toBeDefined();
  const catalogueOfFirst = first.manifest.files.catalogue!.path;
  expect(await cache.match(folder + catalogueOfFirst)).toBeUndefined();
  // Offline, the new one is there.
  expect(titleOf(await visit(cache, networkOf(undefined)))).toBe('Second item-0');
});

test.each([
  ['a flipped bit in the matrix', (pack: TinyPack) => withFile(pack, 'linear', flipped)],
  ['a truncated file', (pack: TinyPack) => withFile(pack, 'priors', (bytes) => bytes.slice(0, -8))],
  [
    'a catalogue that is not JSON',
    (pack: TinyPack) => withFile(pack, 'catalogue', () => new TextEncoder().encode('<html>')),
  ],
  [
    'a manifest that is an error page',
    (pack: TinyPack) => withFile(pack, 'manifest', () => new TextEncoder().encode('<!doctype html>')),
  ],
])('%s leaves the last good pack serving, and says so', async (_, damage) => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const damaged = damage(
    await tinyPack({
      edition: 'Second',
      change: ({ linear, priors }) => {
        linear.scale.fill(0.02);
        priors.repeat.fill(0.1);
      },
    }),
  );
  const later = await visit(cache, networkOf(damaged));
  expect(titleOf(later)).toBe('First item-0');
  expect(codes(later.problems)).toEqual(['pack-damaged']);
  // And the visit after that, too.
  expect(titleOf(await visit(cache, networkOf(undefined)))).toBe('First item-0');
});

test('a new pack of which one file is missing leaves the last good one serving', async () => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const second = await tinyPack({ edition: 'Second' });
  second.files.delete(second.manifest.files.catalogue!.path);
  const later = await visit(cache, networkOf(second));
  expect(titleOf(later)).toBe('First item-0');
  expect(codes(later.problems)).toEqual(['pack-unreachable']);
});

test('a new pack that cannot make a list is not activated', async () => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const later = await visit(cache, networkOf(await tinyPack({ edition: 'Second' })), {
    tryOut: () => Promise.reject(new Error('no list')),
  });
  expect(titleOf(later)).toBe('First item-0');
  expect(titleOf(await visit(cache, networkOf(undefined)))).toBe('First item-0');
});

test('a pack of a newer major version is refused, and the old one serves', async () => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const newer = await tinyPack({
    changeManifest: (manifest) => {
      manifest.format.major = 2;
      Object.assign(manifest, { somethingNew: true });
    },
  });
  const later = await visit(cache, networkOf(newer));
  expect(titleOf(later)).toBe('First item-0');
  expect(codes(later.problems)).toEqual(['pack-too-new']);
  expect((await visit(await freshCache(), networkOf(newer))).error?.code).toBe('pack-too-new');
});

test('new coefficients over the same files are a new pack too', async () => {
  const cache = await freshCache();
  await visit(cache, networkOf(await tinyPack()));
  const network = networkOf(
    await tinyPack({ changeManifest: (manifest) => (manifest.linear.coefficients.habit = 9) }),
  );
  const later = await visit(cache, network);
  expect(later.arrived.at(-1)?.manifest.linear.coefficients.habit).toBe(9);
  expect(network.asked).toEqual(['manifest.json']);
});

test('a broken first pack serves what is whole, and is tried again at the next visit', async () => {
  const cache = await freshCache();
  const whole = await tinyPack();
  const first = await visit(cache, networkOf(withFile(whole, 'linear', flipped)));
  expect(first.arrived.at(-1)?.popular.recent).toHaveLength(12);
  expect(first.arrived.at(-1)?.linear).toBeUndefined();
  expect(codes(first.problems)).toEqual(['pack-damaged']);
  const later = await visit(cache, networkOf(whole));
  expect(later.problems).toEqual([]);
  expect(later.arrived.at(-1)?.linear).toBeDefined();
});

test('a file that was damaged on the way is asked for once more, past the browser cache', async () => {
  const pack = await tinyPack();
  const network = networkOf(pack);
  const fetchBytes = network.fetchBytes;
  const modes: (RequestCache | undefined)[] = [];
  network.fetchBytes = async (url, options) => {
    const bytes = await fetchBytes(url, options);
    if (!url.includes('/linear')) return bytes;
    modes.push(options?.cache);
    return modes.length === 1 ? flipped(bytes) : bytes;
  };
  const { problems, arrived } = await visit(await freshCache(), network);
  expect(problems).toEqual([]);
  expect(modes).toEqual([undefined, 'reload']);
  expect(arrived.at(-1)?.linear).toBeDefined();
});

test('a file that the browser has dropped from its cache is fetched again', async () => {
  const cache = await freshCache();
  const pack = await tinyPack();
  await visit(cache, networkOf(pack));
  await cache.delete(folder + pack.manifest.files.linear.path);
  const network = networkOf(pack);
  const { problems, arrived } = await visit(cache, network);
  expect(network.asked).toEqual(expect.arrayContaining(['manifest.json', pack.manifest.files.linear.path]));
  expect(network.asked).toHaveLength(2);
  expect(problems).toEqual([]);
  expect(arrived.at(-1)?.linear).toBeDefined();
});

test('a file that was damaged in the cache is fetched again', async () => {
  const cache = await freshCache();
  const pack = await tinyPack();
  await visit(cache, networkOf(pack));
  const { path } = pack.manifest.files.priors;
  await cache.put(folder + path, flipped(pack.files.get(path)!.slice()));
  const { problems, arrived } = await visit(cache, networkOf(pack));
  expect(problems).toEqual([]);
  expect(arrived.at(-1)?.priors).toBeDefined();
});

test('a browser without Cache Storage serves from memory', async () => {
  const open = CacheStorage.prototype.open;
  CacheStorage.prototype.open = () => Promise.reject(new DOMException('refused', 'SecurityError'));
  try {
    const cache = await openCache('refused');
    expect(cache.kind).toBe('memory');
    const { arrived, problems } = await visit(cache, networkOf(await tinyPack()));
    expect(problems).toEqual([]);
    expect(arrived.at(-1)?.linear).toBeDefined();
  } finally {
    CacheStorage.prototype.open = open;
  }
});

test('a full disk keeps no half of a pack: the lists are there, the next visit fetches again', async () => {
  const cache = await freshCache();
  const put = cache.put;
  cache.put = async (url, bytes) => (url.includes('/linear') ? false : put(url, bytes));
  const pack = await tinyPack();
  const first = await visit(cache, networkOf(pack));
  expect(first.arrived.at(-1)?.linear).toBeDefined();
  expect(codes(first.problems)).toEqual(['storage-full']);
  expect(await cache.match(manifestUrl)).toBeUndefined();
  cache.put = put;
  const network = networkOf(pack);
  const later = await visit(cache, network);
  expect(later.problems).toEqual([]);
  expect(network.asked).toEqual(['manifest.json', pack.manifest.files.linear.path]);
});

test('a first pack that cannot make a list is not kept', async () => {
  const cache = await freshCache();
  const pack = await tinyPack();
  const { problems, error } = await visit(cache, networkOf(pack), {
    tryOut: () => Promise.reject(new Error('no list')),
  });
  expect(error).toBeUndefined();
  expect(codes(problems)).toEqual(['pack-damaged']);
  expect(await cache.match(manifestUrl)).toBeUndefined();
});
