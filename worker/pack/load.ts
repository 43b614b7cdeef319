/**
 * Brings a pack onto the device and keeps it there.
 *
 * A pack is active when its manifest lies in the cache. Files go in first, each verified; the manifest goes in last, and that is
 * the switch. So whatever fails on the way (a network that breaks off, a damaged file, a closed tab), the pack
 * that was active stays active and whole.
 */
import { RecluseError, type Source } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import type { FileCache } from './cache.ts';
import {
  decodeCatalogue,
  decodeItems,
  decodeLinear,
  decodePopular,
  decodePriors,
  decodeRatingRows,
  decodeRows,
  decodeRules,
  type Part,
} from './decode.ts';
import type { Network } from './network.ts';
import type { Manifest, Pack } from './pack.ts';
import { damaged, type FileRole, readManifest, verifyFile } from './verify.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Which pack, and how much of it. */
export interface LoadOptions {
  /** Absolute URL of `manifest.json`. */
  manifestUrl: string;
  upTo: Source;
  catalogue: boolean;
  cache: FileCache;
  network: Network;
  /** The model's files wait for this: the page's first lists come first. */
  idle: Promise<void>;
}

/** What happens on the way. */
export interface LoadEvents {
  /** More of the pack that serves has arrived, or another pack serves from now on; where that takes a while, it is waited for. */
  onPack(pack: Pack): unknown;
  /** Something failed, and the lists go on. */
  onProblem(problem: RecluseError): void;
  /** Makes a list with a whole new pack; the pack is activated only if this resolves. */
  tryOut(pack: Pack): Promise<void>;
}

/** Milliseconds that a visitor with a pack waits for the server to say whether there is a newer one. */
const manifestPatience = 5000;

/**
 * Loads the newest pack that can be had, and serves from the cached one meanwhile.
 *
 * @returns when all that was asked for is here or has failed: nothing more will be fetched
 * @throws RecluseError `pack-unreachable`, `pack-damaged` or `pack-too-new` where there is no pack at all, neither here nor there
 */
export async function loadPack(given: LoadOptions, events: LoadEvents): Promise<void> {
  const { manifestUrl, network } = given;
  const cache = countingRefusals(given.cache);
  const options = { ...given, cache };
  const active = await activeManifest(options, events);
  const fetching = fetchManifest(network, manifestUrl, active ? manifestPatience : undefined);

  let pack: Pack | undefined;
  if (active) {
    try {
      pack = await arriveFromCache(active.manifest, options, events);
    } catch (problem) {
      events.onProblem(asProblem(problem));
    }
  }

  const fetched = await fetching;
  if ('problem' in fetched) {
    const { code, message, details } = fetched.problem;
    if (!pack) throw fetched.problem;
    events.onProblem(new RecluseError(code, `The pack that was here serves on. ${message}`, details));
    await arrive(lastSteps, pack.manifest, pack, options, events);
  } else if (!pack) {
    await firstVisit(fetched, options, events);
  } else if (
    sameBytes(fetched.bytes, active?.bytes) ||
    !(await upgrade(fetched, pack.manifest, options, events))
  ) {
    await arrive(lastSteps, pack.manifest, pack, options, events);
  }

  if (cache.refusals > 0 && cache.kind === 'cache-storage')
    events.onProblem(
      new RecluseError(
        'storage-full',
        'The browser keeps no more files for this site: the next visit must fetch them again.',
      ),
    );
}

/** Serves each part as it arrives, and keeps the pack for the next visit if it arrived whole. */
async function firstVisit(fetched: ManifestFile, options: Caching, events: LoadEvents): Promise<void> {
  let problems = 0;
  const counting: LoadEvents = {
    ...events,
    onProblem(problem) {
      problems += 1;
      events.onProblem(problem);
    },
  };
  const first = await arrive(firstSteps, fetched.manifest, undefined, options, counting);
  const last = await arrive(lastSteps, fetched.manifest, first, options, counting);
  if (problems > 0) return;
  try {
    await events.tryOut(last);
    await activate(fetched, options);
  } catch (problem) {
    events.onProblem(asProblem(problem));
  }
}

/** Puts a new pack in the place of the one that serves, whole and tried out, or leaves everything as it is. */
async function upgrade(
  fetched: ManifestFile,
  serving: Manifest,
  options: Caching,
  events: LoadEvents,
): Promise<boolean> {
  try {
    await useDelta(fetched.manifest, serving, options, events);
    const next = await whole(fetched.manifest, options);
    await events.tryOut(next);
    await events.onPack(next);
    await activate(fetched, options);
    return true;
  } catch (problem) {
    events.onProblem(asProblem(problem));
    return false;
  }
}

