/**
 * Whatever a page hands over, it gets a typed error or a defined result, and nothing that was acknowledged is lost. The methods are taken
 * from the handle itself: a new one is in here from its first day.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RankedList, RecluseError, type Recommender } from '../../src/index.ts';
import { type PackServer, packServer } from './support/pack-server.ts';
import { freshName, type Opened, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

type AnyMethod = (...given: unknown[]) => unknown;
/** Methods that end or remove by their very meaning: what they take away is not lost. */
const takesAway = /^(forget|close|consent|retract|retain)$/;
const methodsOf = (recluse: Recommender) =>
  Object.entries(recluse).filter((entry): entry is [string, AnyMethod] => typeof entry[1] === 'function');

const cyclicObject: Record<string, unknown> = { type: 'view', item: 'item-1' };
for (const name of ['filter', 'not', 'all', 'where', 'context', 'self']) cyclicObject[name] = cyclicObject;
const cyclicList: unknown[] = ['item-1'];
cyclicList.push(cyclicList);
const deep = (depth: number) => {
  let nested: unknown = 'end';
  for (let level = 0; level < depth; level++) nested = level % 2 ? [nested] : { not: nested };
  return nested;
};
const tenMillion = 'x'.repeat(1e7);

/** Nothing of this is what any method asks for. */
const hostile: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  'a flag': true,
  'not a number': Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'a negative number': -1,
  'a very large number': 1e300,
  half: 0.5,
  'a big integer': 10n,
  'a symbol': Symbol('hostile'),
  'a function': () => 'hostile',
  'an empty text': '',
  'ten million letters': tenMillion,
  markup: '<img src=x onerror="document.title=1">',
  __proto__text: '__proto__',
  'half a surrogate pair': '\ud800',
  'an empty list': [],
  'a list of null': [null],
  'a list with holes': new Array(1000),
  'a list of ten million letters': [tenMillion],
  'a list too long': new Array(200_000).fill('item-1'),
  'a cyclic list': cyclicList,
  'an empty object': {},
  'a cyclic object': cyclicObject,
  'a deep object': deep(3000),
  'keys that pollute prototypes': JSON.parse(
    '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "type": "view", "item": "item-1"}',
  ),
  'an object of no class': Object.create(null),
  'an object that throws': Object.defineProperty({ type: 'view' }, 'item', {
    enumerable: true,
    get() {
      throw new Error('a getter of the test');
    },
  }),
  'a date': new Date(0),
  'an invalid date': new Date(Number.NaN),
  'a map': new Map([['item', 'item-1']]),
  'a buffer': new ArrayBuffer(8),
  'an element': document.createElement('p'),
  'the window': window,
  'a promise': Promise.resolve('item-1'),
  'a signal that is none': { signal: 5 },
  'listeners that are none': { signal: { aborted: 'no' }, onProgress: 5 },
};

const fields = [
  ['limit', 'placement', 'exclude', 'filter', 'mode', 'diversity', 'diversify', 'calibration', 'explain'],
  ['context', 'source', 'rules', 'without', 'page', 'by', 'category', 'window', 'segment', 'query', 'seeds'],
  [
    'type',
    'item',
    'items',
    'value',
    'quantity',
    'dwell',
    'time',
    'basket',
    'list',
    'position',
    'id',
    'order',
  ],
  [
    'since',
    'until',
    'interaction',
    'days',
    'count',
    'likes',
    'age',
    'card',
    'format',
    'version',
    'interactions',
  ],
  ['profile', 'kind', 'where', 'by', 'least', 'most', 'attribute', 'signal', 'not', 'all', 'any', 'erase'],
].flat();

