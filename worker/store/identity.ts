/** By what an interaction is known again when it comes a second time, from a list of past orders or from another device. */
import type { Interaction } from '../../src/contract.ts';

/**
 * What makes two interactions the same one where their ids say nothing: order, type and item; without an order type, item and time.
 */
export function identityOf({
  type,
  item,
  time,
  basket,
  query,
  where,
}: Pick<Interaction, 'type' | 'item' | 'time' | 'basket' | 'query' | 'where'>): string {
  return JSON.stringify(
    basket === undefined ? [type, item || (query ?? where), time] : [type, item, 'basket', basket],
  );
}

/** FNV-1a (Fowler, Noll and Vo) over UTF-16 code units: 32 bits, 0 to 2^32 - 1. */
export function hashOf(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** An id that an interaction gets from what it is, so that it gets the same one on every device and every time. */
export function idOf(interaction: Parameters<typeof identityOf>[0]): string {
  const identity = identityOf(interaction);
  return `past-${hashOf(identity).toString(36)}-${hashOf(identity, 0x5bd1e995).toString(36)}`;
}
