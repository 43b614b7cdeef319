/** Learning on the device, wired to the visitor and to the lists. Loaded where the app asks for it, before the first list. */
import type {
  Exploration,
  LearnApi,
  LearnedSummary,
  OpenOptions,
  RecommendRequest,
  StoredInteraction,
  WorkerApi,
} from '../src/contract.ts';
import type { Visit } from './ask.ts';
import { checkLearnOptions, checkLog, checkWorthRequest } from './check-learn.ts';
import { examined } from './learn/examination.ts';
import { explored } from './learn/explore.ts';
import { type Features, featuresAt, featuresOf, size } from './learn/features.ts';
import { type Learned, learn, nothingLearned, outcomeOf } from './learn/feedback.ts';
import { offPolicy } from './learn/off-policy.ts';
import { expected, type Posterior, posteriorOf, uncertainty } from './learn/posterior.ts';
import { learnedIn, recordOf } from './learn/record.ts';
import { defaultSettings, type LearnSettings, strengths } from './learn/settings.ts';
import { allBut } from './leave-out.ts';
import { clockAt } from './model/context.ts';
import type { Pack, Priors } from './pack/pack.ts';
import type { Asker } from './rerank/lists.ts';
import type { Trying } from './rerank/ranking.ts';
import { bestFirst } from './rerank/score.ts';
import { spreadOf } from './rerank/spread.ts';
import type { Visitor } from './visitor.ts';

/** What learning needs of the rest of the worker. */
export interface LearnRooms {
  options: Pick<OpenOptions, 'name' | 'learn'>;
  visitor: Visitor;
  /** The worker's methods as they are without learning. */
  api: WorkerApi;
  /** The pack that serves, where there is one. */
  packNow(): Pack | undefined;
  /** Whether nothing more of it will come. */
  settled(): boolean;
  /** Resolves when something has been added to the history, here or in another tab, or when nothing will be any more. */
  added(): Promise<void>;
  report(problem: unknown): void;
}

/** What learning adds to the worker. */
export interface Learning {
  /** Methods that take the place of those without learning. */
  api: Partial<WorkerApi>;
  part: LearnApi;
  /** See `Tiers`. */
  over(asker: Asker, request: RecommendRequest, visit: Visit): Promise<Asker>;
}

/** Interactions that a record is made anew from: of older ones, nothing would be left. */
const mostRelearned = 20_000;
/** Items that a place may try: so many times the list's length, and at least so many. */
const tried = { times: 3, least: 50 };
/** Lists whose chances are remembered until they are seen. */
const mostLists = 50;
/** Impressions that are looked through for an estimate, with what came after. */
const mostLogged = 20_000;

type LearnPack = Pack & { readonly priors: Priors };

/** What is known at one moment: what was learned, and of which items. */
interface Head {
  readonly learned: Learned;
  readonly posterior: Posterior;
  readonly features: Features;
  readonly pack: LearnPack;
}

const held = (chance: number) => Math.min(1, Math.max(0, chance));

