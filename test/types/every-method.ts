/** Every method of the public API, called the way an app in strict TypeScript calls it. Compiled against what is published; never run. */
import {
  type ChangeEvent,
  type Condition,
  createRecommender,
  type ExportDocument,
  type Interaction,
  type NewItem,
  type RankedItem,
  type RankedList,
  RecluseError,
  type Recommender,
  type RecommenderOptions,
  type Rule,
  type StoredInteraction,
} from 'recluse';
import { type CollectOptions, collect } from 'recluse/collect';

interface MyItem {
  category: 'Coffee' | 'Tea';
  strength: number;
  roast?: 'light' | 'dark';
}

const rules: Rule<MyItem>[] = [
  { kind: 'filter', where: { strength: { gte: 2 } } },
  { kind: 'boost', where: { category: 'Coffee' }, by: 0.5, from: '2026-12-01', until: 1_798_761_600_000 },
  { kind: 'bury', where: { roast: 'dark' }, placements: ['home'], priority: 2, name: 'too-dark' },
  { kind: 'pin', position: 0, items: ['sku-1'], always: true },
  { kind: 'cap', attribute: 'category', most: 2, level: 0 },
  { kind: 'share', where: { category: ['Tea'] }, least: 0.2, most: 0.5 },
  { kind: 'require', where: { any: [{ brand: 'Acme' }, { not: { price: { lt: 20 } } }] }, least: 1 },
];

const options: RecommenderOptions<MyItem> = {
  pack: new URL('https://shop.example/pack/manifest.json'),
  upTo: 'linear',
  catalogue: true,
  name: 'shop',
  refreshEvery: 60_000,
  backend: 'auto',
  consent: 'pending',
  events: { share: { weight: 0.5 } },
  worker: () => new Worker('/recluse/worker.js', { type: 'module' }),
  workerUrl: '/recluse/worker.js',
  rules,
  onProblem: (problem: RecluseError) => console.warn(problem.code, problem.details.field),
};

