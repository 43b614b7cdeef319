/** What `forget()` and `retract()` ask for, made into questions about what is kept. */
import type { CompactedInteractions, StoredInteraction } from '../../src/contract.ts';

/** Conditions that must all hold; at least one is given. */
export interface Query {
  readonly item?: string;
  /** From this moment on, milliseconds since 1970. */
  readonly since?: number;
  /** Before this moment. */
  readonly until?: number;
  readonly type?: string;
  readonly interaction?: string;
  readonly basket?: string;
  /** A category's name, and the items that are in it. Interactions without an item match where they name the category (`hide`). */
  readonly category?: string;
  readonly items?: ReadonlySet<string>;
}

function names(where: StoredInteraction['where'], category: string | undefined): boolean {
  const named = where && Object.hasOwn(where, 'category') ? where.category : undefined;
  return category !== undefined && named !== undefined && [named].flat().includes(category);
}

/** Whether an interaction meets all conditions. */
export function matching(query: Query): (interaction: StoredInteraction) => boolean {
  const { item, since, until, type, interaction: id, basket, category, items } = query;
  return (one) =>
    (item === undefined || one.item === item) &&
    (since === undefined || one.time >= since) &&
    (until === undefined || one.time < until) &&
    (type === undefined || one.type === type) &&
    (id === undefined || one.id === id) &&
    (basket === undefined || one.basket === basket) &&
    (!items || (one.item === '' ? names(one.where, category) : items.has(one.item)));
}

/**
 * Whether a sum must go: it is of the item, category and type asked for, and its span overlaps the time asked for. A single
 * interaction or order can't be taken out of a sum.
 */
export function matchingSum(query: Query): (sum: CompactedInteractions) => boolean {
  const { item, since, until, type, interaction, basket, items } = query;
  if (interaction !== undefined || basket !== undefined) return () => false;
  return (sum) =>
    (item === undefined || sum.item === item) &&
    (since === undefined || sum.last >= since) &&
    (until === undefined || sum.first < until) &&
    (type === undefined || sum.type === type) &&
    (!items || items.has(sum.item));
}
