/// <reference lib="esnext.disposable" preserve="true" />
import { proxy } from 'comlink';
import { abortable } from './abortable.ts';
import { type Connection, connect } from './connection.ts';
import {
  type AddOptions,
  type Attributes,
  type ChangeEvent,
  type Consent,
  type EventTypeOptions,
  type ExportDocument,
  type ForgetRequest,
  type Hide,
  type ImportProgress,
  type ImportResult,
  type Interaction,
  type ItemDisplay,
  type ItemUpdates,
  type NewItem,
  type OpenOptions,
  type PartName,
  type PopularRequest,
  type Prediction,
  type PredictRequest,
  type Profile,
  RecluseError,
  type RecommendRequest,
  type RetainRequest,
  type RetractRequest,
  type Rule,
  type Search,
  type SearchRequest,
  type SimilarRequest,
  type Status,
  type StatusRequest,
  type StoredInteraction,
  type TrendingRequest,
  type UpdateOptions,
  type RankedList as Worked,
  type WorkerApi,
} from './contract.ts';
import { deviceHere } from './device.ts';
import { guarded } from './guarded.ts';
import { openOutbox } from './outbox.ts';
import { paged, type RankedList } from './paged.ts';

/** How to set a recommender up. Only `pack` is needed. */
export interface RecommenderOptions<Item extends object = Attributes> {
  /** Where `manifest.json` of the pack is, absolute or relative to the page. */
  pack: string | URL;
  /** The best tier to load: `'popular'`, `'linear'` (never loads ONNX Runtime) or `'model'`. Default `'model'`. */
  upTo?: OpenOptions['upTo'];
  /** Whether to load titles, prices and attributes, for `items()` and for filters on attributes. Default `true`. */
  catalogue?: boolean;
  /** Keeps several recommenders on one origin apart: names the database and the caches. Letters, digits, `-`, `_`. Default `'default'`. */
  name?: string;
  /** Milliseconds between two looks for a newer pack (see `refresh()`), at least 1,000. Default: only at the start, and when asked. */
  refreshEvery?: number;
  /** `'auto'`: WebGPU where it was measured to be faster, else WebAssembly. Default `'auto'`. */
  backend?: OpenOptions['backend'];
  /**
   * What the visitor has agreed to: `'granted'`; `'pending'` keeps everything in memory until `consent()` says more; `'denied'` keeps
   * nothing. Default `'granted'`.
   */
  consent?: Consent;
  /** What event types are worth, over what the pack says, the site's own types included: `{ share: { weight: 0.5 } }`. Default: nothing. */
  events?: Readonly<Record<string, EventTypeOptions>>;
  /** Starts the worker, for bundlers and hosts that need it done in their way. Called again if the worker dies. */
  worker?: () => Worker;
  /** Where `worker.js` is, if not beside this script. Must be of the page's own origin. */
  workerUrl?: string | URL;
  /** What the shop wants of all lists; `rules()` replaces them. Default: nothing. */
  rules?: readonly Rule<Item>[];
  /**
   * Items that the pack does not know, as `addItems()` takes them, for as long as the page is there. Said here and not by a call, they are
   * known to the first list, and lists made in advance (`freshness`) stay good while the same is said. Default: none.
   */
  items?: readonly NewItem<Item>[];
  /** Load what counts what lists lead to, and runs experiments (`recluse/measure`). Default `false`. */
  measure?: boolean;
  /**
   * Learn on the device from what is shown and chosen, or passed over, and try something at some places if that is asked for: `{}`, or `{ explore:
   * 'thompson' }`; see `recluse/learn`. Default: nothing is learned.
   */
  learn?: OpenOptions['learn'];
  /** Called with every problem that did not stop the lists. Default: a warning in the console. */
  onProblem?: (problem: RecluseError) => void;
}

/** What every asynchronous call takes. */
export interface CallOptions {
  /** Ends the waiting with a `RecluseError` of code `aborted`. What was already sent is still done. */
  signal?: AbortSignal;
}

/** A list of the app's own objects, in their new order. */
export interface RankedObjects<Candidate> extends RankedList {
  /** The objects that were passed in, in the order of `items`. */
  objects: Candidate[];
}