/** @throws RecluseError `invalid-argument` */
export function open(rooms: LearnRooms): Learning {
  const { visitor, api } = rooms;
  const { explore = 'none', share = 0.2, strength, ...changed } = checkLearnOptions(rooms.options.learn);
  const settings: LearnSettings = { ...defaultSettings, ...changed };

  let last: Promise<unknown> = Promise.resolve();
  /**
   * One after the other, in all tabs of the site: nothing is learned twice, and what was learned is not written after it was
   * forgotten. Where there are no locks (plain http), in this tab.
   */
  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const locked = async (): Promise<Result> =>
      navigator.locks ? navigator.locks.request(`recluse:${rooms.options.name}:learn`, work) : work();
    const result = last.then(locked);
    last = result.catch(() => {});
    return result;
  }

  let featuresMade: { pack: Pack; features: Features } | undefined;
  function featuresHere(pack: LearnPack): Features {
    // Another price or availability makes another pack of the same items.
    if (featuresMade?.pack.rows !== pack.rows || featuresMade?.pack.priors !== pack.priors)
      featuresMade = { pack, features: featuresOf(pack) };
    return featuresMade!.features;
  }

  function fold(
    learned: Learned,
    interactions: readonly StoredInteraction[],
    pack: Pack,
    features: Features,
  ) {
    const at = featuresAt(features, pack.rowOf, clockAt);
    for (const one of interactions) learn(learned, one, at, settings);
  }

  /** All that is stored, from nothing. */
  async function learnedAnew(pack: Pack, features: Features, stays?: (one: StoredInteraction) => boolean) {
    const learned = nothingLearned(size);
    const interactions = (await visitor.newest(mostRelearned)).reverse();
    fold(learned, stays ? interactions.filter(stays) : interactions, pack, features);
    return learned;
  }

  /** What was learned, with everything that is stored. Only within {@link alone}. */
  async function caughtUp(pack: LearnPack, features: Features): Promise<Learned> {
    const basis = JSON.stringify([features.basis, settings]);
    const record = (await visitor.derived('learned'))[0];
    let learned = learnedIn(record?.value, basis, size);
    const fresh = learned && (await visitor.after(learned.seq));
    const stored = await visitor.count();
    // Something has come or gone among what was learned already: an import, a sum in the place of single interactions.
    if (!learned || !fresh || learned.seen + fresh.length !== stored) {
      learned = await learnedAnew(pack, features);
      learned.seen = stored;
    } else if (fresh.length === 0) return learned;
    else fold(learned, fresh, pack, features);
    await visitor.keepDerived('learned', [
      { key: 'head', time: Date.now(), value: recordOf(learned, basis) },
    ]);
    return learned;
  }

  let known: { head: Head; interactions: readonly StoredInteraction[] } | undefined;
  let behind = true;
  let closed = false;
  void (async () => {
    for (let open = true; open; ) {
      await rooms.added();
      behind = true;
      open = !closed;
    }
  })();

  /** What is known now; undefined where there is no pack yet that can be learned with. */
  async function headHere(): Promise<Head | undefined> {
    const pack = rooms.settled() ? rooms.packNow() : undefined;
    if (!pack?.priors) return undefined;
    const features = featuresHere(pack as LearnPack);
    // Another array where something was removed, here or in another tab.
    const { interactions } = await visitor.known(pack);
    const same = known && known.interactions === interactions && known.head.features === features;
    if (same && !behind) return known!.head;
    return alone(async () => {
      behind = false;
      const learned = await caughtUp(pack as LearnPack, features);
      const head = {
        learned,
        posterior: posteriorOf(learned.sums, settings),
        features,
        pack: pack as LearnPack,
      };
      known = { head, interactions };
      return head;
    });
  }

  /** Chances of the places of lists that were made, by list, item and position. */
  const chances = new Map<string, ReadonlyMap<string, { position: number; exploration: Exploration }>>();

  function tryingOf({ posterior, features, pack }: Head, worth: number, now: number): Trying {
    const said = new Map<number, { exploration: Exploration; explored?: true }>();
    const time = clockAt(now);
    return {
      told: (row) => said.get(row),
      stage(ranking, { wanted, random }) {
        const pool = Math.min(ranking.rows.length, Math.max(tried.least, tried.times * wanted.limit));
        const rows = ranking.rows.subarray(0, pool);
        const each = Array.from(rows, (row) => {
          const into = new Float64Array(size);
          features.of(Math.min(row, pack.ids.length - 1), time, into);
          return into;
        });
        const places = Math.min(wanted.limit, pool);
        const choices = {
          scores: ranking.scores.subarray(0, pool),
          featuresOf: (at: number) => each[at]!,
          worth,
        };
        const chosen = explored(choices, posterior, explore, share, places, random);
        const chance = each.map((own, place) =>
          held(settings.usual * examined(place, settings.orderBias) + expected(posterior.mean, own)),
        );
        for (const { candidate, best, among, ...one } of chosen)
          said.set(rows[candidate]!, {
            exploration: {
              propensity: one.propensity,
              greedy: one.greedy,
              blind: one.blind,
              expected: chance[candidate]!,
              expectedGreedy: chance[best]!,
              expectedBlind: among.reduce((sum, at) => sum + chance[at]!, 0) / among.length,
            },
            ...(one.explored ? { explored: true as const } : {}),
          });
        const taken = new Set(chosen.map(({ candidate }) => candidate));
        const order = [...taken, ...Array.from(ranking.rows.keys()).filter((place) => !taken.has(place))];
        return {
          rows: Int32Array.from(order, (place) => ranking.rows[place]!),
          scores: Float32Array.from(order, (place) => ranking.scores[place]!),
        };
      },
    };
  }

  async function over(asker: Asker, request: RecommendRequest, { now }: Visit): Promise<Asker> {
    // Who asks for a tier by name wants that tier.
    if (request.source) return asker;
    let head = await headHere().catch((problem) => void rooms.report(problem));
    if (!head) return asker;
    if (request.without) {
      const learned = await learnedAnew(head.pack, head.features, allBut(request.without));
      head = { ...head, learned, posterior: posteriorOf(learned.sums, settings) };
    }
    const before = asker.scores;
    const all = Int32Array.from(before.scores.keys());
    const worth = (strength ?? strengths[before.source]) * spreadOf(bestFirst(all, before.scores).scores);
    const live = (request.freshness ?? 'live') === 'live';
    const trying = explore !== 'none' && live ? { trying: tryingOf(head, worth, now) } : {};
    if (head.learned.feedback === 0) return { ...asker, ...trying };
    const outcomes = head.features.expected(head.posterior.mean, clockAt(now));
    // What all items have alike moves none.
    const usual = head.posterior.mean[0]!;
    // Items that were added while the page runs are not among those that are seen.
    const partOf = (row: number) => (row < outcomes.length ? worth * (outcomes[row]! - usual) : 0);
    return {
      ...asker,
      ...trying,
      scores: {
        ...before,
        scores: before.scores.map((score, row) => score + partOf(row)),
        partsOf: (row) => ({ ...before.partsOf(row), learned: partOf(row) }),
      },
    };
  }

  /** What was left to chance in a list is remembered until its items are seen. */
  function noted<
    List extends { id: string; items: { id: string; position: number; exploration?: Exploration }[] },
  >(list: List): List {
    const placed = list.items.flatMap(({ id, position, exploration }) =>
      exploration ? [[id, { position, exploration }] as const] : [],
    );
    if (placed.length > 0) {
      chances.set(list.id, new Map([...(chances.get(list.id) ?? []), ...placed]));
      for (const oldest of chances.keys()) {
        if (chances.size <= mostLists) break;
        chances.delete(oldest);
      }
    }
    return list;
  }

  // Every impression takes with it how likely it was.
  const { track } = visitor;
  visitor.track = (interactions, now) =>
    track(
      interactions.map((one) => {
        const chance =
          one.type === 'impression' && one.list ? chances.get(one.list)?.get(one.item) : undefined;
        const there = chance && (one.position ?? chance.position) === chance.position;
        return there ? { ...one, exploration: chance.exploration } : one;
      }),
      now,
    );

  /** What is erased must not be learned while it goes. */
  const erasing =
    <Given extends unknown[], Result>(method: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> =>
      alone(async () => {
        known = undefined;
        chances.clear();
        return method(...given);
      });

  const part: LearnApi = {
    async learned() {
      const head = await headHere();
      const record = (await visitor.derived('learned'))[0];
      return {
        feedback: head?.learned.feedback ?? 0,
        size,
        bytes: record ? JSON.stringify(record).length : 0,
        explore,
        share,
        from: head ? (head.pack.rows ? 'rows' : 'categories') : null,
        categories: head ? categoriesOf(head) : [],
      };
    },
    async worth(request) {
      const { policy = 'greedy', placement } = checkWorthRequest(request);
      const interactions = (await visitor.newest(mostLogged)).reverse();
      return offPolicy(
        logOf(interactions, placement).map(({ exploration, reward }) => {
          const { propensity, greedy, blind, expected, expectedGreedy, expectedBlind } = exploration;
          const targets = {
            logged: [propensity, expected],
            greedy: [greedy, expectedGreedy],
            blind: [blind, expectedBlind],
          } as const;
          const [target, predictedTarget] = targets[policy];
          return { reward, propensity, target, predicted: expected, predictedTarget };
        }),
      );
    },
    offPolicy: async (log) => offPolicy(checkLog(log)),
  };

  return {
    part,
    over,
    api: {
      recommend: async (request) => noted(await api.recommend(request)),
      rerank: async (ids, request) => noted(await api.rerank(ids, request)),
      forget: erasing(api.forget),
      retract: erasing(api.retract),
      consent: erasing(api.consent),
      import: erasing(api.import),
      async close() {
        closed = true;
        return api.close();
      },
    },
  };
}

