/** What an app that measures gets, with the real worker and a real IndexedDB. */
import { openDB } from 'idb';
import { expect, test } from 'vitest';
import type { PrivateReport } from '../../src/contract.ts';
import type { Recommender } from '../../src/index.ts';
import { compare, experiment, interleave, metrics, reports, variant } from '../../src/measure.ts';
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
const measuring = (options: Parameters<typeof shop>[0] = {}) => shop({ measure: true, ...options });
const dayLong = 86_400_000;

/** Shows a list, clicks on its second item and buys that. */
async function visit(recluse: Recommender, placement = 'home'): Promise<string> {
  const list = await recluse.recommend({ limit: 4, placement });
  await recluse.shown(list);
  const item = list.items[1]!.id;
  await recluse.track({ type: 'click', item, list: list.id, position: 1, placement });
  await recluse.track({ type: 'view', item, dwell: 3000 });
  await recluse.track({ type: 'purchase', item });
  return item;
}

test('a shop sees what its lists lead to: by placement, tier, position and day, and how fast they are', async () => {
  const { recluse, problems } = await measuring();
  await recluse.ready();
  await visit(recluse);
  await recluse.track({ type: 'purchase', item: 'item-9' });
  const seen = await metrics(recluse);
  expect(seen.total).toMatchObject({ impressions: 4, clicks: 1, purchases: 1, dwells: 1, dwell: 3000 });
  expect(seen.total.ctr).toBe(0.25);
  expect(seen.total.conversion).toBe(1);
  expect(seen.elsewhere.purchases).toBe(1);
  expect(seen.placements).toMatchObject([{ placement: 'home', impressions: 4 }]);
  expect(seen.sources).toMatchObject([{ source: 'linear', impressions: 4, clicks: 1, purchases: 1 }]);
  expect(seen.positions.map(({ position, clicks }) => [position, clicks])).toEqual([
    [0, 0],
    [1, 1],
    [2, 0],
    [3, 0],
  ]);
  expect(seen.days).toHaveLength(1);
  expect(seen.days[0]!.day).toBe(new Date().toISOString().slice(0, 10));
  expect(seen.coverage.items).toBe(4);
  expect(seen.coverage.share).toBeGreaterThan(0);
  expect(seen.repeated).toBe(0);
  expect(seen.novelty).toBe(1);
  expect(seen.latency).toMatchObject([{ source: 'linear', count: 1 }]);
  expect(seen.latency[0]!.p50).toBeGreaterThan(0);
  expect(seen.age).toMatchObject({ count: 1, p50: 0 });
  expect(problems).toEqual([]);
});

test('nothing of it is loaded, counted or kept where the app does not ask for it', async () => {
  const { recluse } = await shop();
  const list = await recluse.recommend({ limit: 2 });
  expect(list.id).not.toContain('~');
  await recluse.shown(list);
  await expect(metrics(recluse)).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { field: 'measure' },
  });
  const { derived } = await recluse.export();
  expect(derived.map(({ kind }) => kind)).not.toContain('tally');
});

test('a list that comes by itself is known by its tier, too', async () => {
  const { recluse } = await measuring();
  await recluse.ready();
  const told: string[] = [];
  recluse.on('change', ({ lists }) => void told.push(...(lists ?? []).map(({ list }) => list.id)));
  const list = await recluse.recommend({ limit: 4, placement: 'home', freshness: 'hybrid' });
  expect(list.id).toMatch(/~linear$/);
  await recluse.track({ type: 'purchase', item: 'item-8' });
  await expect.poll(() => told.length).toBeGreaterThan(0);
  expect(told[0]).toMatch(/~linear$/);
});

test('counts survive a tab that is killed at once, and are not counted twice', async () => {
  const name = freshName();
  const first = await measuring({ name });
  await visit(first.recluse);
  // Killed, not closed: nobody had asked for the counts yet.
  for (const worker of first.workers) worker.terminate();
  const second = await measuring({ name });
  expect((await metrics(second.recluse)).total).toMatchObject({ impressions: 4, clicks: 1, purchases: 1 });
  for (const worker of second.workers) worker.terminate();
  const third = await measuring({ name });
  const [one, other] = await Promise.all([metrics(third.recluse), metrics(third.recluse)]);
  expect(one.total).toEqual(other.total);
  expect(one.total).toMatchObject({ impressions: 4, clicks: 1, purchases: 1 });
});