/** The recommender, as the page holds it. Every method but `on` may reject with `closed`, `aborted` or `worker-failed`. */
export interface Recommender<Item extends object = Attributes> {
  /**
   * Remembers what the visitor did. `hide` takes an item, or all that `where` describes, out of every list until it is retracted. Returns at once; the promise resolves when it is stored durably, and may be ignored:
   * a failure then goes to `onProblem`. What is not yet stored when the page is left is stored at the next visit.
   *
   * @throws RecluseError `invalid-argument` (nothing of the call is stored), `storage-full`
   */
  track(
    interactions: Interaction | Search | Hide | readonly (Interaction | Search | Hide)[],
    options?: CallOptions,
  ): Promise<void>;
  /** `track()` of several at once: all of them are stored, or none. */
  trackMany(interactions: readonly (Interaction | Search | Hide)[], options?: CallOptions): Promise<void>;
  /**
   * Says that all items of a list were shown at its placement, for `rotation`: an `impression` of each. Where the page watches its
   * elements (`recluse/collect`), that is more exact, and this is not needed.
   */
  shown(list: Pick<Worked, 'id' | 'placement' | 'items'>, options?: CallOptions): Promise<void>;
  /**
   * The list for this visitor, from the best tier that is ready. Waits for the first tier; knows every `track()` made before.
   * Leaves out what the visitor dislikes: items whose newest `like` or `dislike` is a `dislike`.
   *
   * @throws RecluseError `invalid-argument`; `pack-unreachable`, `pack-damaged` or `pack-too-new` where there is no pack at all
   */
  recommend(request?: RecommendRequest<Item> & CallOptions): Promise<RankedList>;
  /**
   * Ranks the app's own candidates, for example search results. `limit` is by default their number. Ids that the pack does not
   * know keep their places; a filter or `mode: 'repeat'` leaves them out, for nobody can tell whether they fit.
   */
  rerank(ids: readonly string[], request?: RecommendRequest<Item> & CallOptions): Promise<RankedList>;
  rerank<Candidate extends { id: string }>(
    objects: readonly Candidate[],
    request?: RecommendRequest<Item> & CallOptions,
  ): Promise<RankedObjects<Candidate>>;
  /** `recommend()` of what the visitor has never bought. */
  discover(request?: Omit<RecommendRequest<Item>, 'mode'> & CallOptions): Promise<RankedList>;
  /**
   * What the visitor has bought, by how due it is and how much it is a habit. Every item says when: `due: { times, daysSince,
   * interval }`.
   */
  buyAgain(request?: Omit<RecommendRequest<Item>, 'mode'> & CallOptions): Promise<RankedList>;
  /**
   * Items in whose title, categories, brand or attributes the words occur, in the order of words and taste; spelling is
   * forgiven, and a beginning of a word is enough. Without words: what `recommend()` gives. The first search makes the index.
   *
   * @throws RecluseError `catalogue-missing`
   */
  searchByTaste(query: string, request?: SearchRequest<Item> & CallOptions): Promise<RankedList>;
  /**
   * Items like this one, or like these together.
   *
   * @throws RecluseError `unknown-item` where the pack knows none of them
   */
  similar(ids: string | readonly string[], request?: SimilarRequest<Item> & CallOptions): Promise<RankedList>;
  /** What others buy with it, or with all of these. The same as `similar()` with `by: 'together'`. */
  boughtTogether(
    ids: string | readonly string[],
    request?: Omit<SimilarRequest<Item>, 'by'> & CallOptions,
  ): Promise<RankedList>;
  /** What everybody buys, or everybody like the visitor (`segment`). There before everything else. */
  popular(request?: PopularRequest & CallOptions): Promise<RankedList>;
  /** What is bought more lately than it was. */
  trending(request?: TrendingRequest & CallOptions): Promise<RankedList>;
  /**
   * How likely it is that these items are in the visitor's next basket (`probability`), and how many stars the visitor would give
   * them (`rating`), whichever the pack knows, in the order asked for. Only the full model knows: waits until it has started. Ids that
   * the pack does not know are left out.
   *
   * @throws RecluseError `prediction-missing` where the pack gives neither or `upTo` stops before the model; `model-unavailable` where
   * the model could not be started
   */
  predict(ids: readonly string[], request?: PredictRequest & CallOptions): Promise<Prediction[]>;
  /**
   * What the shop wants of all lists from now on, in the place of what it wanted before; kept until the page is left.
   *
   * @throws RecluseError `invalid-argument`; where the pack is not here yet, the first list throws it
   */
  rules(rules: readonly Rule<Item>[], options?: CallOptions): Promise<void>;
  /**
   * Prices and availability that are other than the pack says: `{ 'sku-1': { available: false }, 'sku-2': { price: 3.49 } }`. Items that are
   * not available are in no list but those that `rerank` is given. Kept on this device, until taken back with null.
   *
   * @throws RecluseError `invalid-argument` (nothing of the call holds)
   */
  update(updates: ItemUpdates, options?: UpdateOptions & CallOptions): Promise<void>;
  /**
   * Adds items that the pack does not know: they are ranked by what they are like, at once. An id that was added before is replaced; one
   * that the pack knows is left as the pack has it.
   *
   * @throws RecluseError `invalid-argument` (none of them is added)
   */
  addItems(items: readonly NewItem<Item>[], options?: AddOptions & CallOptions): Promise<void>;
  /**
   * Display data of these items (default: all), in the order asked for. Ids that the pack does not know are left out.
   *
   * @throws RecluseError `catalogue-missing`
   */
  items(ids?: readonly string[], options?: CallOptions): Promise<ItemDisplay<Item>[]>;
  /** What is stored about this visitor, newest first. `limit`: at most so many, default 100. */
  history(options?: { limit?: number } & CallOptions): Promise<StoredInteraction[]>;
  /**
   * New interactions as they are stored, in all tabs of this site, oldest first: `for await (const one of recluse.interactions())`. Ends with the signal.
   *
   * `from`: begin after this `seq`, 0 for everything that is stored one by one. Default: with what is new from now on.
   */
  interactions(options?: { from?: number } & CallOptions): AsyncIterableIterator<StoredInteraction>;
  /**
   * Adds what the visitor did before, for example their past orders: thousands at once, in chunks. What is here already is left out: the
   * same order (`basket`), type and item; without an order the same type, item and time. Each finds its place by its time.
   *
   * @param options `onProgress` is called before each chunk and at the end. What was stored before the signal ended it stays.
   * @throws RecluseError `invalid-argument` (nothing is stored), `storage-full`
   */
  importHistory(
    interactions: readonly Interaction[],
    options?: { onProgress?: (progress: ImportProgress) => void } & CallOptions,
  ): Promise<ImportResult>;
  /** Takes back what was returned, refunded or clicked by mistake; resolves to the number of interactions removed. */
  retract(request: RetractRequest, options?: CallOptions): Promise<number>;
  /** What the visitor told the site about themselves. */
  profile(options?: CallOptions): Promise<Profile>;
  /**
   * Lays these over what the visitor told before; null takes a fact out. What the pack's context knows counts in the model, `likes` and
   * `dislikes` (categories) count in every list; anything else is kept, does not count, and `onProblem` hears of it (`profile-unknown`).
   *
   * @returns the whole profile
   */
  setProfile(
    changes: Readonly<Record<string, Profile[string] | null>>,
    options?: CallOptions,
  ): Promise<Profile>;
  /**
   * Says what the visitor agrees to from now on, in all tabs of this site; `'pending'` in this one alone. `'granted'` stores what was kept in memory so far; `'denied'` drops it, and with
   * `erase: true` also removes all that was stored before, the public files included.
   */
  consent(state: Consent, options?: { erase?: boolean } & CallOptions): Promise<void>;
  /** Everything that is kept about this visitor, as one document; its schema is `docs/export.schema.json`. */
  export(options?: CallOptions): Promise<ExportDocument>;
  /**
   * Adds what an export holds, for example of the visitor's other device. Doing it twice is doing it once.
   *
   * @throws RecluseError `invalid-argument` for a damaged document, `export-too-new`; nothing is changed then
   */
  import(document: ExportDocument, options?: CallOptions): Promise<ImportResult>;
  /**
   * Removes interactions from this device, with all that was derived from them: those that meet all conditions, or everything. Resolves to
   * their number when they are gone.
   */
  forget(request: ForgetRequest, options?: CallOptions): Promise<number>;
  /**
   * Makes sums of older interactions: lists stay as they are, the interactions themselves are gone. From the oldest stored on up to the first that
   * has to stay. A sum can be forgotten whole: by its item, category or type, or with any time that it reaches into.
   *
   * @returns how many interactions are gone
   */
  retain(request: RetainRequest, options?: CallOptions): Promise<number>;
  /** Calls back when lists would differ now, or the status does. Returns what stops it. */
  on(event: 'change', listener: (event: ChangeEvent) => void): () => void;
  /**
   * What starting, loading and storing have come to; with the pack's model card where `card` is true. The only call that answers
   * after `close()`, then with what was known last.
   */
  status(request?: StatusRequest & CallOptions): Promise<Status>;
  /**
   * Looks for a newer pack. One that is there is fetched (where it comes with a delta from the pack that is here, only what has changed),
   * verified and tried out, and takes over at once; the lists go on meanwhile. Resolves to whether another pack serves now.
   *
   * @throws RecluseError `pack-unreachable`, `pack-damaged`, `pack-too-new`: then the pack that was here serves on
   */
  refresh(options?: CallOptions): Promise<boolean>;
  /**
   * What entry points of their own (`recluse/measure`, `recluse/learn`) are made of; apps call those.
   *
   * @throws RecluseError `invalid-argument` where the part was not asked for
   */
  part(name: PartName, method: string, given: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Resolves when nothing more will be fetched: pack and runtime are here, or were given up (see `status().problems`). */
  ready(options?: CallOptions): Promise<void>;
  /** Stores what is on its way and ends the worker. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Methods of the worker that give a list. */
type ListMethod = {
  [Name in keyof WorkerApi]: ReturnType<WorkerApi[Name]> extends Promise<Worked> ? Name : never;
}[keyof WorkerApi];

const several = (ids: string | readonly string[]) => (typeof ids === 'string' ? [ids] : ids);

/** Milliseconds that `close()` waits for a worker that does not answer. */
const closingPatience = 2000;

/**
 * Starts a recommender. `createRecommender<MyItem>()` checks filters and rules against the type of the shop's attributes, for
 * example `{ category: 'Coffee' | 'Tea'; size: number }`; without it, anything goes there. Resolves as soon as the worker runs; the first list may take a moment longer, and waits by itself.
 *
 * @throws RecluseError `invalid-argument`, or `worker-failed` where no worker can be started at all
 */
export async function createRecommender<Item extends object = Attributes>(
  // The type is what the app says, never what its rules happen to name.
  options: RecommenderOptions<NoInfer<Item>>,
): Promise<Recommender<Item>> {
  // The types of attributes matter to the app's compiler, and to nobody from here on.
  const open = openOptions(options as object as RecommenderOptions);
  const outbox = openOutbox(open.name);
  const listeners = new Set<(event: ChangeEvent) => void>();
  const report = options.onProblem ?? ((problem) => console.warn(problem.message));
  let reported = 0;
  /** What the page knew last; all there is after `close()`. */
  let lastStatus: Status | undefined;

  const connection: Connection = await connect({
    start: () => startWorker(options),
    open,
    onChange(event) {
      lastStatus = event.status;
      const { problems, privacy } = event.status;
      if (event.reason === 'consent') open.consent = privacy.consent;
      // A restarted worker begins a new list.
      if (problems.length < reported) reported = 0;
      for (const { code, message } of problems.slice(reported)) report(new RecluseError(code, message));
      reported = problems.length;
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          reportError(error);
        }
      }
    },
    onProblem: report,
  });

