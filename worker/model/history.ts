/**
 * The visitor's interactions as parallel arrays, which every scorer shares.
 * Defined under "The history" and "Event weight" in `docs/model.md`.
 */
import type { CompactedInteractions, Profile, StoredInteraction } from '../../src/contract.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import { type StatedTastes, statedTastes } from './stated.ts';
import { type HistorySums, sumsAt } from './sums.ts';
import { held, largest, longest, valueFactor } from './value.ts';

/** One visitor at one moment; index *e* is one event, oldest first. All arrays have the same length. */
export interface History {
  readonly rows: Int32Array;
  /** Index into `manifest.eventTypes`. */
  readonly types: Uint8Array;
  /** Seconds before the moment, 0 to a century. */
  readonly ages: Float64Array;
  /** Money or stars, 0 where absent. */
  readonly values: Float64Array;
  /** Strength and sign of each event as evidence. */
  readonly weights: Float64Array;
  /** The store's order. */
  readonly seqs: Float64Array;
  /** Rows whose newest opinion is a dislike, ascending. */
  readonly disliked: Int32Array;
  /** Older events as sums; absent where there are none. */
  readonly sums?: HistorySums;
  /** What the visitor says that they like; absent where that is nothing. */
  readonly stated?: StatedTastes;
}

/** What is known of a visitor besides single interactions. */
export interface Besides {
  /** Older interactions as sums; all of them count, however many there are. Default: none. */
  readonly compacted?: readonly CompactedInteractions[] | undefined;
  /** Default: nothing. */
  readonly profile?: Profile | undefined;
}

function dislikedRows(
  interactions: readonly Pick<StoredInteraction, 'item' | 'type'>[],
  rowOf: Pack['rowOf'],
): Int32Array {
  const disliked = new Set<ItemRow>();
  for (const { item, type } of interactions) {
    const row = type === 'like' || type === 'dislike' ? rowOf.get(item) : undefined;
    if (row === undefined) continue;
    if (type === 'dislike') disliked.add(row);
    else disliked.delete(row);
  }
  return Int32Array.from(disliked).sort();
}

const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }) => a.seq - b.seq;

/**
 * Turns stored interactions into the history at one moment.
 *
 * Items that the pack does not know and types that it gives no weight are left out; of the rest the newest
 * `manifest.history.events` remain. Opinions (`like`, `dislike`) count for {@link History.disliked} whatever their type weighs.
 *
 * @param interactions in any order; those known are enough when they hold the newest `history.events` that the pack can use
 * @param now milliseconds since 1970; an interaction in the future has age 0
 */
export function historyAt(
  interactions: readonly StoredInteraction[],
  pack: Pack,
  now: number,
  { compacted = [], profile = {} }: Besides = {},
): History {
  const { eventTypes, history } = pack.manifest;
  const sorted = interactions.some((one, index) => index > 0 && one.seq < interactions[index - 1]!.seq)
    ? [...interactions].sort(bySeq)
    : interactions;
  const typeIndex = new Map(eventTypes.map(({ name }, index) => [name, index]));

  const kept: { row: ItemRow; type: number; value: number; interaction: StoredInteraction }[] = [];
  for (let at = sorted.length - 1; at >= 0 && kept.length < history.events; at--) {
    const interaction = sorted[at]!;
    const row = pack.rowOf.get(interaction.item);
    const type = typeIndex.get(interaction.type);
    if (row === undefined || type === undefined || eventTypes[type]!.weight === 0) continue;
    const value = held(interaction.value ?? 0, -largest, largest);
    kept.push({ row, type, value, interaction });
  }
  kept.reverse();

  const sums = sumsAt(compacted, pack, now, kept.length);
  const stated = statedTastes(profile, pack);
  const opinions = compacted.length > 0 ? [...compacted, ...sorted].sort(bySeq) : sorted;
  const of = (read: (one: (typeof kept)[number]) => number) => Float64Array.from(kept, read);
  return {
    rows: Int32Array.from(kept, ({ row }) => row),
    types: Uint8Array.from(kept, ({ type }) => type),
    ages: of(({ interaction }) => held((now - interaction.time) / 1000, 0, longest)),
    values: of(({ value }) => value),
    weights: of(({ type, value }) => eventTypes[type]!.weight * valueFactor(eventTypes[type]!.value, value)),
    seqs: of(({ interaction }) => interaction.seq),
    disliked: dislikedRows(opinions, pack.rowOf),
    ...(sums ? { sums } : {}),
    ...(stated ? { stated } : {}),
  };
}
