/** Measuring, wired to the visitor and to the lists. Loaded where the app asks for it, before the first list. */
import {
  type ChangeEvent,
  type MeasureApi,
  type OpenOptions,
  type RankedList,
  RecluseError,
  type ReportDeclaration,
  type WorkerApi,
} from '../src/contract.ts';
import { checkRecommendRequest } from './arguments.ts';
import {
  checkDeclaration,
  checkExperiment,
  checkInterleavedLimit,
  checkReport,
  checkVariantOptions,
  checkVariants,
} from './check-measure.ts';
import { dayOf } from './measure/answers.ts';
import { type Assignment, assigned, assignmentIn, overlapping } from './measure/assignment.ts';
import { note } from './measure/histogram.ts';
import { declared, due, firstDayDue, type Ledger, ledgerIn, ledgerShown, sent } from './measure/ledger.ts';
import { idWithSource, idWithTeams } from './measure/list-id.ts';
import { experimentOf, metricsOf, noTimings, type Timings, timingsIn } from './measure/metrics.ts';
import { countedOn, emptyTally, type Tally, tallyIn } from './measure/tally.ts';
import { teamDraft } from './measure/team-draft.ts';
import { categories } from './model/features/categories.ts';
import type { Pack } from './pack/pack.ts';
import type { DerivedKindName } from './store/derived.ts';
import { randomId } from './store/store.ts';
import type { Visitor } from './visitor.ts';

/** What measuring needs of the rest of the worker. */
export interface MeasureRooms {
  options: Pick<OpenOptions, 'name'>;
  visitor: Visitor;
  /** The worker's methods as they are without measuring. */
  api: WorkerApi;
  /** The pack that serves, where there is one. */
  packNow(): Pack | undefined;
  /** The pack, once it is known which item is in which category, or nothing more will come. */
  packWithCategories(): Promise<Pack>;
  /** Whether anything may leave the device at all. */
  sharing(): boolean;
  report(problem: unknown): void;
}

/** What measuring adds to the worker. */
export interface Measuring {
  /** Methods that take the place of those without measuring. */
  api: Partial<WorkerApi>;
  part: MeasureApi;
  /** What the page is told, with the lists in it as it gets them otherwise. */
  told(event: ChangeEvent): ChangeEvent;
}

/** Milliseconds in which times of lists are collected before they are stored. */
const settling = 500;
/** No more experiments are remembered; the oldest go. */
const mostExperiments = 20;
/** Interactions that are looked through for a week's reports. */
const mostReported = 10_000;

/** Numbers in [0, 1) that nobody can foresee. */
const uniform = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;