test('where the browser refuses to store anything, the page is counted as long as it is there', async () => {
  const { recluse } = await measuring({ keepsNothing: true });
  await visit(recluse);
  expect((await metrics(recluse)).total).toMatchObject({ impressions: 4, clicks: 1, purchases: 1 });
  const mine = await variant(recluse, 'home', ['a', 'b']);
  expect(await variant(recluse, 'home', ['a', 'b'])).toBe(mine);
});

test('a worker that dies is followed by one that goes on counting', async () => {
  const { recluse, workers } = await measuring();
  await visit(recluse);
  workers[0]!.terminate();
  workers[0]!.dispatchEvent(new ErrorEvent('error', { message: 'it is gone' }));
  const seen = await metrics(recluse);
  expect(workers.length).toBeGreaterThan(1);
  expect(seen.total).toMatchObject({ impressions: 4, clicks: 1, purchases: 1 });
  expect((await recluse.recommend()).id).toMatch(/~/);
}, 60_000);

test('an app that measures and learns has both: lists are known by their tier, and what is forgotten is gone from both', async () => {
  const { recluse, problems } = await measuring({ learn: { explore: 'thompson' } });
  await recluse.ready();
  await visit(recluse);
  await visit(recluse, 'basket');
  const seen = await metrics(recluse);
  expect(seen.total).toMatchObject({ impressions: 8, clicks: 2, purchases: 2 });
  expect(seen.sources).toMatchObject([{ source: 'linear', impressions: 8 }]);
  const list = await interleave(recluse, 'duel', [
    { placement: 'home' },
    { placement: 'home', source: 'popular' },
  ]);
  await recluse.shown(list);
  expect((await experiment(recluse, 'duel')).preference).toEqual({ wins: [0, 0], ties: 1 });
  await recluse.forget('everything');
  expect((await metrics(recluse)).total.impressions).toBe(0);
  expect((await recluse.export()).derived.map(({ kind }) => kind)).not.toContain('device');
  expect(problems).toEqual([]);
});

test('two tabs count each interaction once', async () => {
  const name = freshName();
  const [one, other] = await Promise.all([measuring({ name }), measuring({ name })]);
  await Promise.all([visit(one.recluse), visit(other.recluse), metrics(one.recluse), metrics(other.recluse)]);
  await Promise.all([visit(one.recluse), metrics(other.recluse), visit(other.recluse), metrics(one.recluse)]);
  const seen = await Promise.all([metrics(one.recluse), metrics(other.recluse)]);
  for (const { total } of seen) expect(total).toMatchObject({ impressions: 16, clicks: 4, purchases: 4 });
});

test('what is forgotten counts no more: the rest counts as if it had been all', async () => {
  const { recluse } = await measuring();
  const bought = await visit(recluse);
  const other = await visit(recluse, 'basket');
  await metrics(recluse);
  await recluse.forget({ item: bought });
  const left = await metrics(recluse);
  const log = (await recluse.history({ limit: 1000 })).filter(({ type }) => type === 'impression');
  expect(left.total.impressions).toBe(log.length);
  expect(left.total.impressions).toBeLessThan(8);
  expect(left.total.clicks).toBe(other === bought ? 0 : 1);
  await recluse.forget({ type: 'impression' });
  expect((await metrics(recluse)).total.impressions).toBe(0);
  await recluse.forget('everything');
  const nothing = await metrics(recluse);
  expect(nothing.total).toMatchObject({ impressions: 0, clicks: 0, purchases: 0, ctr: null });
  expect(nothing).toMatchObject({ since: null, days: [], positions: [], variants: [], latency: [] });
});

test('what one tab forgets is not brought back by another that counts at that moment', async () => {
  const name = freshName();
  const [one, other] = await Promise.all([measuring({ name }), measuring({ name })]);
  await visit(one.recluse);
  await Promise.all([
    metrics(other.recluse),
    one.recluse.forget('everything'),
    metrics(other.recluse),
    metrics(one.recluse),
  ]);
  const { derived, interactions } = await one.recluse.export();
  expect(interactions).toEqual([]);
  const tally = derived.find(({ kind }) => kind === 'tally')?.value as { seq: number } | undefined;
  expect(tally?.seq ?? 0).toBe(0);
  expect((await metrics(other.recluse)).total.impressions).toBe(0);
});

