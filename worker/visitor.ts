/** What this device knows about its visitor: what is stored, and the part of it that ranking needs, kept at hand. */
import type {
  CompactedInteractions,
  Consent,
  DerivedRecord,
  Interaction,
  Profile,
  RecluseError,
  StoredInteraction,
  Without,
} from '../src/contract.ts';
import { allBut, sumsBut } from './leave-out.ts';
import type { Pack } from './pack/pack.ts';
import { announcer } from './store/announce.ts';
import { consentingStore } from './store/consent.ts';
import type { DerivedKindName } from './store/derived.ts';
import type { Keeping } from './store/fallback.ts';
import type { Query } from './store/query.ts';
import { type Change, type Content, complete, type PlacedInteraction } from './store/store.ts';

/** What ranking knows of the visitor. The same arrays as long as nothing has changed. */
export interface KnownVisitor {
  /** All opinions and the newest others, without what is {@link noEvidence} to the pack, oldest first. */
  readonly interactions: readonly StoredInteraction[];
  /** Sums that stand for older interactions. */
  readonly compacted: readonly CompactedInteractions[];
}

/** The visitor, as the rest of the worker sees them. Writes happen one after the other, in the order of the calls. */
export interface Visitor {
  /** Stores interactions; resolves when they are durable. */
  track(interactions: readonly Interaction[], now: number): Promise<void>;
  /**
  /**
   * What ranking with this pack needs. Knows everything that was tracked or forgotten before this call. The same arrays as before
   * where nothing new counts.
   *
   * @param without leaves these out, as if they had been forgotten
   */
  known(pack: Pack, without?: Without): Promise<KnownVisitor>;
  /** Newest first. */
  newest(limit: number): Promise<StoredInteraction[]>;
  /** Those with a `seq` above this, oldest first; without one, the newest. */
  after(seq: number | undefined): Promise<StoredInteraction[]>;
  /** What is stored about the visitor besides interactions; read once and kept at hand until it changes. */
  profile(): Promise<Profile>;
  /** Lays these over the profile; null takes out. */
  setProfile(changes: Readonly<Record<string, Profile[string] | null>>): Promise<Profile>;
  /** Everything that is kept. */
  content(): Promise<Content>;
  /** Stores interactions of the past at their places and gives the number of new ones. Nobody is told before {@link Visitor.changed}. */
  addPast(interactions: readonly PlacedInteraction[]): Promise<number>;
  /** What was at hand is wrong now, here and in other tabs. */
  changed(): Promise<void>;
  /** Removes interactions and all that was derived from them; resolves to their number. */
  forget(query: Query | 'everything'): Promise<number>;
  /** Changes what is kept in one step, for example by making sums of it; see `Store.change`. */
  change<Result>(work: (content: Content) => readonly [Change, Result]): Promise<Result>;
  /** Records of a kind of derived data; see `store/derived.ts`. */
  derived(kind: DerivedKindName): Promise<DerivedRecord[]>;
  /** Stores derived records, each in the place of the one with the same key. */
  keepDerived(kind: DerivedKindName, records: readonly Omit<DerivedRecord, 'kind'>[]): Promise<void>;
  /** Removes derived records: of these keys, by default all of the kind. */
  dropDerived(kind: DerivedKindName, keys?: readonly string[]): Promise<void>;
  consent(): Consent;
  /** From here on this is agreed to, in other tabs too (see {@link VisitorEvents.onConsent}) unless they have said so themselves (`heard`). */
  agree(consent: Consent, erase: boolean, heard?: boolean): Promise<void>;
  /** How many interactions are stored one by one, as far as is known. */
  count(): Promise<number>;
  /** What keeps them. */
  keeping(): Keeping;
  close(): Promise<void>;
}

/** What the visitor's room tells. */
export interface VisitorEvents {
  /** The history is another now; by this tab or by another one. */
  onChange(): void;
  /** The visitor has decided in another tab. What was kept so far in this one follows only with {@link Visitor.agree}. */
  onConsent?(consent: Consent): void;
  /** There are new interactions, also where they change no list. */
  onAdded?(): void;
  onProblem(problem: RecluseError): void;
}

/** Types whose newest mention decides, however old: the history must know them all. Ratings only where the pack learned from them. */
const opinions = ({ rating }: Pack['manifest']) => ['like', 'dislike', 'hide', ...(rating ? ['rating'] : [])];

/** What was shown or looked for, not wanted: there may be a lot of it, and ranking needs none of it unless the pack gives it a weight. */
export const noEvidence: ReadonlySet<string> = new Set(['impression', 'search']);

/** What is at hand: interactions read for one pack, and whether the store holds newer ones. */
type AtHand =
  | { state: 'nothing' }
  | { state: 'read'; pack: Pack['manifest']; known: KnownVisitor; last: number };

/**
 * @param name name of the recommender
 * @param consent what the visitor has agreed to at the start
 */