export function open(rooms: MeasureRooms): Measuring {
  const { visitor, api } = rooms;

  let last: Promise<unknown> = Promise.resolve();
  /**
   * One after the other, in all tabs of the site: what is counted must not be written after it was forgotten. Where there are no locks
   * (plain http), in this tab.
   */
  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const locked = async (): Promise<Result> =>
      navigator.locks ? navigator.locks.request(`recluse:${rooms.options.name}:measure`, work) : work();
    const result = last.then(locked);
    last = result.catch(() => {});
    return result;
  }

  /** The only record of a kind. */
  const read = async (kind: DerivedKindName): Promise<unknown> => (await visitor.derived(kind))[0]?.value;
  const keep = (kind: DerivedKindName, value: object): Promise<void> =>
    visitor.keepDerived(kind, [{ key: kind, time: Date.now(), value }]);

  async function experiments(): Promise<Map<string, Assignment>> {
    const records = await visitor.derived('experiments');
    return new Map(
      records.flatMap(({ key, value }) => {
        const assignment = assignmentIn(value);
        return assignment ? [[key, assignment] as const] : [];
      }),
    );
  }

  /** The tally, with everything that is stored. Only within {@link alone}. */
  async function tallied(): Promise<Tally> {
    const before = tallyIn(await read('tally')) ?? emptyTally();
    const interactions = await visitor.after(before.seq);
    if (interactions.length === 0) return before;
    const after = countedOn(before, interactions, await experiments());
    await keep('tally', after);
    return after;
  }
  const counted = (): Promise<Tally> => alone(tallied);

  /** What lists took that is not stored yet. */
  let fresh = noTimings();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stored = async (): Promise<Timings> => timingsIn(await read('timings'));
  /** Only within {@link alone}. */
  async function storeTimings(): Promise<Timings> {
    clearTimeout(timer);
    timer = undefined;
    const [sum, mine] = [await stored(), fresh];
    fresh = noTimings();
    const add = (to: Record<string, number>, from: Readonly<Record<string, number>>) => {
      for (const [bucket, count] of Object.entries(from)) to[bucket] = (to[bucket] ?? 0) + count;
    };
    if (Object.keys(mine.age).length === 0) return sum;
    add(sum.age, mine.age);
    for (const [source, histogram] of Object.entries(mine.latency)) {
      sum.latency[source as 'model'] ??= {};
      add(sum.latency[source as 'model']!, histogram);
    }
    await keep('timings', sum);
    return sum;
  }

  function marked(list: RankedList): RankedList {
    return { ...list, id: idWithSource(list.id, list.source) };
  }

  /** A list as the page gets it; how long it took is noted. */
  function noted(list: RankedList): RankedList {
    const { source, milliseconds, staleness } = list;
    fresh.latency[source] ??= {};
    // A list that was made in advance took no time now.
    if (staleness === 0) note(fresh.latency[source]!, milliseconds);
    note(fresh.age, staleness);
    timer ??= setTimeout(() => void alone(storeTimings).catch(rooms.report), settling);
    return marked(list);
  }

  async function deviceId(): Promise<string> {
    const known = await read('device');
    if (typeof known === 'string' && known !== '') return known;
    const id = randomId();
    await visitor.keepDerived('device', [{ key: 'device', time: Date.now(), value: id }]);
    return id;
  }

  async function variant(name: string, variants: string[], given: Parameters<MeasureApi['variant']>[2]) {
    const known = await experiments();
    const { group } = given;
    const other = group && overlapping(name, group, known);
    if (other !== undefined)
      throw new RecluseError('invalid-argument', `group overlaps the range of the experiment ${other}.`, {
        field: 'group',
      });
    const now = Date.now();
    const before = known.get(name);
    let mine = assigned(await deviceId(), name, variants, given, now);
    // What a device has it keeps; and a clock that was ahead must not keep the experiment from beginning.
    if (before?.variant && variants.includes(before.variant))
      mine = { ...mine, variant: before.variant, since: Math.min(before.since, now) };
    else if (before && before.variant === mine.variant) mine.since = Math.min(before.since, now);
    if (JSON.stringify(mine) !== JSON.stringify(before)) {
      // What was done until now counts as it did.
      await tallied();
      await visitor.keepDerived('experiments', [{ key: name, time: now, value: mine }]);
      const oldest = [...known]
        .filter(([key]) => key !== name)
        .sort(([, one], [, two]) => one.since - two.since);
      const beyond = oldest.slice(0, Math.max(0, oldest.length + 1 - mostExperiments)).map(([key]) => key);
      if (beyond.length > 0) await visitor.dropDerived('experiments', beyond);
    }
    return mine.variant ?? variants[0]!;
  }

  /** The ledger with these questions in it. Only within {@link alone}. */
  async function ledgerWith(declaration: ReportDeclaration): Promise<Ledger> {
    const kept = await read('disguises');
    const before = ledgerIn(kept);
    if (kept !== undefined && !before)
      throw new RecluseError(
        'storage-unavailable',
        'What this device promised about its reports cannot be read: it reports nothing until everything is forgotten.',
      );
    const ledger = declared(before, declaration, await experiments(), dayOf(Date.now()), uniform);
    if (JSON.stringify(ledger) !== JSON.stringify(before)) await keep('disguises', ledger);
    return ledger;
  }

  async function dueReports(declaration: ReportDeclaration) {
    if (!rooms.sharing()) return [];
    const asksForCategories = declaration.questions.some(({ kind }) => kind === 'bought');
    const pack = asksForCategories ? await rooms.packWithCategories() : undefined;
    function categoriesOf(item: string): string[] {
      const row = pack?.rowOf.get(item);
      return row === undefined || !pack?.priors
        ? []
        : categories(row, pack.priors, pack.categories).map((index) => pack.categories[index]!.name);
    }
    return alone(async () => {
      const before = await ledgerWith(declaration);
      const today = dayOf(Date.now());
      const first = firstDayDue(today);
      const interactions = (await visitor.newest(mostReported))
        .filter(({ time }) => dayOf(time) >= first)
        .reverse();
      const { questions, epsilon } = declaration;
      const known = await experiments();
      const { reports, ledger } = due(
        before,
        questions,
        epsilon,
        interactions,
        known,
        categoriesOf,
        today,
        randomId,
      );
      if (JSON.stringify(ledger) !== JSON.stringify(before)) await keep('disguises', ledger);
      // Somebody may have said no while this was made.
      return rooms.sharing() ? reports : [];
    });
  }

  const part: MeasureApi = {
    async metrics() {
      const [tally, timings] = await alone(async () => [await tallied(), await storeTimings()] as const);
      return metricsOf(tally, timings, rooms.packNow()?.ids.length);
    },
    variant: async (name, variants, options) => {
      const checked = [checkExperiment(name), checkVariants(variants), checkVariantOptions(options)] as const;
      return alone(() => variant(...checked));
    },
    async interleave(name, first, second, limit) {
      const experiment = checkExperiment(name);
      const length = checkInterleavedLimit(limit);
      const requests = [first, second].map(checkRecommendRequest);
      const { placement = 'default' } = requests[0]!;
      const [one, other] = await Promise.all(
        // The same place on the page: the second list must not leave out what the first one has.
        requests.map(({ distinct: _, page: __, ...request }) =>
          api.recommend({ ...request, placement, limit: length }),
        ),
      );
      const draft = teamDraft([one!.items, other!.items], length, ({ id }) => id, uniform);
      const id = idWithTeams(one!.id, [one!.source, other!.source], draft.teams, experiment);
      const { short: _, unmet: __, ...frame } = noted(one!);
      return {
        ...frame,
        id,
        items: draft.items.map((item, position) => ({ ...item, position })),
        teams: draft.teams,
        hasMore: false,
      };
    },
    async experiment(name) {
      const experiment = checkExperiment(name);
      return alone(async () =>
        experimentOf(experiment, await tallied(), (await experiments()).get(experiment)),
      );
    },
    async declareReports(given) {
      const declaration = checkDeclaration(given);
      return alone(async () => ledgerShown(await ledgerWith(declaration)));
    },
    dueReports: async (given) => dueReports(checkDeclaration(given)),
    async reportSent(given) {
      const id = checkReport(given);
      await alone(async () => {
        const before = ledgerIn(await read('disguises'));
        const after = before && sent(before, id);
        if (after && after !== before) await keep('disguises', after);
      });
    },
  };

  /** What is erased must not be counted while it goes, nor come back with what waits to be stored. */
  const erasing =
    <Given extends unknown[], Result>(method: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> =>
      alone(async () => {
        fresh = noTimings();
        return method(...given);
      });

  return {
    part,
    told: (event) =>
      event.lists
        ? { ...event, lists: event.lists.map((change) => ({ ...change, list: marked(change.list) })) }
        : event,
    api: {
      recommend: async (request) => noted(await api.recommend(request)),
      rerank: async (ids, request) => noted(await api.rerank(ids, request)),
      buyAgain: async (request) => noted(await api.buyAgain(request)),
      searchByTaste: async (query, request) => noted(await api.searchByTaste(query, request)),
      similar: async (ids, request) => noted(await api.similar(ids, request)),
      popular: async (request) => noted(await api.popular(request)),
      trending: async (request) => noted(await api.trending(request)),
      forget: erasing(api.forget),
      retract: erasing(api.retract),
      consent: erasing(api.consent),
      async retain(request) {
        // What becomes a sum can't be counted any more.
        await counted();
        return api.retain(request);
      },
      async close() {
        await alone(storeTimings).catch(() => {});
        return api.close();
      },
    },
  };
}
