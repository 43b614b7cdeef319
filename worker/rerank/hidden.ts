/** What the visitor has hidden: it appears in no list, whatever the list is made of. */
import type { CompactedInteractions, Condition, StoredInteraction } from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import { conditionOf, needsCatalogue } from './condition.ts';

/** What decides. */
interface Told {
  readonly interactions: readonly StoredInteraction[];
  readonly compacted: readonly CompactedInteractions[];
}

/** What hiding conditions there are. */
export function hidingConditions({ interactions }: Told): Condition[] {
  return interactions.flatMap(({ type, where }) => (type === 'hide' && where ? [where] : []));
}

/** Whether what is hidden can only be told by the pack's catalogue. */
export function hidingNeedsCatalogue(told: Told): boolean {
  return hidingConditions(told).some(needsCatalogue);
}

/** Ids of the items that meet one of these conditions. A condition that this pack cannot answer is met by none. */
export function idsMeeting(conditions: readonly Condition[], pack: Pack): string[] {
  const predicates = conditions.flatMap((condition) => {
    try {
      return [conditionOf(condition, pack)];
    } catch {
      return [];
    }
  });
  return predicates.length === 0 ? [] : pack.ids.filter((_, row) => predicates.some((holds) => holds(row)));
}

const made = new WeakMap<readonly StoredInteraction[], { pack: Pack; ids: ReadonlySet<string> }>();

/**
 * Ids of all items that are hidden, also of those that the pack does not know. Made once as long as nothing changes: the interactions are
 * compared by identity.
 */
export function hiddenIds(told: Told, pack: Pack): ReadonlySet<string> {
  const before = made.get(told.interactions);
  if (before?.pack === pack) return before.ids;
  const ids = new Set(idsMeeting(hidingConditions(told), pack));
  for (const { type, item } of told.interactions) if (type === 'hide' && item !== '') ids.add(item);
  for (const { type, item } of told.compacted) if (type === 'hide') ids.add(item);
  made.set(told.interactions, { pack, ids });
  return ids;
}