/** Lets a new pack's files be made from those of the pack that is here, where the new one comes with a delta from it. */
export async function useDelta(
  next: Manifest,
  here: Manifest,
  options: LoadOptions,
  { onProblem }: Pick<LoadEvents, 'onProblem'>,
): Promise<void> {
  if (next.delta?.from !== here.version) return;
  try {
    const { unpackDelta } = await onDemand.delta();
    await unpackDelta(next, here, options, fetchVerified);
  } catch (problem) {
    onProblem(asProblem(problem));
  }
}

/** The switch. Made only where every file lies in the cache; then what no longer belongs to the pack goes. */
export async function activate(
  { manifest, bytes }: ManifestFile,
  { manifestUrl, cache }: Caching,
): Promise<void> {
  if (cache.refusals > 0 || !(await cache.put(manifestUrl, bytes))) return;
  await cache.keepOnly(urlsOf(manifest, manifestUrl));
}

/** A cache that knows how often it could not keep a file. */
interface CountingCache extends FileCache {
  readonly refusals: number;
}
type Caching = LoadOptions & { cache: CountingCache };

export function countingRefusals(cache: FileCache): CountingCache {
  let refusals = 0;
  return {
    ...cache,
    get refusals() {
      return refusals;
    },
    async put(url, bytes) {
      const kept = await cache.put(url, bytes);
      if (!kept) refusals += 1;
      return kept;
    },
  };
}

interface ManifestFile {
  manifest: Manifest;
  bytes: Bytes;
}

async function activeManifest(
  { cache, manifestUrl }: LoadOptions,
  events: LoadEvents,
): Promise<ManifestFile | undefined> {
  const bytes = await cache.match(manifestUrl);
  if (!bytes) return undefined;
  try {
    return { manifest: await readManifest(bytes), bytes };
  } catch (problem) {
    events.onProblem(asProblem(problem));
    return undefined;
  }
}

/** Never rejects: its outcome is looked at later, when the cached pack serves. */
export async function fetchManifest(
  network: Network,
  url: string,
  patience: number | undefined,
): Promise<ManifestFile | { problem: RecluseError }> {
  try {
    const bytes = await network.fetchBytes(url, {
      cache: 'no-cache',
      ...(patience === undefined ? {} : { patience }),
    });
    return { manifest: await readManifest(bytes), bytes };
  } catch (problem) {
    return { problem: asProblem(problem) };
  }
}

/** A part of the pack that arrives as one. */
interface Step {
  /** Whether this pack and these options have it. */
  wanted(manifest: Manifest, options: LoadOptions): boolean;
  /** Whether it waits until the page is idle. */
  waits?: boolean;
  /** Adds it to what is here. */
  add(pack: Pack, read: (role: FileRole) => Promise<Part>): Promise<Pack>;
}

const itemsAndPopular: Step = {
  wanted: () => true,
  async add(pack, read) {
    // Rules come with the first list: what must not be shown must not be shown first.
    const [items, popular, rules] = await Promise.all([
      read('items'),
      read('popular'),
      pack.manifest.files.rules && read('rules'),
    ]);
    const decoded = decodeItems(items);
    return {
      ...pack,
      ...decoded,
      popular: decodePopular(popular, decoded.categories.length),
      ...(rules ? { rules: decodeRules(rules) } : {}),
    };
  },
};

const priorsAndLinear: Step = {
  wanted: (_manifest, { upTo }) => upTo !== 'popular',
  async add(pack, read) {
    const [priors, linear] = await Promise.all([read('priors'), read('linear')]);
    return { ...pack, priors: decodePriors(priors, pack.categories.length), linear: decodeLinear(linear) };
  },
};

const catalogue: Step = {
  // Rules ask for attributes.
  wanted: ({ files }, options) => (options.catalogue || !!files.rules) && files.catalogue !== undefined,
  async add(pack, read) {
    return { ...pack, catalogue: decodeCatalogue(await read('catalogue')) };
  },
};

const rowsAndGraphs: Step = {
  wanted: ({ files }, { upTo }) => upTo === 'model' && files.rows !== undefined,
  waits: true,
  async add(pack, read) {
    const [rows, encoder, blender] = await Promise.all([read('rows'), read('encoder'), read('blender')]);
    return {
      ...pack,
      rows: decodeRows(rows),
      graphs: { encoder: encoder.bytes, blender: blender.bytes },
    };
  },
};

