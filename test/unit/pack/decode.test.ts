import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { RecluseError } from '../../../src/contract.ts';
import {
  decodeCatalogue,
  decodeItems,
  decodeLinear,
  decodePopular,
  decodePriors,
  decodeRatingRows,
  decodeRows,
  type Part,
} from '../../../worker/pack/decode.ts';
import { type FileRole, readManifest, verifyFile } from '../../../worker/pack/verify.ts';
import {
  brokenGraphs,
  type TinyContents,
  type TinyPackOptions,
  tinyPack,
} from '../../browser/support/tiny-pack.ts';
import goldenRating from '../../golden/rating-pack.json' with { type: 'json' };

/** A copy of its own, to be damaged. */
const rating = () => structuredClone(goldenRating.rating);

/** Reads a pack from end to end, as the worker does. */
async function readAll(files: Map<string, Uint8Array<ArrayBuffer>>) {
  const manifest = await readManifest(files.get('manifest.json')!);
  const part = async (role: FileRole): Promise<Part> => {
    const file = manifest.files[role]!;
    const bytes = files.get(file.path)!;
    await verifyFile(file, bytes);
    return { manifest, file, bytes };
  };
  const items = decodeItems(await part('items'));
  return {
    items,
    popular: decodePopular(await part('popular'), items.categories.length),
    priors: decodePriors(await part('priors'), items.categories.length),
    linear: decodeLinear(await part('linear')),
    ...(manifest.files.rows ? { rows: decodeRows(await part('rows')) } : {}),
    ...(manifest.files.ratingRows ? { ratingRows: decodeRatingRows(await part('ratingRows')) } : {}),
    ...(manifest.files.catalogue ? { catalogue: decodeCatalogue(await part('catalogue')) } : {}),
  };
}

const readTiny = async (options: TinyPackOptions) => readAll((await tinyPack(options)).files);

test('a whole pack is read as it was written', async () => {
  const { items, popular, priors, linear, rows, catalogue } = await readTiny({ graphs: brokenGraphs });
  expect(items.ids).toHaveLength(12);
  expect(items.rowOf.get('item-7')).toBe(7);
  expect([...popular.categories.get(1)!]).toEqual([0, 3, 6, 9]);
  expect([...priors.leaf.slice(0, 4)]).toEqual([1, 2, 3, 1]);
  expect([...linear.target.slice(linear.offset[11], linear.offset[12])]).toEqual([0, 2]);
  expect([...linear.weight.slice(linear.offset[11], linear.offset[12])]).toEqual([100, 40]);
  expect(rows?.row).toHaveLength(96);
  expect(catalogue?.price?.[0]).toBeNull();
});

test('a pack may say since when items are there, for each of them or not at all', async () => {
  expect((await readTiny({})).priors.since).toBeUndefined();
  const days = (count: number) => Uint16Array.from({ length: count }, (_, row) => 17_000 + row);
  const dated = (count: number) =>
    readTiny({ change: ({ priors }) => Object.assign(priors, { since: days(count) }) });
  expect([...(await dated(12)).priors.since!]).toEqual([...days(12)]);
  await expect(dated(11)).rejects.toMatchObject({ code: 'pack-damaged' });
});

test("the shop's own pack passes every check", async () => {
  const folder = new URL('../../../demo/pack/', import.meta.url);
  const read = async (path: string) => new Uint8Array(await readFile(new URL(path, folder)));
  const bytes = await read('manifest.json');
  const manifest = await readManifest(bytes);
  const files = new Map([['manifest.json', bytes]]);
  for (const { path } of Object.values(manifest.files)) files.set(path, await read(path));
  const pack = await readAll(files);
  expect(pack.items.ids).toHaveLength(manifest.items.count);
  expect(pack.linear.weight.length).toBeGreaterThan(manifest.items.count);
});