  /** Puts into the outbox what the worker has not confirmed. */
  let saved = false;
  function save(): void {
    if (open.consent !== 'granted') return;
    const tracked = [...connection.pending].filter(({ method }) => method === 'track');
    const interactions = tracked.flatMap((call) => call.arguments[0] as Interaction[]);
    saved ||= interactions.length > 0;
    outbox.add(interactions);
  }
  function onHidden(): void {
    if (document.visibilityState === 'hidden') save();
  }
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', onHidden);

  async function store(interactions: Interaction[]): Promise<void> {
    const confirmed = () => {
      if (saved) outbox.remove(new Set(interactions.map(({ id }) => id as string)));
    };
    try {
      await connection.call('track', interactions);
      confirmed();
    } catch (error) {
      if (error instanceof RecluseError && error.code === 'invalid-argument') confirmed();
      throw error;
    }
  }

  /** Stores what an earlier page has left. */
  function storeLeft(): void {
    if (open.consent !== 'granted') return;
    const left = outbox.read();
    saved ||= left.length > 0;
    // One by one: a wrong one must not take the others with it.
    for (const interaction of left) store([interaction]).catch(report);
  }
  storeLeft();

  /** Empties the outbox: another page may have left something for the next start. */
  const emptyOutbox = () => outbox.remove(new Set(outbox.read().map(({ id }) => id as string)));
  /** A method that hands one argument on. */
  const handingOn =
    (method: 'retract' | 'retain' | 'import' | 'setProfile') =>
    (argument: never, { signal }: CallOptions = {}) =>
      abortable(signal, () => connection.call(method, argument) as Promise<never>);