export async function everyMethod(signal: AbortSignal): Promise<void> {
  const recluse: Recommender<MyItem> = await createRecommender<MyItem>(options);

  const bought: Interaction = {
    type: 'purchase',
    item: 'sku-1',
    value: 4.99,
    quantity: 2,
    basket: 'order-1',
  };
  await recluse.track(bought, { signal });
  await recluse.track([
    bought,
    { type: 'search', query: 'coffee' },
    { type: 'hide', where: { category: 'Tea', strength: { lt: 2 } } },
  ]);

  const filter: Condition<MyItem> = { category: 'Coffee', price: { lt: 20 } };
  const list: RankedList = await recluse.recommend({
    limit: 12,
    placement: 'home',
    exclude: ['sku-9'],
    filter,
    mode: 'discover',
    diversity: 0.3,
    diversify: 'dpp',
    calibration: 0.2,
    freshness: 'hybrid',
    rotation: 0.5,
    newness: 0.2,
    distinct: ['basket'],
    explain: 'full',
    without: { item: 'sku-1' },
    context: { place: 'shop-12' },
    source: 'linear',
    rules,
    signal,
  });
  const first: RankedItem | undefined = list.items[0];
  for (const reason of first?.reasons ?? []) {
    if (reason.kind === 'because') console.log(reason.item, reason.share);
    if (reason.kind === 'habit') console.log(reason.interval);
  }
  for (const influence of first?.influences ?? []) console.log(influence.item, influence.change);
  for (const move of first?.moves ?? []) console.log(move.stage, move.before, move.after);
  for (const { rule, why } of list.unmet ?? []) console.log(rule, why);
  await recluse.shown(list, { signal });
  const next: RankedList = await list.next({ signal });
  for await (const page of next) console.log(page.items.length, page.hasMore, page.staleness);

  const ids: RankedList = await recluse.rerank(['sku-1', 'sku-2'], { filter });
  const products = [{ id: 'sku-1', colour: 'red' }];
  const { objects } = await recluse.rerank(products, { limit: 1 });
  const colour: string | undefined = objects[0]?.colour;
  console.log(ids.short, colour);

  const lists: RankedList[] = await Promise.all([
    recluse.discover({ filter }),
    recluse.buyAgain({ limit: 3 }),
    recluse.searchByTaste('dark roast', { taste: 0.5, filter }),
    recluse.similar('sku-1', { by: 'taste', filter }),
    recluse.boughtTogether(['sku-1', 'sku-2'], { limit: 3 }),
    recluse.popular({ window: 'overall', category: 'Coffee', segment: { age: '35-44' } }),
    recluse.trending({ category: 'Tea' }),
  ]);
  console.log(lists[1]?.items[0]?.due?.interval);

  for (const { item, probability, rating } of await recluse.predict(['sku-1'], { context: { place: 'x' } }))
    console.log(item, probability?.toFixed(2), rating?.expected, rating?.deviation);

  await recluse.rules(rules, { signal });
  await recluse.update(
    { 'sku-1': { available: false }, 'sku-2': { price: 3.49 }, 'sku-3': null },
    { untilNextPack: true },
  );
  await recluse.addItems(
    [
      {
        id: 'sku-new',
        title: 'New',
        categories: ['Coffee'],
        brand: 'Acme',
        price: 4,
        attributes: { strength: 3 },
      },
    ],
    { keep: true },
  );
  const [shown] = await recluse.items(['sku-1'], { signal });
  console.log(shown?.title, shown?.categories, shown?.price, shown?.available);

  const past: StoredInteraction[] = await recluse.history({ limit: 5 });
  for await (const one of recluse.interactions({ from: 0, signal })) console.log(one.seq, one.type);
  const imported = await recluse.importHistory(past, {
    onProgress: ({ done, total }) => console.log(done / total),
  });
  console.log(imported.added, imported.known);
  const removed: number = await recluse.retract({ basket: 'order-1', item: 'sku-1' });
  const profile = await recluse.setProfile({ age: '35-44', likes: ['Coffee'], dislikes: null });
  console.log(removed, profile.likes, await recluse.profile());
  await recluse.consent('granted');
  await recluse.consent('denied', { erase: true });
  const document: ExportDocument = await recluse.export();
  await recluse.import(document);
  await recluse.forget({ since: 0, until: 1, type: 'view', category: 'Tea' });
  await recluse.forget('everything');
  await recluse.retain({ days: 90, count: 1_000 });

  const stop: () => void = recluse.on('change', ({ reason, status, lists: changed }: ChangeEvent) => {
    console.log(reason, status.phase, changed?.[0]?.moved[0]?.to);
  });
  stop();
  const { phase, pack, privacy, network } = await recluse.status({ card: true });
  console.log(phase, pack?.card, privacy.sharing, network.sent);
  const newer: boolean = await recluse.refresh();
  await recluse.ready({ signal });
  console.log(newer);

  const collecting: CollectOptions = {
    dataLayer: true,
    itemId: (raw) => raw.id,
    types: { view_item: false },
  };
  collect(recluse, collecting)();
  collect(createRecommender<MyItem>(options))();

  // What comes back has the shop's types, too.
  const strength: number | undefined = shown?.attributes?.strength;
  const leaf: 'Coffee' | 'Tea' | undefined = shown?.categories.at(-1);
  console.log(strength, leaf);
  // @ts-expect-error: no item has such an attribute
  console.log(shown?.attributes?.flavour);
  // @ts-expect-error: a strength is a number
  const wrong: string | undefined = shown?.attributes?.strength;
  console.log(wrong);
  // @ts-expect-error: nor is there such a category for a new item
  await recluse.addItems([{ id: 'sku-cocoa', title: 'Cocoa', categories: ['Cocoa'] }]);
  // @ts-expect-error: and its strength is a number
  const strong: NewItem<MyItem>['attributes'] = { strength: 'strong' };
  console.log(strong);
  // @ts-expect-error: there is no such category
  await recluse.recommend({ filter: { category: 'Cofee' } });
  // @ts-expect-error: there is no such attribute
  await recluse.rules([{ kind: 'boost', where: { flavour: 'mild' }, by: 1 }]);
  // @ts-expect-error: nor in the rules that it starts with
  await createRecommender<MyItem>({ pack: '/', rules: [{ kind: 'bury', where: { roast: 'medium' } }] });

  await recluse.close();
}

interface Shoe {
  size: number;
}

/** A shop that has told of sizes alone still has brands and categories of any name. */
export async function onlySizes(recluse: Recommender<Shoe>): Promise<string | undefined> {
  await recluse.addItems([
    { id: 'boot', title: 'Boot', categories: ['Boots'], brand: 'Acme', attributes: { size: 43 } },
  ]);
  const [boot] = await recluse.items();
  return boot?.brand ?? boot?.categories[0];
}

export async function untyped(): Promise<string> {
  try {
    await using recluse = await createRecommender({ pack: '/pack/manifest.json' });
    const { items } = await recluse.recommend({ filter: { colour: ['red'], size: { gt: 3 } } });
    return items.map(({ id }) => id).join();
  } catch (error) {
    if (error instanceof RecluseError && error.code === 'pack-unreachable') return error.message;
    throw error;
  }
}