async function inTime(result: Promise<unknown>, what: string): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not answered for twenty seconds`)), 20_000);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/** What a call came to: a defined result or a typed error. Anything else is a failure of the test. */
async function outcome(what: string, call: () => unknown): Promise<void> {
  let result: unknown;
  try {
    result = call();
    if (result instanceof Promise) result = await inTime(result, what);
  } catch (error) {
    if (error instanceof RecluseError) {
      expect(error.code, what).not.toBe('worker-failed');
      return;
    }
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
  // Listening goes on until somebody stops it.
  if (typeof result === 'function') result();
  const iterator = (result as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator]?.();
  await iterator?.return?.();
}

/** Still a recommender: it knows what it acknowledged, ranks with numbers that are numbers, and nobody's prototype is touched. */
async function expectWell({ recluse, workers }: Opened): Promise<void> {
  const [bought] = (await recluse.history({ limit: 100_000 })).filter(({ id }) => id === 'acknowledged');
  expect(bought).toMatchObject({ type: 'purchase', item: 'item-4', value: 2.5 });
  const list = await recluse.recommend({ limit: 12, source: 'linear' });
  expect(list.items.every(({ score }) => Number.isFinite(score))).toBe(true);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(workers).toHaveLength(1);
}

async function acknowledged(options?: Parameters<typeof shop>[0]): Promise<Opened> {
  const opened = await shop(options);
  await opened.recluse.track({ type: 'purchase', item: 'item-4', value: 2.5, id: 'acknowledged' });
  await opened.recluse.ready();
  return opened;
}

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('every method takes every wrong value as its first and its second argument, and says what is wrong', {
  timeout: 240_000,
}, async () => {
  const opened = await acknowledged();
  for (const [name, method] of methodsOf(opened.recluse)) {
    if (takesAway.test(name)) continue;
    for (const [what, value] of Object.entries(hostile)) {
      await outcome(`${name}(${what})`, () => method(value));
      await outcome(`${name}('item-1', ${what})`, () => method('item-1', value));
    }
  }
  await expectWell(opened);
});

test('methods that take something away refuse every wrong value, too', { timeout: 120_000 }, async () => {
  const opened = await shop();
  await opened.recluse.ready();
  for (const [name, method] of methodsOf(opened.recluse)) {
    if (!takesAway.test(name) || name === 'close') continue;
    for (const [what, value] of Object.entries(hostile)) {
      await outcome(`${name}(${what})`, () => method(value));
      await outcome(`${name}({ item: ${what} })`, () => method({ item: value }));
      await outcome(`${name}('everything', ${what})`, () => method('everything', value));
    }
  }
  await outcome('recommend()', () => opened.recluse.recommend());
});

test('any field of any request may be wrong in any way', { timeout: 240_000 }, async () => {
  const opened = await acknowledged();
  const methods = methodsOf(opened.recluse).filter(([name]) => !takesAway.test(name));
  const request = fc.dictionary(fc.constantFrom(...fields), fc.constantFrom(...Object.keys(hostile)), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.constantFrom('first', 'second', 'in a list'),
      request,
      async ([name, method], place, wrong) => {
        const given = Object.fromEntries(
          Object.entries(wrong).map(([field, what]) => [field, hostile[what]]),
        );
        const what = `${name}, ${place}: ${JSON.stringify(wrong)}`;
        await outcome(what, () =>
          place === 'first' ? method(given) : place === 'second' ? method('item-1', given) : method([given]),
        );
      },
    ),
    { numRuns: 300 },
  );
  await expectWell(opened);
});

test('any JSON that is thrown at any method leaves the recommender as it was', {
  timeout: 120_000,
}, async () => {
  const opened = await acknowledged();
  const methods = methodsOf(opened.recluse).filter(([name]) => !takesAway.test(name));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.array(fc.jsonValue(), { maxLength: 3 }),
      ([name, method], given) => outcome(`${name}(${JSON.stringify(given)})`, () => method(...given)),
    ),
    { numRuns: 300 },
  );
  await expectWell(opened);
});

test('after close() every method says that it is closed, or gives what was known last', async () => {
  const { recluse } = await shop();
  await recluse.recommend();
  await recluse.close();
  for (const [name, method] of methodsOf(recluse)) {
    const arguments_ = name === 'on' ? ['change', () => undefined] : ['item-1'];
    try {
      const result = await method(...arguments_);
      if (name === 'status') expect(result).toMatchObject({ phase: 'closed' });
    } catch (error) {
      expect(error, name).toBeInstanceOf(RecluseError);
      expect((error as RecluseError).code, name).toMatch(/^(closed|invalid-argument)$/);
    }
  }
  for (const call of [() => recluse.recommend(), () => recluse.track({ type: 'view', item: 'item-1' })])
    await expect(call()).rejects.toMatchObject({ code: 'closed' });
  await recluse.close();
});

test('unknown items and types are kept as they are, and rank nothing', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.ready();
  const before = await recluse.recommend({ limit: 12 });
  await recluse.track([
    { type: 'purchase', item: 'nobody sells this' },
    { type: 'dreamt of', item: 'item-4' },
    { type: '__proto__', item: 'constructor' },
  ]);
  const after = await recluse.recommend({ limit: 12 });
  expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
  expect((await recluse.history()).map(({ item }) => item)).toEqual([
    'constructor',
    'item-4',
    'nobody sells this',
  ]);
});

test('a clock that is moved back and forward changes no order, and no score stops being a number', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.ready();
  const real = Date.now.bind(Date);
  const clock = vi.spyOn(Date, 'now');
  const years = 365 * 86_400_000;
  const moments = [real(), real() + 50 * years, real() - 40 * years, 0, real(), 8.64e15];
  for (const [at, moment] of moments.entries()) {
    clock.mockReturnValue(moment);
    await recluse.track({ type: 'purchase', item: `item-${at}` });
    const { items } = await recluse.recommend({ limit: 12, explain: true });
    expect(items).toHaveLength(12);
    expect(items.every(({ score }) => Number.isFinite(score))).toBe(true);
  }
  const kept = await recluse.history();
  expect(kept.map(({ item }) => item)).toEqual(['item-5', 'item-4', 'item-3', 'item-2', 'item-1', 'item-0']);
  expect(kept.every(({ time }) => Number.isFinite(time) && time >= 0)).toBe(true);
});

test('values that are negative, zero or beyond all measure leave scores that are numbers', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.ready();
  await recluse.track(
    [-1e12, -1, -0, 0, 1e-300, 1e12].map((value, at) => ({ type: 'purchase', item: `item-${at}`, value })),
  );
  const { items } = await recluse.recommend({ limit: 12, explain: true, diversity: 0.5, calibration: 0.5 });
  expect(items).toHaveLength(12);
  for (const { score, parts } of items)
    expect([score, ...Object.values(parts!)].every((number) => Number.isFinite(number))).toBe(true);
});

test('a filter that leaves nothing gives an empty list and says so', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  const empty = { items: [], short: 'filter' } satisfies Partial<RankedList>;
  const filter = { category: 'nothing is called so' };
  expect(await recluse.recommend({ filter })).toMatchObject(empty);
  expect(await recluse.rerank(['item-1', 'item-2'], { filter })).toMatchObject(empty);
  expect(
    await recluse.recommend({ exclude: Array.from({ length: 12 }, (_, row) => `item-${row}`) }),
  ).toMatchObject(empty);
});

test('a limit of 0 gives nothing, one of a billion gives everything', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.ready();
  for (const [limit, length] of [
    [0, 0],
    [1e9, 12],
  ] as const) {
    expect((await recluse.recommend({ limit })).items).toHaveLength(length);
    expect((await recluse.recommend({ limit, diversity: 1, diversify: 'dpp' })).items).toHaveLength(length);
    expect((await recluse.rerank(['item-1', 'item-2'], { limit })).items).toHaveLength(Math.min(2, length));
    expect(await recluse.history({ limit })).toEqual([]);
  }
});

test('markup in titles and ids comes back as text, and nobody runs it', async () => {
  const markup = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>';
  server.close();
  server = packServer(
    await tinyPack({
      ids: [markup, 'item-1', '__proto__', 'constructor'],
      change: ({ catalogue }) => {
        catalogue.title = [markup, markup, markup, markup];
      },
    }),
  );
  const { recluse } = await open(server, { name: freshName(), upTo: 'linear' });
  await recluse.track({ type: 'purchase', item: markup });
  await recluse.ready();
  const { items } = await recluse.recommend({ explain: true });
  expect(items.map(({ id }) => id).sort()).toEqual([markup, '__proto__', 'constructor', 'item-1'].sort());
  expect((await recluse.items([markup]))[0]).toMatchObject({ id: markup, title: markup });
  expect((window as { ran?: boolean }).ran).toBeUndefined();
  await recluse.close();
});

test.each([0, 1])('a catalogue of %s items is a catalogue', async (count) => {
  server.close();
  const ids = Array.from({ length: count }, (_, row) => `item-${row}`);
  server = packServer(await tinyPack({ ids }));
  const { recluse } = await open(server, { name: freshName(), upTo: 'linear' });
  await recluse.track({ type: 'purchase', item: 'item-0' });
  const calls: [string, () => Promise<unknown>][] = [
    ['ready', () => recluse.ready()],
    [
      'recommend',
      () => recluse.recommend({ diversity: 0.5, diversify: 'dpp', calibration: 0.5, explain: 'full' }),
    ],
    ['rerank', () => recluse.rerank(['item-0', 'elsewhere'])],
    ['similar', () => recluse.similar('item-0')],
    ['popular', () => recluse.popular()],
    ['items', () => recluse.items()],
  ];
  for (const [name, call] of calls) await outcome(`${name} of ${count} items`, call);
  const list = await recluse.recommend().catch((error: RecluseError) => error);
  if (count === 1) expect(list).toMatchObject({ items: [{ id: 'item-0' }], short: 'catalogue' });
  else if (list instanceof RecluseError) expect(list.code).toBe('pack-damaged');
  else expect(list.items).toEqual([]);
  expect(await recluse.history()).toHaveLength(1);
  await recluse.close();
});