export function openVisitor(name: string, events: VisitorEvents, consent: Consent = 'granted'): Visitor {
  let atHand: AtHand = { state: 'nothing' };
  let behind = false;
  let profile: Profile | undefined;

  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  // What is at hand stays at hand where the database is lost: lists go on knowing it.
  const store = consentingStore(`recluse:${name}`, consent, events.onProblem);
  const others = announcer(name, (what) => {
    if (what === 'granted' || what === 'denied') return events.onConsent?.(what);
    if (store.consent() !== 'granted') return;
    // In turn: what is being read at this moment may still hold what was removed.
    if (what === 'removed') void inTurn(forgetAtHand);
    else {
      behind = true;
      events.onAdded?.();
    }
    if (what !== 'noted') events.onChange();
  });
  async function forgetAtHand(): Promise<void> {
    atHand = { state: 'nothing' };
    profile = undefined;
  }

  /** What was at hand may be wrong now, here and in other tabs. */
  async function changed(): Promise<void> {
    await forgetAtHand();
    if (store.consent() === 'granted') others.tell('removed');
    events.onChange();
  }

  async function change<Result>(work: (content: Content) => readonly [Change, Result]): Promise<Result> {
    const result = await store.change(work);
    await changed();
    return result;
  }

  /**
   * Reads the newest interactions, and where these are not as many as the pack's history can use, all older ones of the types that
   * count: between two that count there may be thousands that were merely shown.
   */
  async function readFor(
    pack: Pack,
    stays: (interaction: StoredInteraction) => boolean = () => true,
  ): Promise<{ interactions: StoredInteraction[]; last: number }> {
    const { events } = pack.manifest.history;
    const weighty = weighed(pack);
    const usable = (one: StoredInteraction) =>
      weighty.has(one.type) && pack.rowOf.has(one.item) && stays(one);
    const newest = await store.newest(2 * events);
    const first = newest[0]?.seq ?? 0;
    let missing = events - newest.filter(usable).length;
    const more = missing > 0 && newest.length === 2 * events;
    const kept = opinions(pack.manifest);
    const types = new Set([...kept, ...(more ? weighty : [])]);
    const older = (await Promise.all([...types].map((type) => store.ofType(type))))
      .flat()
      .filter(({ seq }) => seq < first)
      .sort((left, right) => right.seq - left.seq)
      .filter((one) => (usable(one) && missing-- > 0) || kept.includes(one.type))
      .reverse();
    const interactions = older.concat(evidence(newest, pack)).filter(stays);
    return { interactions, last: newest.at(-1)?.seq ?? 0 };
  }

  return {
    track: (interactions, now) =>
      inTurn(async () => {
        const added = await store.add(interactions.map((interaction) => complete(interaction, now)));
        if (added.length === 0) return;
        behind = true;
        // No list would be another one, and a page that draws its lists again would see them again.
        const counts = !added.every(({ type }) => noEvidence.has(type));
        if (store.consent() === 'granted') others.tell(counts ? 'added' : 'noted');
        events.onAdded?.();
        if (!counts) return;
        events.onChange();
      }),

    known: (pack, without) =>
      inTurn(async () => {
        // Older ones come in where some are left out: what is at hand need not hold them.
        if (without) {
          const { interactions } = await readFor(pack, allBut(without));
          return { interactions, compacted: sumsBut(without, await store.compacted()) };
        }
        // What another tab adds while we read sets this again.
        const newer = behind;
        behind = false;
        if (atHand.state === 'nothing' || atHand.pack !== pack.manifest) {
          const { interactions, last } = await readFor(pack);
          const compacted = await store.compacted();
          atHand = { state: 'read', pack: pack.manifest, known: { interactions, compacted }, last };
        } else if (newer) {
          const read = await store.after(atHand.last);
          const added = evidence(read, pack);
          const known =
            added.length > 0
              ? { ...atHand.known, interactions: atHand.known.interactions.concat(added) }
              : atHand.known;
          atHand = { ...atHand, known, last: read.at(-1)?.seq ?? atHand.last };
        }
        return atHand.known;
      }),

    newest: (limit) => inTurn(async () => (await store.newest(limit)).reverse()),
    after: (seq) => inTurn(() => (seq === undefined ? store.newest(1) : store.after(seq))),
    profile: () =>
      inTurn(async () => {
        profile ??= await store.profile();
        return profile;
      }),
    setProfile: (changes) =>
      inTurn(() =>
        change(({ profile: before }) => {
          const after = Object.fromEntries(
            Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null),
          ) as Profile;
          return [{ profile: after }, after];
        }),
      ),
    content: () => inTurn(() => store.content()),
    addPast: (interactions) => inTurn(async () => (await store.add(interactions)).length),
    changed: () => inTurn(changed),
    forget: (query) =>
      inTurn(async () => {
        const forgotten = await store.forget(query);
        await changed();
        return forgotten;
      }),
    change: (work) => inTurn(() => change(work)),
    derived: (kind) => inTurn(() => store.derived(kind)),
    keepDerived: (kind, records) =>
      inTurn(() => store.keepDerived(records.map((record) => ({ ...record, kind })))),
    dropDerived: (kind, keys) => inTurn(() => store.dropDerived(kind, keys)),
    consent: () => store.consent(),
    agree: (next, erase, heard) =>
      inTurn(async () => {
        // First: what they have open nobody can erase.
        if (next !== 'pending' && !heard) others.tell(next);
        await store.agree(next, erase);
        await changed();
        if (erase) others.tell('removed');
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