test('the visitor finds the counts in their export, and another device does not take them for its own', async () => {
  const { recluse } = await measuring();
  await visit(recluse);
  await variant(recluse, 'home', ['a', 'b']);
  await metrics(recluse);
  const document = await recluse.export();
  expect(document.derived.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['tally', 'device', 'experiments']),
  );
  const { recluse: elsewhere } = await measuring();
  await elsewhere.import(document);
  const there = await elsewhere.export();
  expect(there.interactions).toHaveLength(document.interactions.length);
  expect(there.derived.map(({ kind }) => kind)).not.toEqual(expect.arrayContaining(['device']));
  await variant(elsewhere, 'home', ['a', 'b']);
  const idOf = ({ derived }: typeof document) => derived.find(({ kind }) => kind === 'device')!.value;
  expect(idOf(await elsewhere.export())).not.toBe(idOf(document));
});

test('counts stay below 50 kB on disk, and older sums do not lose them', async () => {
  const { recluse } = await measuring();
  for (let day = 0; day < 40; day++)
    await recluse.track(
      Array.from({ length: 100 }, (_, at) => ({
        type: at % 10 === 9 ? 'click' : 'impression',
        item: `item-${(day * 31 + at) % 200}`,
        placement: `shelf-${at % 12}`,
        position: at % 30,
        list: `list-${day}~linear`,
        time: Date.now() - (39 - day) * dayLong,
      })),
    );
  const before = await metrics(recluse);
  expect(before.total).toMatchObject({ impressions: 3600, clicks: 400 });
  expect(before.days).toHaveLength(40);
  const { derived } = await recluse.export();
  const mine = derived.filter(({ kind }) => ['tally', 'timings', 'device', 'experiments'].includes(kind));
  expect(JSON.stringify(mine).length).toBeLessThan(50_000);
  await recluse.track({ type: 'impression', item: 'item-1', placement: 'shelf-1' });
  expect(await recluse.retain({ count: 10 })).toBeGreaterThan(3000);
  expect((await metrics(recluse)).total).toMatchObject({ impressions: 3601, clicks: 400 });
});

test('a damaged record of counts is made anew from the history', async () => {
  const name = freshName();
  const { recluse } = await measuring({ name });
  await visit(recluse);
  const right = await metrics(recluse);
  const database = await openDB(`recluse:${name}`);
  await database.put('derived', {
    ...{ kind: 'tally', key: 'tally', time: 0 },
    value: { version: 1, seq: 'x', days: { __proto__: [Number.NaN] } },
  });
  database.close();
  expect((await metrics(recluse)).total).toEqual(right.total);
});

test('tracking is as quick on the page as without measuring', async () => {
  const { recluse } = await measuring();
  await recluse.ready();
  const times: number[] = [];
  for (let at = 0; at < 200; at++) {
    const start = performance.now();
    void recluse.track({ type: 'click', item: 'item-1', placement: 'home', position: at % 10 });
    times.push(performance.now() - start);
  }
  expect(times.sort((one, other) => one - other)[100]!).toBeLessThan(0.1);
});

test('an experiment gives a device the same variant for ever, and counts what happens from then on', async () => {
  const name = freshName();
  const first = await measuring({ name });
  await visit(first.recluse);
  const mine = await variant(first.recluse, 'home-ranker', ['hybrid', 'popular'], { placements: ['home'] });
  for (let time = 0; time < 3; time++)
    expect(await variant(first.recluse, 'home-ranker', ['hybrid', 'popular'])).toBe(mine);
  await visit(first.recluse);
  await first.recluse.close();
  const { recluse } = await measuring({ name });
  expect(
    await variant(recluse, 'home-ranker', ['popular', 'hybrid', 'third'], { placements: ['home'] }),
  ).toBe(mine);
  await visit(recluse, 'basket');
  const found = await experiment(recluse, 'home-ranker');
  expect(found.variant).toBe(mine);
  expect(found.variants.find((one) => one.variant === mine)).toMatchObject({
    impressions: 4,
    clicks: 1,
    purchases: 1,
  });
  const { needed, decided, variants } = compare(found.variants);
  expect(decided).toBe(false);
  expect(needed).toBeGreaterThan(0);
  expect(variants.reduce((sum, { best }) => sum + best, 0)).toBeCloseTo(1, 2);
  expect((await metrics(recluse)).variants).toMatchObject([{ experiment: 'home-ranker', variant: mine }]);
});

