import type { ForgetRequest, Interaction, StoredInteraction } from '../../src/contract.ts';

/** An interaction that has been checked and completed, but not yet stored. */
export type CompleteInteraction = Omit<StoredInteraction, 'seq'>;

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
  add(interactions: readonly CompleteInteraction[]): Promise<StoredInteraction[]>;
  /** The newest `count` interactions with a `seq` below `before` (default: all), oldest first. Read by key, never a scan. */
  newest(count: number, before?: number): Promise<StoredInteraction[]>;
  /** All interactions with a `seq` above `seq`, oldest first. */
  after(seq: number): Promise<StoredInteraction[]>;
  /** All interactions of one type, oldest first; read by index. */
  ofType(type: string): Promise<StoredInteraction[]>;
  /** How many interactions are stored. */
  count(): Promise<number>;
  /** Removes what is asked for; resolves to the number of interactions removed when they are gone. */
  forget(request: ForgetRequest): Promise<number>;
  /** The visitor's profile, by name. */
  profile(): Promise<Record<string, string | number>>;
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
    id: interaction.id ?? randomId(),
    time: Math.min(interaction.time ?? now, now),
  };
}

/** 96 random bits as text. Not `randomUUID`, which plain http lacks. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
