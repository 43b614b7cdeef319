/** The worker's rooms, wired together: what the page may call, and what happens by itself. */
import {
  type ChangeEvent,
  type Consent,
  type OpenOptions,
  type Page,
  type Paged,
  type PartName,
  type RankedList,
  RecluseError,
  type RecommendRequest,
  type Rule,
  type Source,
  type Status,
  type StatusRequest,
  type Without,
  type WorkerApi,
} from '../src/contract.ts';
import type { Advance } from './advance.ts';
import {
  checkAddOptions,
  checkConsent,
  checkConsentOptions,
  checkIds,
  checkInteractions,
  checkLimit,
  checkOpenOptions,
  checkPopularRequest,
  checkPredictRequest,
  checkQuery,
  checkRecommendRequest,
  checkSearchRequest,
  checkSeeds,
  checkShopRules,
  checkSimilarRequest,
  checkStatusRequest,
  checkTrendingRequest,
  checkUpdateOptions,
} from './arguments.ts';
import { ask, type Tiers, type Visit } from './ask.ts';
import { type Changes, openChanges } from './changes.ts';
import { visitWithout } from './leave-out.ts';
import { clockAt } from './model/context.ts';
import { withEventTypes } from './model/event-types.ts';
import { hasModel } from './model/full-pack.ts';
import type { Model } from './model/model.ts';
import { hasLinear } from './model/signals.ts';
import { categoriesIn, factsOf } from './model/stated.ts';
import { loadAll, onDemand } from './on-demand.ts';
import { type ConsentingCache, consentingCache } from './pack/consenting-cache.ts';
import { loadPack } from './pack/load.ts';
import { type Network, openNetwork } from './pack/network.ts';
import type { Manifest, Pack } from './pack/pack.ts';
import { runtimeFiles } from './pack/runtime.ts';
import { openPlacements } from './placements.ts';
import { needsCatalogue } from './rerank/condition.ts';
import { hiddenIds, hidingNeedsCatalogue, idsMeeting } from './rerank/hidden.ts';
import {
  type Asker,
  type List,
  popularList,
  recommendList,
  rerankList,
  similarList,
} from './rerank/lists.ts';
import type { AppliedRules } from './rerank/rules/applied.ts';
import type { Rights } from './rights.ts';
import { type ScoringOnce, scoringOnce } from './scoring-once.ts';
import type { Learning } from './serve-learn.ts';
import type { Measuring } from './serve-measure.ts';
import { openShop, type Shop } from './shop/shop.ts';
import { randomId } from './store/store.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** Where the worker's own companions lie. */
export interface Companions {
  /** Absolute URLs of ONNX Runtime's WebAssembly, by provider. */
  runtime: Readonly<Record<'wasm' | 'webgpu', string>>;
}

/** How far the pack and the model have come. */
type Progress =
  | { phase: 'starting' }
  /** There is no pack at all. The next call tries again. */
  | { phase: 'failed'; error: RecluseError; since: number }
  | { phase: 'serving'; pack: Pack; model?: Model }
  | { phase: 'ready'; pack: Pack; model?: Model }
  | { phase: 'closed' };

/** What `open` makes. */
interface Rooms {
  options: OpenOptions;
  shop: Shop;
  /** Tells the page. */
  onChange(event: ChangeEvent): void;
  visitor: Visitor;
  network: Network;
  changes: Changes;
  /** Public files, the pack's and the runtime's. */
  caches: Readonly<Record<'pack' | 'runtime' | 'shop', ConsentingCache>>;
}

/** Milliseconds after the first list, or after the linear tier, at which loading the model disturbs nobody. */
const breath = 100;
const withoutAnyList = 1000;
/** Milliseconds between two attempts to get a first pack. */
const betweenAttempts = 2000;
/** The newest interactions that `history()` gives by default. */
const historyLimit = 100;