test('experiments of one group never meet on a device, and who takes no part sees the first variant', async () => {
  for (let device = 0; device < 6; device++) {
    const { recluse } = await measuring();
    const group = (from: number, to: number) => ({ group: { name: 'ranking', from, to } });
    const got = [
      await variant(recluse, 'one', ['control', 'x'], { weights: [0, 1], ...group(0, 0.5) }),
      await variant(recluse, 'two', ['control', 'x'], { weights: [0, 1], ...group(0.5, 1) }),
    ];
    expect(got.sort()).toEqual(['control', 'x']);
    await expect(variant(recluse, 'three', ['a', 'b'], group(0.4, 0.6))).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { field: 'group' },
    });
    await recluse.close();
  }
});

test('two rankers share one list, and the one that is clicked more often wins it', async () => {
  const { recluse } = await measuring();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const pair = [{ placement: 'home' }, { placement: 'home', source: 'popular' }] as const;
  const list = await interleave(recluse, 'duel', pair, { limit: 6 });
  expect(list.items).toHaveLength(6);
  expect(new Set(list.items.map(({ id }) => id)).size).toBe(6);
  expect(list.items.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(list.teams.filter((team) => team === 1)).toHaveLength(3);
  await recluse.shown(list);
  const winner = list.teams[2]!;
  await recluse.track({
    type: 'click',
    item: list.items[2]!.id,
    list: list.id,
    position: 2,
    placement: 'home',
  });
  const { preference } = await experiment(recluse, 'duel');
  expect(preference.wins[winner]).toBe(1);
  expect(preference.wins[0] + preference.wins[1]).toBe(1);
  const { sources } = await metrics(recluse);
  expect(sources.map(({ source, impressions }) => [source, impressions]).sort()).toEqual([
    ['linear', 3],
    ['popular', 3],
  ]);
});

test('a clock that was ahead keeps no experiment from counting once it is right', async () => {
  const name = freshName();
  const { recluse } = await measuring({ name });
  const mine = await variant(recluse, 'late', ['a', 'b']);
  // As it lies there after a day with a clock that was a year ahead.
  const database = await openDB(`recluse:${name}`);
  const record = await database.get('derived', ['experiments', 'late']);
  record.value.since += 365 * dayLong;
  await database.put('derived', record);
  database.close();
  await recluse.track({ type: 'impression', item: 'item-2', placement: 'home' });
  expect((await experiment(recluse, 'late')).variants.map(({ impressions }) => impressions)).toEqual([0, 0]);
  expect(await variant(recluse, 'late', ['a', 'b'])).toBe(mine);
  // And a time that lies ahead is taken as now.
  await recluse.track({ type: 'impression', item: 'item-1', time: Date.now() + 365 * dayLong });
  expect((await experiment(recluse, 'late')).variants.find((one) => one.variant === mine)!.impressions).toBe(
    1,
  );
});

test('whatever a page hands over is refused with the name of what is wrong', async () => {
  const { recluse } = await measuring();
  const any = (value: unknown) => value as never;
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const question = { name: 'q', kind: 'bought', categories: ['Food'] };
  const declaration = { questions: [question], epsilon: 1, lifetime: 10 };
  const wrong: [() => Promise<unknown>, string][] = [
    [() => variant(recluse, '', ['a', 'b']), 'name'],
    [() => variant(recluse, 'x'.repeat(101), ['a', 'b']), 'name'],
    [() => variant(recluse, 'n', ['a']), 'variants'],
    [() => variant(recluse, 'n', ['a', 'a']), 'variants'],
    [() => variant(recluse, 'n', any('ab')), 'variants'],
    [() => variant(recluse, 'n', ['a', 'b'], { weights: [1, Number.NaN] }), 'options.weights[1]'],
    [() => variant(recluse, 'n', ['a', 'b'], { weights: [1, 2, 3] }), 'weights'],
    [
      () => variant(recluse, 'n', ['a', 'b'], any({ group: { name: 'g', from: 0, to: 2 } })),
      'options.group.to',
    ],
    [() => variant(recluse, 'n', ['a', 'b'], any(JSON.parse('{"__proto__":{"x":1}}'))), 'options.__proto__'],
    [() => interleave(recluse, 'n', any([{ limit: 'x' }, {}])), 'limit'],
    [() => interleave(recluse, 'n', [{}, {}], { limit: 0 }), 'limit'],
    [() => interleave(recluse, 'n', [{}, {}], { limit: Number.NaN }), 'limit'],
    [() => experiment(recluse, any(3)), 'name'],
    [() => recluse.part('measure', 'constructor', []), 'method'],
    [() => recluse.part('measure', '__proto__', []), 'method'],
    [() => recluse.part('measure', 'reportSent', [cycle]), 'id'],
    [
      () => recluse.part('measure', 'declareReports', [{ ...declaration, epsilon: 0 }]),
      'declaration.epsilon',
    ],
    [
      () => recluse.part('measure', 'declareReports', [{ ...declaration, epsilon: Number.NaN }]),
      'declaration.epsilon',
    ],
    [
      () => recluse.part('measure', 'declareReports', [{ ...declaration, lifetime: -1 }]),
      'declaration.lifetime',
    ],
    [
      () => recluse.part('measure', 'declareReports', [{ ...declaration, questions: [question, question] }]),
      'declaration.questions',
    ],
    [() => recluse.part('measure', 'declareReports', [{ ...declaration, lifetime: 1 }]), 'lifetime'],
  ];
  for (const [ask, field] of wrong)
    await expect(ask(), field).rejects.toMatchObject({ code: 'invalid-argument', details: { field } });
});

const declaration = {
  questions: [
    { name: 'aisle', kind: 'bought', categories: ['Food'] },
    { name: 'ranker', kind: 'clicked', experiment: 'home' },
  ],
  epsilon: 1,
  lifetime: 10,
} as const;

/** A device that was here on the two days before today. */
async function returning(options: Parameters<typeof shop>[0] = {}) {
  const opened = await measuring(options);
  const { recluse } = opened;
  await variant(recluse, 'home', ['a', 'b']);
  // Declared three days ago, as it lies in the store then.
  const stop = await reports(recluse, { ...declaration, send: () => Promise.reject(new Error('not yet')) });
  stop.stop();
  return opened;
}

/** Sets back what a device knows of its days, so that there is something to report. */
async function threeDaysAgo(name: string): Promise<void> {
  const database = await openDB(`recluse:${name}`);
  for (const record of await database.getAll('derived')) {
    if (record.kind === 'experiments') record.value.since -= 3 * dayLong;
    if (record.kind === 'disguises') for (const entry of record.value.entries) entry.from -= 3;
    await database.put('derived', record);
  }
  database.close();
}

async function withPast(options: Parameters<typeof shop>[0] = {}) {
  const name = freshName();
  const opened = await returning({ name, ...options });
  const { recluse } = opened;
  for (const days of [2, 1])
    await recluse.track([
      { type: 'click', item: 'item-1', placement: 'home', time: Date.now() - days * dayLong },
      { type: 'purchase', item: 'item-1', time: Date.now() - days * dayLong + 1 },
    ]);
  if ((await recluse.status()).storage.kind === 'indexeddb') await threeDaysAgo(name);
  return { ...opened, name };
}

test('private reports show what would leave, are sent by the app, once each, and say the same until then', async () => {
  const { recluse, name } = await withPast();
  const requests = server.requests.length;
  const got: PrivateReport[] = [];
  const attempts: unknown[] = [];
  const failing = await reports(recluse, {
    ...declaration,
    send: () => {
      throw new Error('offline');
    },
    onAttempt: (attempt) => void attempts.push(attempt),
  });
  expect(failing.ledger).toMatchObject({ lifetime: 10, reserved: 5 });
  const before = await failing.pending();
  expect(before).toHaveLength(4);
  await expect.poll(() => attempts.length).toBe(1);
  expect(attempts[0]).toMatchObject({ sent: 0, left: 4 });
  failing.stop();
  // At the next visit the same reports are tried again.
  await recluse.close();
  const { recluse: later } = await measuring({ name });
  const sending = await reports(later, { ...declaration, send: async (report) => void got.push(report) });
  expect(await sending.now()).toEqual({ sent: 4, left: 0 });
  expect(got).toEqual(before);
  expect(await sending.pending()).toEqual([]);
  expect(await sending.now()).toEqual({ sent: 0, left: 0 });
  expect(new Set(got.map(({ id }) => id)).size).toBe(4);
  for (const report of got) {
    expect(Object.keys(report).sort()).toEqual(
      ['answers', 'bits', 'day', 'epsilon', 'format', 'id', 'question', 'version'].sort(),
    );
    expect(JSON.stringify(report).length).toBeLessThan(1000);
  }
  // The same answer on two days is disguised in the same way.
  const [one, other] = got.filter(({ question }) => question === 'ranker');
  expect(one!.bits).toBe(other!.bits);
  sending.stop();
  expect((await later.status()).network.sent).toBe(0);
  expect(server.requests.slice(requests).filter((path) => path !== 'manifest.json')).toEqual([]);
});

test('of two tabs one sends a report', async () => {
  const { recluse, name } = await withPast();
  const { recluse: other } = await measuring({ name });
  const ids: string[] = [];
  const send = async ({ id }: PrivateReport) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ids.push(id);
  };
  const both = await Promise.all([recluse, other].map((tab) => reports(tab, { ...declaration, send })));
  await Promise.all(both.map((tab) => tab.now()));
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
  for (const tab of both) tab.stop();
});

