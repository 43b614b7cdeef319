/**
 * A pack small enough to read: twelve items in three categories, made by code that follows `docs/pack.schema.json`.
 * Runs in the browser and in Node.
 */
import type { Manifest } from '../../../worker/pack/manifest.generated.ts';
import goldenRating from '../../golden/rating-pack.json' with { type: 'json' };

type Bytes = Uint8Array<ArrayBuffer>;
type DeclaredFile = Manifest['files']['items'];
type DeclaredArray = NonNullable<DeclaredFile['arrays']>[number];

/** What may differ from the usual tiny pack. */
export interface TinyPackOptions {
  /** Item ids. Default `item-0` to `item-11`. */
  ids?: string[];
  /** Titles begin with this. Another edition is another version of the pack. Default `First`. */
  edition?: string;
  /** Rules that come with the pack. Default: none, and no file. */
  rules?: unknown[];
  /** The last word before the manifest is made: change the content of files here, their hashes will fit. */
  change?: (contents: TinyContents) => void;
  /** The last word on the manifest itself. */
  changeManifest?: (manifest: Manifest) => void;
  /** Adds item rows and these graphs, which must fit {@link modelShapes}. Default: no model. */
  graphs?: { encoder: Bytes; blender: Bytes };
  /** Adds the golden expected ratings, which are of twelve items, with this graph. Needs `graphs`. */
  ratingGraph?: Bytes;
}

/** Everything that a tiny pack says, before it becomes bytes. */
export interface TinyContents {
  items: { ids: string[]; categories: { name: string; parent: number }[] };
  popular: { overall: number[]; recent: number[]; categories: Record<string, number[]> };
  priors: {
    popularity: Float32Array;
    recent: Float32Array;
    interval: Float32Array;
    repeat: Float32Array;
    leaf: Uint16Array;
  };
  linear: { scale: Float32Array; offset: Uint32Array; target: Uint16Array; weight: Int8Array };
  rows: { scale: Float32Array; bias: Float32Array; row: Int8Array };
  ratingRows: { bias: Float32Array; row: Int8Array };
  catalogue: {
    title: string[];
    price: (number | null)[];
    brand: (string | null)[];
    attributes: { size: (string | number | null)[] };
  };
}

/** A pack as a server would hold it. */
export interface TinyPack {
  manifest: Manifest;
  /** By path; `manifest.json` among them. */
  files: Map<string, Bytes>;
}

/** What `graphs/make.py` made its graphs for. */
const modelShapes = {
  encoder: { events: 6, size: 8 },
  blender: {
    block: 16,
    signals: [
      'taste',
      'together',
      'habit',
      'times',
      'daysSince',
      'interval',
      'affinity',
      'popularity',
      'recent',
      'repeat',
    ] as NonNullable<Manifest['blender']>['signals'],
    visitor: ['events', 'items', 'daysActive', 'daysIdle'] as NonNullable<Manifest['blender']>['visitor'],
    parts: ['taste', 'together', 'habit', 'affinity', 'popularity'],
  },
};
const { size } = modelShapes.encoder;
const ratings: NonNullable<Manifest['rating']> = goldenRating.rating;

/** Graphs that are no ONNX: a model made of them cannot start. */
export const brokenGraphs = {
  encoder: new TextEncoder().encode('not a graph'),
  blender: new TextEncoder().encode('not a graph either'),
};

