/**
 * The one place where kinds of derived data are registered: whatever is kept on the device about the visitor besides the interactions
 * themselves and is not the profile (what was shown where, lists made in advance, ...).
 *
 * A kind that is registered here is covered by all that the visitor may ask: `forget` and `retract` take out what was derived from what
 * is erased, `export` writes it down, `import` takes it in, consent that is denied keeps it off the disk. Records live in one object store,
 * read and written with `Visitor.derived`, `Visitor.keepDerived` and `Visitor.dropDerived`.
 *
 * To add a kind: give it a name in {@link derivedKinds} and say what forgetting means for it. Records must be plain JSON.
 */
import type { DerivedRecord, StoredInteraction } from '../../src/contract.ts';
import type { Query } from './query.ts';

/** What is true of all records of a kind. */
export interface DerivedKind {
  /**
   * What happens when something is forgotten or retracted.
   * `all`: every record of this kind goes, because each may have been made from any interaction (a list made in advance).
   * `own`: those records go that are about what is forgotten. A record's `item` and `time` are held against the conditions that name an item,
   * a category or a beginning (nobody knows when what it stands for began, so that an end spares none); and with an interaction of a type
   * that it is made of (`from`) go the records about its item.
   * `none`: they stay until everything is forgotten, for they say nothing of what the visitor did (a random id).
   */
  readonly forgotten: 'all' | 'own' | 'none';
  /** Types of the interactions that such records are made of. Default: none. */
  readonly from?: readonly string[];
  /** Whether `export` writes it down and `import` takes it in. What can be made anew at any time need not travel. */
  readonly exported: boolean;
  /** False for what is of this device alone: another device's stays out. Default: as {@link DerivedKind.exported}. */
  readonly imported?: false;
}

/** Every kind, by name. */
export const derivedKinds = {
  /** What was shown at which place: `key` is the placement and the item, `time` when it was shown last. */
  shown: { forgotten: 'own', from: ['impression'], exported: true },
  /** Lists made in advance: `key` is the placement. */
  lists: { forgotten: 'all', exported: false },
  /** What the interactions add up to: one record, made anew from those that are left. */
  tally: { forgotten: 'all', exported: true, imported: false },
  /** How long lists took and how old they were: one record. */
  timings: { forgotten: 'own', exported: true, imported: false },
  /** The random id that experiments divide devices by: one record. */
  device: { forgotten: 'none', exported: true, imported: false },
  /** The variant of each experiment: `key` is its name. */
  experiments: { forgotten: 'none', exported: true, imported: false },
  /** How answers of private reports are disguised, and what that may give away: one record. */
  disguises: { forgotten: 'none', exported: true, imported: false },
  /** What was learned from what was shown and chosen: one record, made anew from the interactions that are left. */
  learned: { forgotten: 'all', exported: false },
} as const satisfies Record<string, DerivedKind>;

/** Name of a registered kind. */
export type DerivedKindName = keyof typeof derivedKinds;

/** The kind of a record; undefined for one that an older or newer version has left. */
export function kindOf({ kind }: Pick<DerivedRecord, 'kind'>): DerivedKind | undefined {
  return Object.hasOwn(derivedKinds, kind) ? derivedKinds[kind as DerivedKindName] : undefined;
}

/**
 * Whether a record must go when this is forgotten. One of an unknown kind always does: nobody can say what it holds.
 *
 * @param gone the interactions that meet the query
 */
export function goesWith(
  query: Query,
  gone: readonly StoredInteraction[],
): (record: DerivedRecord) => boolean {
  const { item, items, since, until } = query;
  const answerable = [item, items, since, until].some((condition) => condition !== undefined);
  const about = new Map<string, Set<string>>();
  for (const one of gone) about.set(one.type, (about.get(one.type) ?? new Set()).add(one.item));
  return (record) => {
    const kind = kindOf(record);
    if (kind?.forgotten === 'none') return false;
    if (kind?.forgotten !== 'own') return true;
    const { item: own, time } = record;
    if (own !== undefined && kind.from?.some((type) => about.get(type)?.has(own))) return true;
    if (!answerable) return false;
    if ((item !== undefined || items) && own === undefined) return false;
    return (
      (item === undefined || own === item) &&
      (!items || items.has(own!)) &&
      (since === undefined || time >= since)
    );
  };
}
