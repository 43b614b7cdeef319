import type {
  CompactedInteractions,
  DerivedRecord,
  Interaction,
  Profile,
  StoredInteraction,
} from '../../src/contract.ts';
import type { DerivedKindName } from './derived.ts';
import type { Query } from './query.ts';

/** An interaction that has been checked and completed, but not yet stored. */
export type CompleteInteraction = Omit<StoredInteraction, 'seq'>;

/** One that may have its place among those that are stored: any `seq` that is free, also a fraction. Without one it is the newest. */
export type PlacedInteraction = CompleteInteraction & { seq?: number };

/** Everything that is kept about the visitor. */
export interface Content {
  /** Oldest first. */
  readonly interactions: readonly StoredInteraction[];
  readonly compacted: readonly CompactedInteractions[];
  readonly derived: readonly DerivedRecord[];
  readonly profile: Profile;
}

/** What to do to the content. What is absent stays as it is. */
export interface Change {
  /** Order (`seq`) of interactions that go. */
  readonly remove?: readonly number[];
  readonly add?: readonly PlacedInteraction[];
  /** All sums, in the place of those that were. */
  readonly compacted?: readonly CompactedInteractions[];
  /** All derived records, in the place of those that were. */
  readonly derived?: readonly DerivedRecord[];
  /** The whole profile, in the place of the one that was. */
  readonly profile?: Profile;
}

/**
 * Where a visitor's interactions live. Two keep the same promises: IndexedDB and, where that is refused, memory.
 * Every method may reject with a `RecluseError` of code `storage-full` or `storage-unavailable`.
 */
export interface Store {
  /**
   * Stores what is not stored yet and resolves when it is durable.
   *
   * @returns Those that were new, with their `seq`, in the order given. An interaction whose id is known is left out.
   */
  add(interactions: readonly PlacedInteraction[]): Promise<StoredInteraction[]>;
  /** The newest `count` interactions with a `seq` below `before` (default: all), oldest first. Read by key, never a scan. */
  newest(count: number, before?: number): Promise<StoredInteraction[]>;
  /** All interactions with a `seq` above `seq`, oldest first. */
  after(seq: number): Promise<StoredInteraction[]>;
  /** All interactions of one type, oldest first; read by index. */
  ofType(type: string): Promise<StoredInteraction[]>;
  /** How many interactions are stored one by one. */
  count(): Promise<number>;
  /** Sums that stand for older interactions. */
  compacted(): Promise<CompactedInteractions[]>;
  /** The visitor's profile, by name. */
  profile(): Promise<Profile>;
  /** Records of one kind, by key. */
  derived(kind: DerivedKindName): Promise<DerivedRecord[]>;
  /** Stores records, each in the place of the one with the same kind and key. */
  keepDerived(records: readonly DerivedRecord[]): Promise<void>;
  /** Removes records of one kind: those of these keys, by default all. */
  dropDerived(kind: DerivedKindName, keys?: readonly string[]): Promise<void>;
  /**
   * Removes what is asked for, with all that was derived from it.
   *
   * @returns the number of interactions removed, those in sums included, when they are gone
   */
  forget(query: Query | 'everything'): Promise<number>;
  /** Everything, at one moment. */
  content(): Promise<Content>;
  /**
   * Reads everything and changes it in one step: all of it happens, or nothing.
   *
   * @param work pure; may be called again where the database was lost on the way
   * @returns what `work` has returned besides the change
   */
  change<Result>(work: (content: Content) => readonly [Change, Result]): Promise<Result>;
  /** Lets go of the database. Later calls open it again. */
  close(): Promise<void>;
}

/**
 * Completes an interaction for storing: an id and a time where they are missing, a time in the future taken as now.
 *
 * @param interaction already validated
 * @param now milliseconds since 1970
 */
export function complete(interaction: Interaction, now: number): CompleteInteraction {
  return {
    ...interaction,
    item: interaction.item ?? '',
    id: interaction.id ?? randomId(),
    time: Math.min(interaction.time ?? now, now),
  };
}

/** 96 random bits as text. Not `randomUUID`, which plain http lacks. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