/** Builds the worker's API. Nothing happens before `open`. */
export function serve(companions: Companions): WorkerApi {
  let rooms: Rooms | undefined;
  let progress: Progress = { phase: 'starting' };
  let problems: Status['problems'] = [];
  let firstListGiven: () => void = () => {};
  const scoring = scoringOnce();
  const placements = openPlacements();
  let shopRules: readonly Rule[] = [];
  /** The pack that serves as it was made: without what the shop says of its items. */
  let made: Pack | undefined;

  /** Whoever waits for new interactions. */
  let awaitingAdded: (() => void)[] = [];
  function tellAdded(): void {
    const telling = awaitingAdded;
    awaitingAdded = [];
    for (const tell of telling) tell();
  }

  const added = () => new Promise<void>((resolve) => awaitingAdded.push(resolve));

  /** Whoever waits for progress looks again after every step. */
  let waiting: (() => void)[] = [];
  function move(next: Progress): void {
    progress = next;
    const looking = waiting;
    waiting = [];
    for (const look of looking) look();
  }

  /** Resolves with the first thing other than undefined that `look` sees; rejects with what it throws. */
  function until<Seen>(look: () => Seen | undefined): Promise<Seen> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        try {
          const seen = look();
          if (seen === undefined) waiting.push(attempt);
          else resolve(seen);
        } catch (error) {
          reject(error);
        }
      };
      attempt();
    });
  }

  function opened(): Rooms {
    if (progress.phase === 'closed') throw new RecluseError('closed', 'This recommender was closed.');
    if (!rooms) throw new RecluseError('worker-failed', 'The worker was not opened.');
    return rooms;
  }

  /** The pack that serves, once there is one. */
  function packHere(): Promise<Pack> {
    if (progress.phase === 'failed' && Date.now() - progress.since >= betweenAttempts) void load();
    return until(() => {
      opened();
      if (progress.phase === 'failed') throw progress.error;
      return 'pack' in progress ? progress.pack : undefined;
    });
  }

  function report(problem: unknown): void {
    const { code, message } = problem as RecluseError;
    if (problems.some((known) => known.code === code && known.message === message)) return;
    problems = [...problems, { code, message }];
    rooms?.changes.tell('status');
  }

  function sourceNow(): Source | null {
    if (!('pack' in progress)) return null;
    if (progress.model) return 'model';
    return hasLinear(progress.pack) ? 'linear' : 'popular';
  }

  /** One manifest for each that arrives: others compare them by identity. */
  const completed = new WeakMap<Manifest, Manifest>();
  function complete(arrived: Pack): Pack {
    const manifest =
      completed.get(arrived.manifest) ?? withEventTypes(arrived.manifest, opened().options.events);
    completed.set(arrived.manifest, manifest);
    return { ...arrived, manifest };
  }

  /** The manifest of the pack that serves, as it arrived. */
  let manifestHere: Manifest | undefined;
  function onPack(arrived: Pack): void {
    if (progress.phase === 'closed') return;
    made = complete(arrived);
    manifestHere = arrived.manifest;
    const pack = opened().shop.over(made);
    const before = { source: sourceNow(), pack: 'pack' in progress ? progress.pack : undefined };
    move({ phase: 'serving', pack });
    if (before.pack && before.pack.manifest !== pack.manifest) rooms?.changes.tell('pack');
    else rooms?.changes.tell(sourceNow() === before.source ? 'status' : 'source');
  }

  let rightsLoaded: Promise<Rights> | undefined;
  function rightsHere(): Promise<Rights> {
    opened();
    rightsLoaded ??= onDemand.rights().then(({ rights }) =>
      rights({
        visitor: () => opened().visitor,
        packHere,
        packWithCategories: () => packWith(({ priors }) => priors),
        report,
        added,
      }),
    );
    rightsLoaded.catch(() => {
      rightsLoaded = undefined;
    });
    return rightsLoaded;
  }

  /** The shop says something else of its items: the same pack, laid over anew. */
  function onShop(): void {
    if (made && 'pack' in progress) move({ ...progress, pack: opened().shop.over(made) });
    scoring.drop();
    rooms?.changes.tell('shop');
  }

  /** Brings the pack, then the model; afterwards nothing more is fetched. */
  async function load(): Promise<void> {
    const { options, network, caches, shop } = opened();
    const { pack: manifestUrl, upTo, catalogue } = options;
    move({ phase: 'starting' });
    const idle = new Promise<void>((resolve) => {
      firstListGiven = () => setTimeout(resolve, breath);
      void until(() => sourceNow() ?? undefined).then(() => setTimeout(resolve, withoutAnyList), resolve);
    });
    try {
      await shop.restore();
      await loadPack(
        { manifestUrl, upTo, catalogue, cache: caches.pack, network, idle },
        { onPack, onProblem: report, tryOut },
      );
    } catch (error) {
      if (progress.phase === 'closed') return;
      report(error);
      // Without any pack there is no list; with one, the lists go on.
      if (progress.phase !== 'serving') {
        move({ phase: 'failed', error: error as RecluseError, since: Date.now() });
        return;
      }
    }
    if (progress.phase !== 'serving') return;
    const { pack } = progress;
    await idle;
    const needs = { catalogue: options.catalogue || pack.catalogue !== undefined };
    const [model] = await Promise.all([
      upTo === 'model' && hasModel(pack) ? startedModel(pack, options, network) : undefined,
      loadAll(needs, report),
    ]);
    if (progress.phase !== 'serving') return;
    // The shop may have said something meanwhile.
    move({ phase: 'ready', pack: progress.pack, ...(model ? { model } : {}) });
    opened().changes.tell(model ? 'source' : 'status');
  }

  let refreshTimer: ReturnType<typeof setInterval> | undefined;
  /** One at a time: whoever asks meanwhile gets the same answer. */
  let refreshing: Promise<boolean> | undefined;
  function refresh(): Promise<boolean> {
    refreshing ??= lookForPack().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  /** Looks for another pack; its model is started before it takes over, so that no list falls back to a lesser tier. */
  async function lookForPack(): Promise<boolean> {
    await ready();
    const { refreshPack } = await onDemand.refresh();
    const { options, network, caches } = opened();
    const { pack: manifestUrl, upTo, catalogue } = options;
    const where = { manifestUrl, upTo, catalogue, cache: caches.pack, network, idle: Promise.resolve() };
    async function onPack(arrived: Pack): Promise<void> {
      const fresh = complete(arrived);
      const pack = opened().shop.over(fresh);
      const model =
        upTo === 'model' && hasModel(pack) ? await startedModel(pack, options, network) : undefined;
      if (progress.phase !== 'ready') return void (await model?.release());
      const before = progress.model;
      made = fresh;
      manifestHere = arrived.manifest;
      scoring.drop();
      // The shop may have said something meanwhile.
      move({ phase: 'ready', pack: opened().shop.over(fresh), ...(model ? { model } : {}) });
      opened().changes.tell('pack');
      await before?.release();
    }
    return refreshPack(where, manifestHere!, { onPack, onProblem: report, tryOut });
  }

  async function startedModel(
    pack: Pack,
    options: OpenOptions,
    network: Network,
  ): Promise<Model | undefined> {
    const files = runtimeFiles(opened().caches.runtime, network);
    const fetchRuntime = (provider: 'wasm' | 'webgpu') => () => files.fetch(companions.runtime[provider]);
    try {
      const { startModel } = await onDemand.model();
      const model = await startModel(pack, {
        backend: options.backend,
        files: { wasm: fetchRuntime('wasm'), webgpu: fetchRuntime('webgpu') },
      });
      await files.settle(true);
      return model;
    } catch (error) {
      await files.settle(false);
      report(error);
      return undefined;
    }
  }

  /** What the app has asked for besides, by name. */
  const parts: Partial<Record<PartName, Promise<Measuring | Learning>>> = {};
  let over: Tiers['over'];
  function partHere(asked: PartName): Promise<Measuring | Learning> {
    const name = asked === 'learn' ? asked : 'measure';
    const { options, visitor } = opened();
    if (!options[name])
      throw new RecluseError('invalid-argument', `This is there with createRecommender({ ${name} }).`, {
        field: name,
      });
    parts[name] ??= onDemand[name]().then(({ open }) => {
      const part: Measuring | Learning = open({
        options,
        visitor,
        api: { ...api },
        packNow: () => ('pack' in progress ? progress.pack : undefined),
        packWithCategories: () => packWith(({ priors }) => priors),
        settled: () => progress.phase === 'ready',
        added,
        sharing: () => !options.globalPrivacyControl && visitor.consent() === 'granted',
        report,
      });
      Object.assign(api, part.api);
      if ('over' in part) over = part.over;
      if ('told' in part) {
        const { onChange } = rooms!;
        rooms!.onChange = (event) => onChange(part.told(event));
      }
      return part;
    });
    parts[name].catch(() => {
      delete parts[name];
    });
    return parts[name];
  }

  /** A new pack must have given a list before it may take the place of the old one. */
  async function tryOut(pack: Pack): Promise<void> {
    const scoring = scoringOnce();
    const asker = await ask(
      { source: 'linear', explain: true },
      { pack, scoring },
      await visitFor(pack),
      Math.random,
      report,
    );
    recommendList({ explain: true }, asker);
  }

  /** The visitor at this moment, as ranking with this pack needs to know them. */
  async function visitFor(pack: Pack, without?: Without): Promise<Visit> {
    const { visitor, options } = opened();
    const [known, profile] = await Promise.all([visitor.known(pack, without), visitor.profile()]);
    const now = Date.now();
    return { ...known, profile, now, known: { ...clockAt(now), device: options.device } };
  }

  /** What the visitor has hidden appears in no list: every request that makes one goes through here. */
  async function withoutHidden<Request extends { exclude?: readonly string[] }>(
    request: Request,
  ): Promise<Request> {
    const hidden = await hiddenHere();
    return hidden.size === 0 ? request : { ...request, exclude: [...(request.exclude ?? []), ...hidden] };
  }

  async function hiddenHere(): Promise<ReadonlySet<string>> {
    const known = await opened().visitor.known(await packHere());
    // A brand that is hidden must not show while the brands are on their way.
    const pack = (hidingNeedsCatalogue(known) && (await catalogueHere())) || (await packHere());
    return hiddenIds(known, pack);
  }

  /** Leaves out items of the categories that the visitor says they dislike. */
  async function withoutDisliked<Request extends { exclude?: readonly string[] }>(
    request: Request,
  ): Promise<Request> {
    const category = categoriesIn(await opened().visitor.profile(), 'dislikes');
    if (category.length === 0) return request;
    return {
      ...request,
      exclude: [...(request.exclude ?? []), ...idsMeeting([{ category }], await packHere())],
    };
  }

  /** Everything that a list needs to know, scored by the best tier that is ready and wanted. */
  async function asked(request: RecommendRequest, placement = request.placement): Promise<Asker> {
    const { pack, rules } = await ruledPack(placement, request);
    const visit = await visitFor(pack, request.without);
    const tiers = tiersOf(pack, request.without && scoringOnce());
    const passedOver = request.rotation ? await passedOverAt(placement, visit, pack) : undefined;
    return { ...(await ask(request, tiers, visit, Math.random, report)), rules, passedOver };
  }

  /** How often items were shown at a placement and passed over, by row. */
  async function passedOverAt(
    placement = 'default',
    { interactions, now }: Visit,
    pack: Pack,
  ): Promise<Map<number, number>> {
    const { passedOverAt: passedOver } = await onDemand.rotation();
    const times = await passedOver(placement, interactions, opened().visitor, now);
    return new Map(
      [...times].flatMap(([id, count]) => (pack.rowOf.has(id) ? [[pack.rowOf.get(id)!, count]] : [])),
    );
  }

  /** The pack, as far as filter and rules of a list need it, and these rules compiled for it. */
  async function ruledPack(
    placement = 'default',
    { filter, rules = [] }: Pick<RecommendRequest, 'filter' | 'rules'> = {},
    packThere: () => Promise<Pack> = packHere,
  ): Promise<{ pack: Pack; rules: AppliedRules | undefined }> {
    const whole = async (pack: Pack) => (await catalogueHere()) ?? pack;
    let pack = await packThere();
    if (needsCatalogue(filter)) pack = await whole(pack);
    if (rules.length + shopRules.length + (pack.rules?.length ?? 0) === 0) return { pack, rules: undefined };
    const { followedBy } = await onDemand.rules();
    return followedBy([rules, shopRules], placement, Date.now(), pack, () => whole(pack), report);
  }

  /** The pack with its catalogue; undefined where that will never come. */
  function catalogueHere(): Promise<Pack | null> {
    return until(() => {
      const { options } = opened();
      if (!('pack' in progress)) return undefined;
      if (progress.pack.catalogue) return progress.pack;
      const { files } = progress.pack.manifest;
      const never = !(options.catalogue || files.rules) || !files.catalogue;
      return progress.phase === 'ready' || never ? null : undefined;
    });
  }

  function tiersOf(pack: Pack, own: ScoringOnce = scoring): Tiers {
    const model = 'pack' in progress && progress.pack.manifest === pack.manifest ? progress.model : undefined;
    return { pack, model, scoring: own, over };
  }

  /** Adds what only a full explanation has. */
  async function explained(list: List, request: RecommendRequest, asker: Asker): Promise<List> {
    if (request.explain !== 'full') return list;
    const { withInfluences } = await onDemand.occlusion();
    const { pack, now, scores } = asker;
    const visit = { ...(await visitFor(pack, request.without)), now };
    return withInfluences(list, asker, async (item) => {
      const same = { ...request, source: scores.source };
      const tiers = tiersOf(pack, scoringOnce());
      return (await ask(same, tiers, visitWithout(item, visit), Math.random, report)).scores;
    });
  }

  /** The model of a pack that predicts, once it has started. */
  async function predictingModel(): Promise<{ model: Model; pack: Pack }> {
    const [{ predictingIn }] = await Promise.all([onDemand.predict(), packHere()]);
    return until(() => predictingIn(progress, opened().options.upTo));
  }

  /** Times the making of a list and puts its frame around it. */
  async function listed(
    placement: string,
    page: Page | undefined,
    make: () => Promise<{ list: List; pack: Pack; known: number }>,
  ): Promise<RankedList> {
    await packHere();
    const start = performance.now();
    const { list, pack, known } = await make();
    firstListGiven();
    const before = page?.given.length ?? 0;
    return {
      id: page?.list ?? randomId(),
      placement,
      ...list,
      items:
        before > 0 ? list.items.map((item) => ({ ...item, position: before + item.position })) : list.items,
      milliseconds: performance.now() - start,
      pack: pack.manifest.version,
      interactions: known,
      staleness: 0,
    };
  }

  /** A list of the pack's items for the visitor, as the pipeline makes it. `make` gets the request without what is hidden. */
  function forVisitor(
    request: Paged<RecommendRequest>,
    placement: string,
    make: (asker: Asker, request: Paged<RecommendRequest>) => List | Promise<List>,
  ): Promise<RankedList> {
    const { page, distinct = false, exclude = [] } = request;
    const place = request.placement ?? placement;
    return placements.inTurn(distinct !== false, () =>
      listed(place, page, async () => {
        const others = placements.elsewhere(place, distinct);
        const admitted = await withoutHidden({ ...request, exclude: [...exclude, ...others] });
        const asker = await asked(admitted, place);
        const list = await make(asker, admitted);
        placements.give(
          place,
          list.items.map(({ id }) => id),
          page,
        );
        return { list, pack: asker.pack, known: asker.history.rows.length };
      }),
    );
  }

  async function recommend(request: Paged<RecommendRequest>): Promise<RankedList> {
    return forVisitor(await withoutDisliked(request), 'default', (asker, admitted) =>
      explained(recommendList(admitted, asker), admitted, asker),
    );
  }

  /** @param heard whether another tab has said so */
  async function agreeTo(consent: Consent, erase: boolean, heard = false): Promise<void> {
    const { visitor, caches } = opened();
    await visitor.agree(consent, erase, heard);
    for (const cache of Object.values(caches)) await cache.agree(consent, erase);
  }

  async function ready(): Promise<void> {
    await packHere();
    await until(() => {
      opened();
      return progress.phase === 'ready' ? true : undefined;
    });
  }

  /** Lists made in advance; loaded when the first is asked for. */
  let advanceOpened: Promise<Advance> | undefined;
  function advance(): Promise<Advance> {
    const { visitor, onChange } = opened();
    advanceOpened ??= onDemand.advance().then(({ openAdvance }) =>
      openAdvance({
        ...visitor,
        make: recommend,
        settled: ready,
        version: () => ('pack' in progress ? progress.pack.manifest.version : undefined),
        frame: () => JSON.stringify([opened().options.pack, opened().options.items, shopRules]),
        tell: (lists) => void status().then((now) => onChange({ reason: 'lists', status: now, lists })),
      }),
    );
    advanceOpened.catch(() => {
      advanceOpened = undefined;
    });
    return advanceOpened;
  }

  /** What was made in advance must not show what the visitor does not want to see, or the shop does not have, any more. */
  async function dropAdvance(): Promise<void> {
    await rooms?.visitor.dropDerived('lists').catch(() => {});
    void advanceOpened?.then((lists) => lists.changed());
  }

  /** The pack with this part, or as much of it as will ever come. */
  function packWith(part: (pack: Pack) => unknown): Promise<Pack> {
    return until(() => {
      opened();
      if (!('pack' in progress)) return undefined;
      const { pack, phase } = progress;
      return part(pack) || phase === 'ready' ? pack : undefined;
    });
  }

  /** The pack with its catalogue. */
  async function packWithCatalogue(): Promise<Pack> {
    await packHere();
    const pack = await catalogueHere();
    if (pack) return pack;
    throw new RecluseError('catalogue-missing', 'Display data is not in the pack, or was not loaded.');
  }

  async function status({ card = false }: StatusRequest = {}): Promise<Status> {
    const here = 'pack' in progress ? progress : undefined;
    const pack = here?.pack;
    const keeping = rooms?.visitor.keeping();
    const [interactions, estimate] = await Promise.all([
      rooms && progress.phase !== 'closed' ? rooms.visitor.count().catch(() => 0) : 0,
      navigator.storage?.estimate?.().catch(() => undefined),
    ]);
    return {
      phase: progress.phase === 'failed' ? 'starting' : progress.phase,
      source: sourceNow(),
      backend: here?.model?.backend ?? withoutModel(here, rooms?.options.upTo),
      pack: pack
        ? {
            name: pack.manifest.name,
            version: pack.manifest.version,
            items: pack.manifest.items.count,
            bytes: Object.values(pack.manifest.files).reduce((sum, file) => sum + file.bytes, 0),
            dataUntil: pack.manifest.dataUntil,
            ...(card ? { card: pack.manifest.card } : {}),
          }
        : null,
      storage: {
        kind: keeping?.kind ?? 'indexeddb',
        interactions,
        bytes: keeping?.kind === 'indexeddb' ? (estimate?.usage ?? null) : null,
        ...(keeping?.kind === 'memory' ? { why: keeping.why } : {}),
      },
      privacy: {
        consent: rooms?.visitor.consent() ?? 'granted',
        globalPrivacyControl: rooms?.options.globalPrivacyControl ?? false,
        sharing:
          rooms?.options.globalPrivacyControl || rooms?.visitor.consent() !== 'granted'
            ? 'denied'
            : 'granted',
      },
      network: { requests: rooms?.network.requests ?? 0, received: rooms?.network.received ?? 0, sent: 0 },
      problems,
    };
  }

  const api: WorkerApi = {
    async open(given, onChange) {
      const options = checkOpenOptions(given);
      if (rooms) throw new RecluseError('invalid-argument', 'The worker is open already.', { field: 'open' });
      const emit = (reason: ChangeEvent['reason']) => {
        if (reason === 'pack' || reason === 'source' || reason === 'shop')
          void advanceOpened?.then((lists) => lists.changed());
        void status().then((now) =>
          progress.phase === 'closed' ? undefined : onChange({ reason, status: now }),
        );
      };
      const changes = openChanges(emit);
      const { name, consent } = options;
      const visitor = openVisitor(
        name,
        {
          onChange() {
            scoring.drop();
            void advanceOpened?.then((lists) => lists.changed());
            changes.tell('interactions');
          },
          onAdded: tellAdded,
          onConsent: (state) => void agreeTo(state, false, true).then(() => changes.tell('consent'), report),
          onProblem: report,
        },
        consent,
      );
      const caches = {
        pack: consentingCache(`recluse-pack:${name}`, consent),
        runtime: consentingCache(`recluse-runtime:${name}`, consent),
        shop: consentingCache(`recluse-shop:${name}`, consent),
      };
      const shop = openShop(name, caches.shop, options.pack, onShop);
      rooms = { options, shop, visitor, network: openNetwork(), changes, caches, onChange };
      shopRules = options.rules ?? [];
      if (options.items?.length) shop.addItems(options.items, {}).catch(report);
      void load();
      if (options.refreshEvery)
        refreshTimer = setInterval(() => void refresh().catch(report), options.refreshEvery);
      // Without a pack there is nothing to disturb; with one, nothing is asked for any more.
      addEventListener('online', () => {
        if (progress.phase === 'failed') void load();
      });
      // What counts lists, or learns from them, must be there before the first of them.
      for (const name of ['measure', 'learn'] as const)
        if (options[name])
          await partHere(name).catch((problem) => {
            if (problem.code === 'invalid-argument') throw problem;
            report(problem);
          });
    },

    async part(name, method, given) {
      const { part } = await partHere(name);
      const methods = part as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
      if (!Object.hasOwn(methods, method))
        throw new RecluseError('invalid-argument', `There is no ${method}.`, { field: 'method' });
      return methods[method]!(...given);
    },

    async ping() {},

    async track(interactions) {
      const checked = checkInteractions(interactions);
      const { visitor } = opened();
      await visitor.track(checked, Date.now());
      if (checked.some(({ type }) => type === 'hide' || type === 'dislike')) await dropAdvance();
      const shown = checked.filter(({ type }) => type === 'impression');
      if (shown.length === 0) return;
      // What is stored is stored: that nothing counts for rotation is no failure of the call.
      const rotation = await onDemand.rotation().catch((problem) => void report(problem));
      if (rotation) await rotation.noteShown(shown, visitor, Date.now());
    },

    async recommend(request) {
      const checked = checkRecommendRequest(request);
      const { freshness = 'live', page } = checked;
      return freshness === 'live' || page ? recommend(checked) : (await advance()).recommend(checked);
    },

    async rerank(ids, request) {
      const candidates = checkIds(ids);
      const checked = checkRecommendRequest(request);
      return forVisitor(checked, 'default', async (asker, admitted) => {
        const hidden = await hiddenHere();
        const shown = candidates.filter((id) => !hidden.has(id));
        return explained(rerankList(shown, admitted, asker), admitted, asker);
      });
    },

    async buyAgain(request) {
      const checked = checkRecommendRequest(request);
      await packWith(({ priors }) => priors);
      const { buyAgainList } = await onDemand.furtherLists();
      return forVisitor(checked, 'buy-again', (asker, admitted) => buyAgainList(admitted, asker));
    },

    async searchByTaste(query, request) {
      const words = checkQuery(query).trim();
      const { taste, ...checked } = checkSearchRequest(request);
      const catalogue = words === '' ? undefined : (await packWithCatalogue()).catalogue;
      return forVisitor(checked, 'search', async (asker, admitted) => {
        if (!catalogue) return recommendList(admitted, asker);
        const [{ find }, { foundList }] = await Promise.all([onDemand.textSearch(), onDemand.furtherLists()]);
        return foundList(await find(words, { ...asker.pack, catalogue }), taste, admitted, asker);
      });
    },

    async similar(ids, request) {
      const items = checkSeeds(ids);
      const checked = checkSimilarRequest(request);
      return listed('similar', checked.page, async () => {
        const part = ({ rows, linear }: Pack) => (checked.by === 'taste' ? rows : linear);
        const { pack, rules } = await ruledPack('similar', checked, () => packWith(part));
        return { list: similarList(items, await withoutHidden(checked), pack, rules), pack, known: 0 };
      });
    },

    async popular(request) {
      const checked = checkPopularRequest(request);
      return listed('popular', checked.page, async () => {
        const { pack, rules } = await ruledPack('popular');
        const { segment = {} } = checked;
        const facts = segment === 'visitor' ? await opened().visitor.profile() : segment;
        return {
          list: popularList(await withoutHidden(checked), factsOf(facts), pack, rules),
          pack,
          known: 0,
        };
      });
    },

    async trending(request) {
      const checked = checkTrendingRequest(request);
      const { trendingList } = await onDemand.furtherLists();
      return listed('trending', checked.page, async () => {
        const { pack, rules } = await ruledPack('trending', {}, () => packWith(({ priors }) => priors));
        return { list: trendingList(await withoutHidden(checked), pack, rules), pack, known: 0 };
      });
    },

    async predict(ids, request) {
      const wanted = checkIds(ids);
      const { context } = checkPredictRequest(request);
      const { model, pack } = await predictingModel();
      const { predictions } = await onDemand.predict();
      return predictions(wanted, model, { pack, scoring }, await visitFor(pack), context, report);
    },

    async rules(rules) {
      const checked = checkShopRules(rules);
      const { requireRight } = await onDemand.rules();
      opened();
      // Told at once where that can be; else by the first list.
      requireRight(checked, 'pack' in progress ? progress.pack : undefined);
      shopRules = checked;
      await dropAdvance();
      opened().changes.tell('shop');
    },

    async update(updates, options) {
      const checked = checkUpdateOptions(options ?? {});
      await opened().shop.update(updates, checked, async () => (await packHere()).manifest.version);
      await dropAdvance();
    },

    async addItems(items, options) {
      await opened().shop.addItems(items, checkAddOptions(options ?? {}));
      await dropAdvance();
    },

    async items(ids) {
      const wanted = ids === undefined ? undefined : checkIds(ids);
      const pack = await packWithCatalogue();
      const rows = wanted?.flatMap((id) => pack.rowOf.get(id) ?? []) ?? pack.ids.map((_, row) => row);
      const { display } = await onDemand.display();
      return rows.map((row) => display(row, pack));
    },

    async history(limit) {
      return opened().visitor.newest(limit === undefined ? historyLimit : checkLimit(limit));
    },

    export: async () => (await rightsHere()).export(),
    import: async (document) => (await rightsHere()).import(document),
    importHistory: async (past, onProgress) => (await rightsHere()).importHistory(past, onProgress),
    forget: async (request) => (await rightsHere()).forget(request),
    retract: async (request) => (await rightsHere()).retract(request),
    retain: async (request) => (await rightsHere()).retain(request),
    // Following begins here and now, not when its part of the worker has arrived.
    after: async (seq) =>
      seq === undefined ? opened().visitor.after(undefined) : (await rightsHere()).after(seq),
    profile: async () => (await rightsHere()).profile(),
    async setProfile(changes) {
      const profile = await (await rightsHere()).setProfile(changes);
      await dropAdvance();
      return profile;
    },

    async consent(state, options) {
      const consent = checkConsent(state);
      const { erase = false } = checkConsentOptions(options);
      await agreeTo(consent, erase);
    },

    async status(request) {
      return status(checkStatusRequest(request ?? {}));
    },

    ready,
    refresh,

    async close() {
      if (!rooms || progress.phase === 'closed') return;
      const { visitor, network, changes, shop } = rooms;
      const model = 'pack' in progress ? progress.model : undefined;
      await visitor.close();
      move({ phase: 'closed' });
      tellAdded();
      clearInterval(refreshTimer);
      void advanceOpened?.then((lists) => lists.close());
      scoring.drop();
      changes.close();
      shop.close();
      network.close();
      await model?.release();
    },
  };
  return api;
}

function withoutModel(here: { pack: Pack } | undefined, upTo: Source | undefined): Status['backend'] {
  const why = !here
    ? 'nothing is here yet'
    : upTo === 'model' && here.pack.manifest.encoder
      ? 'the model has not started'
      : 'no model was asked for, or the pack has none';
  return { scoring: 'typescript', model: null, why };
}