const damages: [string, (contents: TinyContents) => void, string][] = [
  ['an id too few', ({ items }) => items.ids.pop(), 'items'],
  ['an id twice', ({ items }) => items.ids.fill('item-0'), 'items'],
  ['an empty id', ({ items }) => items.ids.splice(0, 1, ''), 'items'],
  [
    'a category that is its own parent',
    ({ items }) => Object.assign(items.categories[1]!, { parent: 1 }),
    'items',
  ],
  [
    'a category whose parent comes later',
    ({ items }) => Object.assign(items.categories[0]!, { parent: 2 }),
    'items',
  ],
  ['a category without a name', ({ items }) => Object.assign(items.categories[0]!, { name: 5 }), 'items'],
  ['a popular row beyond the items', ({ popular }) => popular.overall.push(12), 'popular'],
  ['half a row', ({ popular }) => popular.recent.push(0.5), 'popular'],
  ['a row twice in a list', ({ popular }) => popular.recent.push(0), 'popular'],
  [
    'a list of a category that is not there',
    ({ popular }) => Object.assign(popular.categories, { 4: [] }),
    'popular',
  ],
  [
    'a segment’s row beyond the items',
    ({ popular }) => Object.assign(popular, { segments: { age: { old: [12] } } }),
    'popular',
  ],
  ['segments that are a list', ({ popular }) => Object.assign(popular, { segments: [[1]] }), 'popular'],
  ['a prior that is not a number', ({ priors }) => priors.popularity.fill(Number.NaN, 3, 4), 'priors'],
  ['an endless interval', ({ priors }) => priors.interval.fill(Number.POSITIVE_INFINITY, 3, 4), 'priors'],
  ['a leaf beyond the categories', ({ priors }) => priors.leaf.fill(4, 3, 4), 'priors'],
  ['a missing array', ({ priors }) => Reflect.deleteProperty(priors, 'repeat'), 'priors'],
  [
    'an array too short',
    (contents) => Object.assign(contents.priors, { recent: new Float32Array(11) }),
    'priors',
  ],
  [
    'an array of another type',
    (contents) => Object.assign(contents.priors, { leaf: new Uint32Array(12) }),
    'priors',
  ],
  ['a scale that is not finite', ({ linear }) => linear.scale.fill(Number.NaN, 0, 1), 'linear'],
  ['an offset that does not begin with 0', ({ linear }) => linear.offset.fill(1, 0, 1), 'linear'],
  ['an offset that falls', ({ linear }) => linear.offset.fill(0, 5, 6), 'linear'],
  ['an offset beyond the entries', ({ linear }) => linear.offset.fill(99, 12, 13), 'linear'],
  ['a target beyond the items', ({ linear }) => linear.target.fill(12, 1, 2), 'linear'],
  ['targets that do not ascend', ({ linear }) => linear.target.fill(0, 0, 2), 'linear'],
  [
    'fewer weights than targets',
    (contents) => Object.assign(contents.linear, { weight: new Int8Array(23) }),
    'linear',
  ],
  ['a bias that is not finite', ({ rows }) => rows.bias.fill(Number.NEGATIVE_INFINITY, 0, 1), 'rows'],
  [
    'an expected rating that is not a number',
    ({ ratingRows }) => ratingRows.bias.fill(Number.NaN, 2, 3),
    'ratingRows',
  ],
  ['a title too few', ({ catalogue }) => catalogue.title.pop(), 'catalogue'],
  ['a title that is a number', ({ catalogue }) => Object.assign(catalogue.title, { 0: 7 }), 'catalogue'],
  ['a price that is a text', ({ catalogue }) => Object.assign(catalogue.price, { 0: '4.99' }), 'catalogue'],
  ['an attribute too long', ({ catalogue }) => catalogue.attributes.size.push('13 oz'), 'catalogue'],
];

test.each(damages)('a pack with %s is refused, naming the file', async (_, change, role) => {
  const ratingGraph = brokenGraphs.encoder;
  const error = await readTiny({ graphs: brokenGraphs, ratingGraph, change }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RecluseError);
  expect(error).toMatchObject({
    code: 'pack-damaged',
    details: { file: expect.stringMatching(`^${role}-`) },
  });
});