test('a report function that hangs loses nothing', async () => {
  const { recluse } = await withPast();
  const hanging = await reports(recluse, { ...declaration, patience: 50, send: () => new Promise(() => {}) });
  expect(await hanging.now()).toMatchObject({ sent: 0, left: 4, error: { name: 'TimeoutError' } });
  expect(await hanging.pending()).toHaveLength(4);
  hanging.stop();
});

test('nothing is reported where the visitor has not agreed, or does not any more', async () => {
  const { recluse } = await withPast();
  const got: PrivateReport[] = [];
  await recluse.consent('denied');
  const denied = await reports(recluse, { ...declaration, send: (report) => void got.push(report) }).catch(
    (error) => error,
  );
  // Nothing is known of the experiment without consent.
  expect(denied).toMatchObject({ code: 'invalid-argument' });
  await recluse.consent('granted');
  const granted = await reports(recluse, { ...declaration, send: () => Promise.reject(new Error('no')) });
  expect(await granted.pending()).toHaveLength(4);
  await recluse.consent('denied');
  expect(await granted.pending()).toEqual([]);
  granted.stop();
  expect(got).toEqual([]);
});

test('no browser with Global Privacy Control reports anything', async () => {
  Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });
  try {
    const { recluse } = await withPast();
    const quiet = await reports(recluse, { ...declaration, send: () => {} });
    expect(await quiet.pending()).toEqual([]);
    expect(await quiet.now()).toEqual({ sent: 0, left: 0 });
    quiet.stop();
  } finally {
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: undefined, configurable: true });
  }
});

test('a lifetime that was declared is kept, whatever is declared later', async () => {
  const name = freshName();
  const { recluse } = await measuring({ name });
  const first = await reports(recluse, {
    ...{ questions: [declaration.questions[0]], epsilon: 1, lifetime: 4 },
    send: () => {},
  });
  expect(first.ledger.reserved).toBe(3);
  first.stop();
  await recluse.close();
  const { recluse: later } = await measuring({ name });
  await variant(later, 'home', ['a', 'b']);
  await expect(reports(later, { ...declaration, lifetime: 1000, send: () => {} })).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { field: 'lifetime', lifetime: 4 },
  });
});

test('an experiment begun before the visitor agreed goes on after it, with the same variant', async () => {
  const { recluse } = await measuring({ consent: 'pending' });
  const mine = await variant(recluse, 'home', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  await visit(recluse);
  expect((await metrics(recluse)).total.clicks).toBe(1);
  await recluse.consent('granted');
  expect(await variant(recluse, 'home', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])).toBe(mine);
  expect((await metrics(recluse)).total).toMatchObject({ impressions: 4, clicks: 1 });
});