  /** Asks the worker for a list and its further pages. What is before the request in the call's arguments is given after it. */
  const list = <Request extends CallOptions>(
    method: ListMethod,
    given?: Request,
    subject?: unknown,
    finish: (list: Worked) => Worked = (same) => same,
  ): Promise<RankedList> => {
    const { signal, ...request } = given ?? {};
    const call = connection.call as (name: ListMethod, ...given: unknown[]) => Promise<Worked>;
    const before = subject === undefined ? [] : [subject];
    return paged(async (page) => finish(await call(method, ...before, { ...request, page })), signal);
  };

  const recommender: Recommender = {
    track(given, { signal } = {}) {
      const time = Date.now();
      const interactions = (Array.isArray(given) ? given : [given]).map((interaction: Interaction) => ({
        // A text would become a field for each of its letters.
        ...((typeof interaction === 'object' ? interaction : {}) as Interaction),
        item: interaction?.item ?? '',
        id: interaction?.id ?? randomId(),
        time: interaction?.time ?? time,
      }));
      const stored = abortable(signal, () => store(interactions));
      // Nobody has to look at this promise; whoever does gets the error too.
      stored.catch((error) => {
        if (error.code !== 'aborted') report(error);
      });
      return stored;
    },
    trackMany: (interactions, options) => recommender.track(interactions, options),
    shown: ({ id, placement, items }, options) =>
      recommender.track(
        items.map(({ id: item, position }) => ({ type: 'impression', item, list: id, position, placement })),
        options,
      ),
    recommend: (request) => list('recommend', request),
    rerank: (candidates: readonly (string | { id: string })[], request?: RecommendRequest & CallOptions) => {
      if (!Array.isArray(candidates) || typeof candidates[0] !== 'object')
        return list('rerank', request, candidates) as Promise<never>;
      const objects = new Map(
        (candidates as { id: string }[]).map((candidate) => [candidate?.id, candidate]),
      );
      return list('rerank', request, [...objects.keys()], (ranked) => ({
        ...ranked,
        objects: ranked.items.map(({ id }) => objects.get(id)),
      })) as Promise<never>;
    },
    discover: (request) => list('recommend', { ...request, mode: 'discover' }),
    buyAgain: (request) => list('buyAgain', request),
    searchByTaste: (query, request) => list('searchByTaste', request, query),
    similar: (ids, request) => list('similar', request, several(ids)),
    boughtTogether: (ids, request) => list('similar', { ...request, by: 'together' }, several(ids)),
    popular: (request) => list('popular', request),
    trending: (request) => list('trending', request),
    predict: (ids, { signal, ...request } = {}) =>
      abortable(signal, () => connection.call('predict', ids as string[], request)),
    rules: (rules, { signal } = {}) =>
      abortable(signal, async () => {
        await connection.call('rules', rules);
        // A worker that has to be started again is told, too.
        open.rules = rules;
      }),
    update: (updates, { signal, ...options } = {}) =>
      abortable(signal, async () => {
        await connection.call('update', updates, options);
        open.items = open.items?.filter(({ id }) => updates[id] !== null) ?? [];
      }),
    addItems: (items, { signal, ...options } = {}) =>
      abortable(signal, async () => {
        await connection.call('addItems', items, options);
        open.items = [...(open.items ?? []), ...items];
      }),
    items: (ids, { signal } = {}) =>
      abortable(signal, () => connection.call('items', ids as string[] | undefined)),
    history: ({ limit, signal } = {}) => abortable(signal, () => connection.call('history', limit)),
    export: ({ signal } = {}) => abortable(signal, () => connection.call('export')),
    forget: (request, { signal } = {}) =>
      abortable(signal, () => {
        if (request === 'everything') emptyOutbox();
        return connection.call('forget', request);
      }),
    retract: handingOn('retract'),
    retain: handingOn('retain'),
    import: handingOn('import'),
    setProfile: handingOn('setProfile'),
    profile: ({ signal } = {}) => abortable(signal, () => connection.call('profile')),
    importHistory: (interactions, { signal, onProgress } = {}) =>
      abortable(signal, () =>
        connection.call(
          'importHistory',
          interactions as Interaction[],
          proxy((progress) => {
            if (signal?.aborted) return true;
            onProgress?.(progress);
            return false;
          }),
        ),
      ),
    async *interactions({ signal, from } = {}) {
      const after = (seq?: number) => abortable(signal, () => connection.call('after', seq));
      try {
        let last = from ?? (await after())[0]?.seq ?? 0;
        for (;;)
          for (const one of await after(last)) {
            if (signal?.aborted) return;
            last = one.seq;
            yield one;
          }
      } catch (error) {
        if ((error as RecluseError).code !== 'aborted') throw error;
      }
    },
    consent: (state, { signal, ...request } = {}) =>
      abortable(signal, async () => {
        const before = open.consent;
        // At once: a page that is left now must not write any more, and another worker must know it.
        open.consent = state;
        try {
          await connection.call('consent', state, request);
        } catch (error) {
          open.consent = before;
          throw error;
        }
        if (request.erase && state !== 'granted') emptyOutbox();
        storeLeft();
      }),
    on(event, listener) {
      if (event !== 'change' || typeof listener !== 'function')
        throw new RecluseError('invalid-argument', "Only on('change', listener) is known.", {
          field: 'event',
        });
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: ({ signal, ...request } = {}) =>
      abortable(signal, async () => {
        if (lastStatus?.phase !== 'closed') lastStatus = await connection.call('status', request);
        return lastStatus;
      }),
    part: (name, method, given, { signal } = {}) =>
      abortable(signal, () => connection.call('part', name, method, given)),
    refresh: ({ signal } = {}) => abortable(signal, () => connection.call('refresh')),
    ready: ({ signal } = {}) => abortable(signal, () => connection.call('ready')),
    async close() {
      if (lastStatus?.phase === 'closed') return;
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', onHidden);
      const patience = new Promise((resolve) => setTimeout(resolve, closingPatience));
      const closing = Promise.all([connection.call('status'), connection.call('close')]).catch(() => []);
      const [status] = ((await Promise.race([closing, patience])) ?? []) as [Status?];
      save();
      if (status) lastStatus = status;
      if (lastStatus) lastStatus = { ...lastStatus, phase: 'closed' };
      listeners.clear();
      connection.close();
    },
    [Symbol.asyncDispose]: () => recommender.close(),
  };
  return guarded(recommender, ['on', 'interactions']) as unknown as Recommender<Item>;
}

function openOptions({
  pack,
  upTo = 'model',
  catalogue = true,
  name = 'default',
  backend = 'auto',
  consent = 'granted',
  events = {},
  rules = [],
  items = [],
  refreshEvery,
  measure = false,
  learn,
}: RecommenderOptions): OpenOptions {
  try {
    const manifest = new URL(pack, document.baseURI).href;
    const { globalPrivacyControl = false } = navigator as { globalPrivacyControl?: boolean };
    return {
      pack: manifest,
      upTo,
      catalogue,
      name,
      backend,
      device: deviceHere(),
      consent,
      globalPrivacyControl: globalPrivacyControl === true,
      events,
      ...(refreshEvery === undefined ? {} : { refreshEvery }),
      rules,
      items,
      measure,
      learn,
    };
  } catch {
    throw new RecluseError(
      'invalid-argument',
      `pack must be the address of a manifest.json, not ${String(pack)}.`,
      {
        field: 'pack',
      },
    );
  }
}

function startWorker({ worker, workerUrl }: Pick<RecommenderOptions, 'worker' | 'workerUrl'>): Worker {
  if (worker) return worker();
  if (workerUrl) return new Worker(workerUrl, { type: 'module' });
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

/** 96 random bits as text. Not `randomUUID`, which plain http lacks. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