test.each<[string, TinyPackOptions['changeManifest']]>([
  [
    'a version that is not made of its files',
    (manifest) => Object.assign(manifest, { version: '0123456789abcdef' }),
  ],
  ['an unknown field', (manifest) => Object.assign(manifest, { surprise: 1 })],
  ['no files', (manifest) => Reflect.deleteProperty(manifest, 'files')],
  [
    'a path out of its folder',
    (manifest) => Object.assign(manifest.files.items, { path: '../items-0a1b2c3d.json' }),
  ],
  [
    'an encoder without its files',
    (manifest) => Object.assign(manifest, { encoder: { events: 5, size: 4 } }),
  ],
  ['expected ratings without their files', (manifest) => Object.assign(manifest, { rating: rating() })],
  ['an event type twice', (manifest) => manifest.eventTypes.push(manifest.eventTypes[0]!)],
  [
    'a name that does not carry its hash',
    (manifest) => Object.assign(manifest.files.items, { path: 'items-00000000.json' }),
  ],
])('a manifest with %s is refused', async (_, changeManifest) => {
  const { files } = await tinyPack({ changeManifest: changeManifest! });
  await expect(readManifest(files.get('manifest.json')!)).rejects.toMatchObject({
    code: 'pack-damaged',
    details: { file: 'manifest.json' },
  });
});

test.each<[string, TinyPackOptions['changeManifest']]>([
  ['no rows', (manifest) => Reflect.deleteProperty(manifest.files, 'ratingRows')],
  ['files that nobody declares', (manifest) => Reflect.deleteProperty(manifest, 'rating')],
  ['lengths that do not rise', (manifest) => Object.assign(manifest.rating!, { lengths: [0, 2, 2, 4] })],
  ['lengths from 1', (manifest) => Object.assign(manifest.rating!, { lengths: [1, 2, 3, 4] })],
  ['a slope too few', (manifest) => Object.assign(manifest.rating!, { slope: [1, 1, 1] })],
  ['a spread of nothing', (manifest) => Object.assign(manifest.rating!, { spread: [1, 1, 0, 1] })],
  ['a range upside down', (manifest) => Object.assign(manifest.rating!, { lowest: 5 })],
])('a manifest whose expected ratings have %s is refused', async (_, changeManifest) => {
  const { files } = await tinyPack({
    graphs: brokenGraphs,
    ratingGraph: brokenGraphs.encoder,
    changeManifest(manifest) {
      manifest.rating = rating();
      changeManifest!(manifest);
    },
  });
  await expect(readManifest(files.get('manifest.json')!)).rejects.toMatchObject({
    code: 'pack-damaged',
    details: { file: 'manifest.json' },
  });
});

test('arrays that overlap or leave the file are refused', async () => {
  const { manifest, files } = await tinyPack();
  const { priors } = manifest.files;
  const bytes = files.get(priors.path)!;
  const [first, second, ...others] = priors.arrays!;
  const overlapping = { ...priors, arrays: [first!, { ...second!, offset: 8 }, ...others] };
  await expect(verifyFile(overlapping, bytes)).rejects.toMatchObject({ code: 'pack-damaged' });
  const beyond = { ...priors, arrays: [{ ...first!, offset: 8 * bytes.length }] };
  await expect(verifyFile(beyond, bytes)).rejects.toMatchObject({ code: 'pack-damaged' });
});

test('a minor version that is newer is read', async () => {
  const { files } = await tinyPack({
    changeManifest: (manifest) => Object.assign(manifest.format, { minor: 7 }),
  });
  expect((await readManifest(files.get('manifest.json')!)).format.minor).toBe(7);
});

test('a major version that is newer is named as such, whatever else it holds', async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ format: { major: 2 }, everything: 'else' }));
  await expect(readManifest(bytes)).rejects.toMatchObject({
    code: 'pack-too-new',
    details: { major: 2, known: 1 },
  });
});
