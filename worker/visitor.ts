/** What this device knows about its visitor: what is stored, and the part of it that ranking needs, kept at hand. */
import type {
  ExportDocument,
  ForgetRequest,
  Interaction,
  RecluseError,
  StoredInteraction,
  Without,
} from '../src/contract.ts';
import { allBut } from './leave-out.ts';
import type { Pack } from './pack/pack.ts';
import { announcer } from './store/announce.ts';
import { type Keeping, lastingStore } from './store/fallback.ts';
import { complete } from './store/store.ts';

/** The visitor, as the rest of the worker sees them. Writes happen one after the other, in the order of the calls. */
export interface Visitor {
  /** Stores interactions; resolves when they are durable. */
  track(interactions: readonly Interaction[], now: number): Promise<void>;
  /**
   * The interactions that ranking with this pack needs, oldest first: all opinions and the newest others, without what is
   * {@link noEvidence} to this pack. The same array as before where nothing new counts.
   * Knows everything that was tracked or forgotten before this call.
   *
   * @param without leaves these out, as if they had been forgotten
   */
  known(pack: Pack, without?: Without): Promise<readonly StoredInteraction[]>;
  /** Newest first. */
  newest(limit: number): Promise<StoredInteraction[]>;
  /** What is stored about the visitor besides interactions; read once and kept at hand until something is forgotten. */
  profile(): Promise<Record<string, string | number>>;
  export(now: number): Promise<ExportDocument>;
  forget(request: ForgetRequest): Promise<number>;
  /** How many interactions are stored, as far as is known. */
  count(): Promise<number>;
  /** What keeps them. */
  keeping(): Keeping;
  close(): Promise<void>;
}

/** What the visitor's room tells. */
export interface VisitorEvents {
  /** The history is another now; by this tab or by another one. */
  onChange(): void;
  onProblem(problem: RecluseError): void;
}

/** Types whose newest mention decides, however old: the history must know them all. */
const opinions = ['like', 'dislike'];

/** What was shown or looked for, not wanted: there may be a lot of it, and ranking needs none of it unless the pack gives it a weight. */
export const noEvidence: ReadonlySet<string> = new Set(['impression', 'search']);

/** What is at hand: interactions read for one pack, and whether the store holds newer ones. */
type AtHand =
  | { state: 'nothing' }
  | { state: 'read'; pack: Pack['manifest']; interactions: StoredInteraction[]; last: number };

/** @param name name of the recommender */
export function openVisitor(name: string, events: VisitorEvents): Visitor {
  let atHand: AtHand = { state: 'nothing' };
  let behind = false;
  let profile: Record<string, string | number> | undefined;

  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  // What is at hand stays at hand where the database is lost: lists go on knowing it.
  const store = lastingStore(`recluse:${name}`, events.onProblem);
  const others = announcer(name, (what) => {
    if (what === 'added') behind = true;
    // In turn: what is being read at this moment may still hold what was removed.
    else void inTurn(forgetAtHand);
    events.onChange();
  });
  async function forgetAtHand(): Promise<void> {
    atHand = { state: 'nothing' };
    profile = undefined;
  }

  /** Reads backwards until there are as many interactions as the pack's history can use, or no more. */
  async function readFor(
    pack: Pack,
    stays: (interaction: StoredInteraction) => boolean = () => true,
  ): Promise<{ interactions: StoredInteraction[]; last: number }> {
    const { history } = pack.manifest;
    const weighty = weighed(pack);
    const usable = (one: StoredInteraction) =>
      weighty.has(one.type) && pack.rowOf.has(one.item) && stays(one);
    let read: StoredInteraction[] = [];
    let found = 0;
    for (let size = 2 * history.events; found < history.events; size *= 2) {
      const older = await store.newest(size, read[0]?.seq);
      read = older.concat(read);
      found += older.filter(usable).length;
      if (older.length < size) break;
    }
    const first = read[0]?.seq ?? 0;
    const told = (await Promise.all(opinions.map((type) => store.ofType(type)))).flat();
    const older = told.filter(({ seq }) => seq < first).sort((left, right) => left.seq - right.seq);
    const interactions = older.concat(evidence(read, pack)).filter(stays);
    return { interactions, last: read.at(-1)?.seq ?? 0 };
  }

  return {
    track: (interactions, now) =>
      inTurn(async () => {
        const added = await store.add(interactions.map((interaction) => complete(interaction, now)));
        if (added.length === 0) return;
        behind = true;
        // No list would be another one, and a page that draws its lists again would see them again.
        if (added.every(({ type }) => noEvidence.has(type))) return;
        others.tell('added');
        events.onChange();
      }),

    known: (pack, without) =>
      inTurn(async () => {
        // Older ones come in where some are left out: what is at hand need not hold them.
        if (without) return (await readFor(pack, allBut(without))).interactions;
        // What another tab adds while we read sets this again.
        const newer = behind;
        behind = false;
        if (atHand.state === 'nothing' || atHand.pack !== pack.manifest) {
          atHand = { state: 'read', pack: pack.manifest, ...(await readFor(pack)) };
        } else if (newer) {
          const read = await store.after(atHand.last);
          const added = evidence(read, pack);
          const interactions = added.length > 0 ? atHand.interactions.concat(added) : atHand.interactions;
          atHand = { ...atHand, interactions, last: read.at(-1)?.seq ?? atHand.last };
        }
        return atHand.interactions;
      }),

    newest: (limit) => inTurn(async () => (await store.newest(limit)).reverse()),
    profile: () =>
      inTurn(async () => {
        profile ??= await store.profile();
        return profile;
      }),
    export: (now) =>
      inTurn(async () => ({
        format: 'recluse-export',
        version: 1,
        exported: now,
        interactions: await store.after(0),
        profile: await store.profile(),
      })),
    forget: (request) =>
      inTurn(async () => {
        const forgotten = await store.forget(request);
        await forgetAtHand();
        others.tell('removed');
        events.onChange();
        return forgotten;
      }),
    count: () => store.count(),
    keeping: () => store.keeping(),
    close: () =>
      inTurn(async () => {
        others.close();
        await store.close();
      }),
  };
}

/** The types to which the pack gives a weight. */
function weighed({ manifest }: Pack): ReadonlySet<string> {
  return new Set(manifest.eventTypes.filter(({ weight }) => weight !== 0).map(({ name }) => name));
}

function evidence(interactions: StoredInteraction[], pack: Pack): StoredInteraction[] {
  const weighty = weighed(pack);
  return interactions.filter(({ type }) => !noEvidence.has(type) || weighty.has(type));
}