/** Categories by what is expected of their items at a usual time. */
function categoriesOf({ features, posterior, pack, learned }: Head): LearnedSummary['categories'] {
  if (learned.feedback === 0) return [];
  const morning = { hour: 10, weekday: 3 };
  const sums = new Map<number, Float64Array>();
  const counts = new Map<number, number>();
  const into = new Float64Array(size);
  pack.priors.leaf.forEach((leaf, row) => {
    features.of(row, morning, into);
    const sum = sums.get(leaf) ?? new Float64Array(size);
    for (let d = 0; d < size; d++) sum[d]! += into[d]!;
    sums.set(leaf, sum);
    counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  });
  return [...sums]
    .map(([leaf, sum]) => {
      const mean = sum.map((part) => part / counts.get(leaf)!);
      return {
        category: pack.categories[leaf]!.name,
        outcome: expected(posterior.mean, mean) - posterior.mean[0]!,
        deviation: uncertainty(posterior, mean),
      };
    })
    .sort((one, other) => Math.abs(other.outcome) - Math.abs(one.outcome))
    .slice(0, 10);
}

/** Impressions whose chances are known, each with whether something good came of it. */
function logOf(interactions: readonly StoredInteraction[], placement: string | undefined) {
  const key = ({ list, item }: StoredInteraction) => JSON.stringify([list, item]);
  const good = new Set(
    interactions.filter((one) => one.list !== undefined && (outcomeOf(one) ?? 0) > 0).map(key),
  );
  const seen = new Set<string>();
  return interactions.flatMap((one) => {
    const { type, exploration } = one;
    const counts =
      type === 'impression' && exploration && (placement === undefined || one.placement === placement);
    if (!counts || seen.has(key(one))) return [];
    seen.add(key(one));
    return [{ exploration, reward: Number(good.has(key(one))) }];
  });
}
