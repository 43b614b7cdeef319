/**
 * Lists made in advance: of each placement that was asked for so, the newest list lies in the store, and is there at the next visit before
 * pack and model are. Made anew when a change has settled and nothing else runs. Loaded when the first such list is asked for.
 */
import type { DerivedRecord, ListChange, Paged, RankedList, RecommendRequest } from '../src/contract.ts';
import { randomId } from './store/store.ts';

/** Milliseconds without a change after which lists are made anew. */
const settling = 300;
/** No more lists are kept; the oldest go first. */
const most = 20;

/** What this needs of the rest of the worker. */
export interface AdvanceRooms {
  derived(kind: 'lists'): Promise<DerivedRecord[]>;
  keepDerived(kind: 'lists', records: readonly Omit<DerivedRecord, 'kind'>[]): Promise<void>;
  dropDerived(kind: 'lists', keys?: readonly string[]): Promise<void>;
  /** The list as it is now, by the best tier that is ready. */
  make(request: RecommendRequest): Promise<RankedList>;
  /** Resolves when no better tier will come. */
  settled(): Promise<unknown>;
  /** Version of the pack that serves; undefined before there is one. */
  version(): string | undefined;
  /** What a list depends on besides pack, visitor and request: the app's rules. */
  frame(): string;
  /** Tells the page of lists that are others now. */
  tell(lists: readonly ListChange[]): void;
}

/** Lists made in advance. */
export interface Advance {
  /** The stored list where there is one, else the one that is right now. */
  recommend(request: Paged<RecommendRequest>): Promise<RankedList>;
  /** Something happened that may make lists others. */
  changed(): void;
  close(): void;
}

/** What is stored of a list. */
interface Stored {
  readonly request: string;
  readonly frame: string;
  readonly list: RankedList;
}

/** What a placement was asked for in this session. */
interface Asked {
  readonly request: RecommendRequest;
  readonly hybrid: boolean;
  /** What the page has. */
  shown?: RankedList;
  /** The epoch of which the stored list is, by the best tier. */
  upToDate?: number;
}

/** How one list became another; undefined where they show the same in the same order. */
export function changeOf(before: RankedList, list: RankedList): ListChange | undefined {
  const placesIn = (of: RankedList) => new Map(of.items.map(({ id }, position) => [id, position]));
  const [old, now] = [placesIn(before), placesIn(list)];
  const entered = [...now].flatMap(([id, position]) => (old.has(id) ? [] : [{ id, position }]));
  const left = [...old].flatMap(([id, position]) => (now.has(id) ? [] : [{ id, position }]));
  const moved = [...now].flatMap(([id, to]) => {
    const from = old.get(id);
    return from === undefined || from === to ? [] : [{ id, from, to }];
  });
  if (entered.length + left.length + moved.length === 0) return undefined;
  return { placement: list.placement, entered, left, moved, list };
}

function storedIn({ value }: DerivedRecord): Stored | undefined {
  const { request, frame, list } = (value ?? {}) as Partial<Stored>;
  return typeof request === 'string' && typeof frame === 'string' && Array.isArray(list?.items)
    ? (value as Stored)
    : undefined;
}

export function openAdvance(rooms: AdvanceRooms): Advance {
  const asked = new Map<string, Asked>();
  /** Rises with every change: what was made before one must not be kept after it. */
  let epoch = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let working = false;

  async function stored(placement: string, request: RecommendRequest): Promise<RankedList | undefined> {
    const record = (await rooms.derived('lists')).find(({ key }) => key === placement);
    const found = record && storedIn(record);
    if (!found || found.request !== JSON.stringify(request) || found.frame !== rooms.frame())
      return undefined;
    const version = rooms.version();
    if (version !== undefined && version !== found.list.pack) return undefined;
    return {
      ...found.list,
      id: randomId(),
      staleness: Math.max(0, Date.now() - record.time),
      milliseconds: 0,
    };
  }

  async function keep(placement: string, request: RecommendRequest, list: RankedList, made: number) {
    if (made !== epoch) return;
    const value: Stored = { request: JSON.stringify(request), frame: rooms.frame(), list };
    await rooms.keepDerived('lists', [{ key: placement, time: Date.now(), value: structuredClone(value) }]);
    // It may have been forgotten what this was made of, while it was on its way.
    if (made !== epoch) return rooms.dropDerived('lists', [placement]);
    const records = await rooms.derived('lists');
    if (records.length <= most) return;
    const oldest = records.sort((one, other) => one.time - other.time).slice(0, records.length - most);
    await rooms.dropDerived(
      'lists',
      oldest.map(({ key }) => key),
    );
  }

  /** Makes all lists anew that this page has asked for, one after the other; a change in between ends it, for it comes again. */
  async function work(): Promise<void> {
    await rooms.settled();
    const now = epoch;
    const changes: ListChange[] = [];
    for (const [placement, entry] of asked) {
      if (entry.upToDate === now) continue;
      const list = await rooms.make(entry.request);
      if (now !== epoch) break;
      await keep(placement, entry.request, list, now);
      entry.upToDate = now;
      const change = entry.shown && changeOf(entry.shown, list);
      if (change && entry.hybrid) {
        changes.push(change);
        entry.shown = list;
      }
    }
    if (changes.length > 0) rooms.tell(changes);
    if (now !== epoch) schedule(settling);
  }

  /** @param again whether what is planned already is put off, for something has just changed */
  function schedule(after: number, again = false): void {
    if (timer !== undefined && !again) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      timer = undefined;
      if (working) return schedule(settling);
      working = true;
      // The recommender was closed, or there is no pack: nothing to be made in advance.
      await work().catch(() => {});
      working = false;
    }, after);
  }

  return {
    async recommend({ freshness, page: _, ...request }) {
      const placement = request.placement ?? 'default';
      const entry: Asked = { request, hybrid: freshness === 'hybrid' };
      const before = asked.get(placement);
      if (before?.upToDate !== undefined && JSON.stringify(before.request) === JSON.stringify(request))
        entry.upToDate = before.upToDate;
      asked.delete(placement);
      asked.set(placement, entry);
      if (asked.size > most) asked.delete(asked.keys().next().value!);
      const found = await stored(placement, request);
      if (found) {
        entry.shown = found;
        if (entry.upToDate !== epoch) schedule(entry.hybrid ? 0 : settling);
        return found;
      }
      const made = epoch;
      const list = await rooms.make(request);
      entry.shown = list;
      await keep(placement, request, list, made);
      // A better tier may come.
      schedule(settling);
      return list;
    },
    changed() {
      epoch += 1;
      if (asked.size > 0) schedule(settling, true);
    },
    close: () => clearTimeout(timer),
  };
}