/** Item `i` is in category `1 + i % 3`; buying it speaks for `i + 1` (strongly) and `i + 3` (less), both modulo the item count. */
export async function tinyPack(options: TinyPackOptions = {}): Promise<TinyPack> {
  const {
    ids = Array.from({ length: 12 }, (_, row) => `item-${row}`),
    edition = 'First',
    graphs,
    ratingGraph,
  } = options;
  const count = ids.length;
  const rows = ids.map((_, row) => row);
  const inCategory = (index: number) => rows.filter((row) => 1 + (row % 3) === index);
  const targets = rows.map((row) => [(row + 1) % count, (row + 3) % count]);
  const entries = targets.map(([strong, weak]) =>
    [
      { target: strong!, weight: 100 },
      { target: weak!, weight: 40 },
    ].sort((left, right) => left.target - right.target),
  );
  const contents: TinyContents = {
    items: {
      ids,
      categories: [
        { name: 'Food', parent: -1 },
        { name: 'Fruit', parent: 0 },
        { name: 'Coffee', parent: 0 },
        { name: 'Cats', parent: -1 },
      ],
    },
    popular: {
      overall: rows,
      recent: [...rows].reverse(),
      categories: {
        0: [...inCategory(1), ...inCategory(2)],
        1: inCategory(1),
        2: inCategory(2),
        3: inCategory(3),
      },
    },
    priors: {
      popularity: Float32Array.from(rows, (row) => -row / count),
      recent: Float32Array.from(rows, (row) => row / count),
      interval: new Float32Array(count).fill(7),
      repeat: new Float32Array(count).fill(0.5),
      leaf: Uint16Array.from(rows, (row) => 1 + (row % 3)),
    },
    linear: {
      scale: new Float32Array(count).fill(0.01),
      offset: Uint32Array.from({ length: count + 1 }, (_, row) => 2 * row),
      target: Uint16Array.from(entries.flat(), ({ target }) => target),
      weight: Int8Array.from(entries.flat(), ({ weight }) => weight),
    },
    rows: {
      scale: new Float32Array(count).fill(0.1),
      bias: new Float32Array(count),
      row: Int8Array.from({ length: count * size }, (_, place) => place % 7),
    },
    ratingRows: {
      bias: Float32Array.from(goldenRating.bias),
      row: Int8Array.from(goldenRating.row.flat()),
    },
    catalogue: {
      title: ids.map((id) => `${edition} ${id}`),
      price: rows.map((row) => (row === 0 ? null : row + 0.5)),
      brand: rows.map((row) => (row % 2 ? 'Acme' : null)),
      attributes: { size: rows.map((row) => `${row} oz`) },
    },
  };
  options.change?.(contents);

  const parts: [keyof Manifest['files'], 'json' | 'bin' | 'onnx', Bytes, DeclaredArray[]?][] = [
    ['items', 'json', json(contents.items)],
    ['popular', 'json', json(contents.popular)],
    ['priors', 'bin', ...binary(contents.priors)],
    ['linear', 'bin', ...binary(contents.linear)],
    ...(graphs
      ? ([
          ['rows', 'bin', ...binary(contents.rows, { row: [count, size] })],
          ['encoder', 'onnx', graphs.encoder],
          ['blender', 'onnx', graphs.blender],
        ] as [keyof Manifest['files'], 'bin' | 'onnx', Bytes, DeclaredArray[]?][])
      : []),
    ...(options.rules
      ? ([['rules', 'json', json({ rules: options.rules })]] as ['rules', 'json', Bytes][])
      : []),
    ...(ratingGraph
      ? ([
          ['ratingRows', 'bin', ...binary(contents.ratingRows, { row: [count, 2 * ratings.factors + 3] })],
          ['rating', 'onnx', ratingGraph],
        ] as [keyof Manifest['files'], 'bin' | 'onnx', Bytes, DeclaredArray[]?][])
      : []),
    ['catalogue', 'json', json(contents.catalogue)],
  ];

  const files = new Map<string, Bytes>();
  const declared: Partial<Manifest['files']> = {};
  for (const [role, extension, bytes, arrays] of parts) {
    const sha256 = await hash(bytes);
    const path = `${role}-${sha256.slice(0, 8)}.${extension}`;
    files.set(path, bytes);
    declared[role] = { path, bytes: bytes.byteLength, sha256, ...(arrays ? { arrays } : {}) };
  }
  const hashes = Object.values(declared).map((file) => file.sha256);
  const manifest: Manifest = {
    format: { major: 1, minor: 0 },
    name: 'tiny',
    version: (await hash(new TextEncoder().encode(hashes.join('')))).slice(0, 16),
    dataUntil: '2017-12-31T00:00:00Z',
    items: { count },
    eventTypes: [
      { name: 'view', weight: 0.1, habit: false, token: 1 },
      { name: 'purchase', weight: 1, habit: true, token: 2 },
    ],
    context: [
      { name: 'hour', values: [] },
      { name: 'weekday', values: [] },
      { name: 'place', values: ['town', 'village'] },
    ],
    history: { events: 5 },
    linear: {
      halfLifeDays: 30,
      halfLifeEvents: null,
      power: 1,
      coefficients: { together: 1, habit: 0.2, affinity: 0.1, popularity: 0.05, recent: 0.05 },
    },
    habit: { halfLifeDays: 30, priorWeight: 1 },
    ...(graphs ? modelShapes : {}),
    ...(ratingGraph ? { rating: ratings } : {}),
    files: declared as Manifest['files'],
    training: { seed: 1, split: 'none', tieBreak: 'row', source: 'invented', licence: 'CC0' },
    card: { data: { items: count }, figures: [] },
  } as Manifest;
  options.changeManifest?.(manifest);
  files.set('manifest.json', json(manifest));
  return { manifest, files };
}

function json(value: unknown): Bytes {
  return new TextEncoder().encode(JSON.stringify(value));
}

type AnyArray = Int8Array | Uint16Array | Uint32Array | Float32Array;

/** Arrays one after the other, each at a multiple of 8. */
function binary(
  arrays: Record<string, AnyArray>,
  shapes: Record<string, number[]> = {},
): [Bytes, DeclaredArray[]] {
  const types = { Int8Array: 'i8', Uint16Array: 'u16', Uint32Array: 'u32', Float32Array: 'f32' } as const;
  const declared: DeclaredArray[] = [];
  let length = 0;
  for (const [name, values] of Object.entries(arrays)) {
    const type = types[values.constructor.name as keyof typeof types];
    declared.push({ name, type, shape: shapes[name] ?? [values.length], offset: length });
    length = Math.ceil((length + values.byteLength) / 8) * 8;
  }
  const bytes = new Uint8Array(length);
  Object.values(arrays).forEach((values, place) => {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), declared[place]!.offset);
  });
  return [bytes, declared];
}

async function hash(bytes: Bytes): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
