/** Packs and histories of any size, made up but whole: the same seed gives the same. */
import type { StoredInteraction } from '../../../src/contract.ts';
import type { Manifest, Pack } from '../../../worker/pack/pack.ts';

/** Mulberry32: a small generator with a seed. Numbers from 0 (inclusive) to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const moment = Date.UTC(2026, 0, 15, 12);
const day = 86_400_000;

const file = (path: string) => ({ path, bytes: 1, sha256: '0'.repeat(64) });

const eventTypes: Manifest['eventTypes'] = [
  { name: 'purchase', weight: 1, habit: true, token: 1 },
  { name: 'view', weight: 0.2, habit: false, token: 2 },
  { name: 'rating', weight: 1, habit: false, token: 3, value: { base: -0.5, slope: 0.25 } },
  { name: 'dislike', weight: -1, habit: false, token: 0 },
  { name: 'impression', weight: 0, habit: false, token: 0 },
];

export function manifestFor(items: number, changes: Partial<Manifest> = {}): Manifest {
  return {
    format: { major: 1, minor: 0 },
    name: 'synthetic',
    version: '0123456789abcdef',
    dataUntil: '2026-01-01T00:00:00Z',
    items: { count: items },
    eventTypes,
    context: [
      { name: 'hour', values: [] },
      { name: 'weekday', values: [] },
      { name: 'place', values: ['town', 'village'] },
    ],
    history: { events: 100 },
    linear: {
      halfLifeDays: 30,
      halfLifeEvents: 40,
      power: 0.7,
      coefficients: { together: 1, habit: 0.5, affinity: 0.3, popularity: 0.05, recent: 0.02 },
    },
    habit: { halfLifeDays: 60, priorWeight: 2 },
    encoder: { events: 50, size: 16 },
    blender: {
      block: 64,
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
      ],
      visitor: ['events', 'items', 'daysActive', 'daysIdle'],
      parts: ['taste', 'together', 'habit', 'affinity', 'popularity'],
    },
    files: {
      items: file('items-00000000.json'),
      popular: file('popular-00000000.json'),
      priors: file('priors-00000000.bin'),
      linear: file('linear-00000000.bin'),
    },
    training: { seed: 1, split: 'none', tieBreak: 'row', source: 'made up', licence: 'CC0' },
    card: { data: {}, figures: [] },
    ...changes,
  };
}

export interface Shape {
  items?: number;
  seed?: number;
  size?: number;
  /** Entries of the item-to-item matrix a source. */
  neighbours?: number;
  manifest?: Partial<Manifest>;
}

/** A pack with three departments of two categories each; every part but the graphs. */
export function syntheticPack({
  items = 60,
  seed = 1,
  size = 16,
  neighbours = 8,
  manifest = {},
}: Shape = {}): Pack & Required<Pick<Pack, 'priors' | 'linear' | 'rows' | 'catalogue'>> {
  const random = randomFrom(seed);
  const floats = (from: number, to: number) =>
    Float32Array.from({ length: items }, () => from + (to - from) * random());
  const categories = [
    { name: 'Drinks', parent: -1 },
    { name: 'Food', parent: -1 },
    { name: 'Home', parent: -1 },
    { name: 'Coffee', parent: 0 },
    { name: 'Tea', parent: 0 },
    { name: 'Bread', parent: 1 },
    { name: 'Cheese', parent: 1 },
    { name: 'Candles', parent: 2 },
    { name: 'Soap', parent: 2 },
  ];
  const leaf = Uint16Array.from({ length: items }, () => 3 + Math.floor(random() * 6));
  const ids = Array.from({ length: items }, (_, row) => `item-${row}`);

  const offset = new Uint32Array(items + 1);
  const target: number[] = [];
  const weight: number[] = [];
  for (let source = 0; source < items; source++) {
    const targets = new Set<number>();
    while (targets.size < Math.min(neighbours, items)) targets.add(Math.floor(random() * items));
    for (const one of [...targets].sort((a, b) => a - b)) {
      target.push(one);
      weight.push(Math.floor(random() * 255) - 100 || 1);
    }
    offset[source + 1] = target.length;
  }
  const byPopularity = Int32Array.from(ids, (_, row) => row).sort(() => random() - 0.5);
  const inCategory = (index: number) =>
    byPopularity.filter((row) => leaf[row] === index || categories[leaf[row]!]!.parent === index);
  return {
    manifest: manifestFor(items, { encoder: { events: 50, size }, ...manifest }),
    ids,
    rowOf: new Map(ids.map((id, row) => [id, row])),
    categories,
    popular: {
      overall: byPopularity.slice(0, Math.ceil(items / 2)),
      recent: byPopularity.slice(0, Math.ceil(items / 2)).reverse(),
      categories: new Map(categories.map((_, index) => [index, inCategory(index)])),
    },
    priors: {
      popularity: floats(-2, 2),
      recent: floats(-2, 2),
      interval: floats(5, 40),
      repeat: floats(0, 1),
      leaf,
    },
    linear: {
      scale: floats(0.001, 0.01),
      offset,
      target: Uint16Array.from(target),
      weight: Int8Array.from(weight),
    },
    rows: {
      scale: floats(0.005, 0.02),
      bias: floats(-1, 1),
      row: Int8Array.from({ length: items * size }, () => Math.floor(random() * 255) - 127),
    },
    catalogue: {
      title: ids.map((_, row) => `Item, number ${row}`),
      brand: ids.map((_, row) => (row % 5 === 0 ? null : `Brand ${row % 3}`)),
      attributes: {
        organic: ids.map((_, row) => (row % 2 === 0 ? 'yes' : 'no')),
        size: ids.map((_, row) => row % 4),
      },
    },
  };
}

/** Made-up interactions with a pack, oldest first, over the last 200 days. */
export function syntheticInteractions(pack: Pack, count: number, seed = 7): StoredInteraction[] {
  const random = randomFrom(seed);
  const types = ['purchase', 'purchase', 'purchase', 'view', 'rating'];
  const times = Array.from({ length: count }, () => moment - random() * 200 * day).sort((a, b) => a - b);
  return times.map((time, index) => ({
    seq: index + 1,
    id: `event-${index}`,
    item: pack.ids[Math.floor(random() ** 2 * pack.ids.length)]!,
    type: types[Math.floor(random() * types.length)]!,
    time,
    value: 1 + Math.floor(random() * 5),
  }));
}

/** One interaction, `daysAgo` before {@link moment}. */
export function interaction(
  seq: number,
  item: string,
  type: string,
  daysAgo: number,
  value?: number,
): StoredInteraction {
  return {
    seq,
    id: `event-${seq}`,
    item,
    type,
    time: moment - daysAgo * day,
    ...(value === undefined ? {} : { value }),
  };
}