/** Beside the model, whose runtime they need; without them, the model still ranks. */
const expectedRatings: Step = {
  wanted: ({ files }, { upTo }) => upTo === 'model' && files.rating !== undefined,
  waits: true,
  async add(pack, read) {
    const [rows, graph] = await Promise.all([read('ratingRows'), read('rating')]);
    return { ...pack, ratings: { ...decodeRatingRows(rows), graph: graph.bytes } };
  },
};

const firstSteps = [itemsAndPopular, priorsAndLinear, catalogue];
const lastSteps = [rowsAndGraphs, expectedRatings];

/** What a pack is before its first file. */
function nothingOf(manifest: Manifest): Pack {
  return {
    manifest,
    ids: [],
    rowOf: new Map(),
    categories: [],
    popular: { overall: new Int32Array(), recent: new Int32Array(), categories: new Map() },
  };
}

/**
 * Lets a pack arrive step by step, telling of each.
 *
 * @throws RecluseError where the very first step fails: without items there is no list
 */
async function arrive(
  steps: readonly Step[],
  manifest: Manifest,
  before: Pack | undefined,
  options: LoadOptions,
  events: LoadEvents,
): Promise<Pack> {
  let pack = before;
  for (const step of steps) {
    if (!step.wanted(manifest, options)) continue;
    if (step.waits) await options.idle;
    try {
      pack = await step.add(pack ?? nothingOf(manifest), reader(manifest, options));
      events.onPack(pack);
    } catch (problem) {
      if (!pack) throw problem;
      events.onProblem(asProblem(problem));
    }
  }
  return pack as Pack;
}

/** Milliseconds that a cached pack's popular lists wait for its linear tier: a returning visitor sees one list, not two. */
const oneList = 150;

/** Lets the first tiers of a cached pack arrive; telling of the popular lists only where the linear tier is late. */
async function arriveFromCache(manifest: Manifest, options: LoadOptions, events: LoadEvents): Promise<Pack> {
  let untold: Pack | undefined;
  const tell = () => {
    if (untold) events.onPack(untold);
    untold = undefined;
  };
  const timer = setTimeout(tell, oneList);
  const onPack = (pack: Pack) => {
    untold = pack;
    if (pack.linear || options.upTo === 'popular') tell();
  };
  try {
    return await arrive(firstSteps, manifest, undefined, options, { ...events, onPack });
  } finally {
    clearTimeout(timer);
    tell();
  }
}

/** A whole pack at once, or none. */
export async function whole(manifest: Manifest, options: LoadOptions): Promise<Pack> {
  let pack = nothingOf(manifest);
  for (const step of [...firstSteps, ...lastSteps])
    if (step.wanted(manifest, options)) pack = await step.add(pack, reader(manifest, options));
  return pack;
}

/** Reads one file: from the cache if it is whole there, else from the network, and then keeps it. */
function reader(
  manifest: Manifest,
  { manifestUrl, cache, network }: LoadOptions,
): (role: FileRole) => Promise<Part> {
  return async (role) => {
    const file = manifest.files[role] ?? damaged('manifest.json', `there is no file ${role}`);
    const url = new URL(file.path, manifestUrl).href;
    const cached = await cache.match(url);
    if (cached) {
      try {
        await verifyFile(file, cached);
        return { manifest, file, bytes: cached };
      } catch {
        await cache.delete(url);
      }
    }
    const bytes = await fetchVerified(network, url, file);
    await cache.put(url, bytes);
    return { manifest, file, bytes };
  };
}

async function fetchVerified(network: Network, url: string, file: Part['file']): Promise<Bytes> {
  const bytes = await network.fetchBytes(url);
  try {
    await verifyFile(file, bytes);
    return bytes;
  } catch {
    // The HTTP cache may hold a broken transfer: ask once more, past it.
    const again = await network.fetchBytes(url, { cache: 'reload' });
    await verifyFile(file, again);
    return again;
  }
}

function urlsOf(manifest: Manifest, manifestUrl: string): Set<string> {
  const files = Object.values(manifest.files).map(({ path }) => new URL(path, manifestUrl).href);
  return new Set([manifestUrl, ...files]);
}

function sameBytes(left: Bytes, right: Bytes | undefined): boolean {
  return left.byteLength === right?.byteLength && left.every((byte, place) => byte === right[place]);
}

export function asProblem(error: unknown): RecluseError {
  return error instanceof RecluseError
    ? error
    : new RecluseError('pack-damaged', `The pack could not be used: ${(error as Error)?.message ?? error}`);
}
