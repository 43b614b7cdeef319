/** Which of the visitor's deeds deserves a shelf of its own: "Because of coffee". */
import type { RankedList, StoredInteraction } from 'recluse';

const strength: Readonly<Record<string, number>> = { cart: 3, like: 3, purchase: 2, rating: 1, view: 0.5 };

/** How much a deed speaks for a shelf; ratings below 4 stars do not. */
const speaks = ({ type, value }: StoredInteraction): number =>
  type === 'rating' && (value ?? 0) < 4 ? 0 : (strength[type] ?? 0);

/**
 * The products that could head the shelf, best first: what was put in the basket or liked last, else what stands out
 * of the last purchases by being bought again and again. `history` is newest first.
 */
export function causes(history: readonly StoredInteraction[]): string[] {
  const score = new Map<string, number>();
  history.slice(0, 120).forEach((interaction, place) => {
    const weight = speaks(interaction) * 0.97 ** place;
    if (weight > 0) score.set(interaction.item, (score.get(interaction.item) ?? 0) + weight);
  });
  return [...score].sort(([, a], [, b]) => b - a).map(([id]) => id);
}

/** The first cause whose list has at least `least` products. */
export async function firstWithCompany(
  ids: readonly string[],
  similar: (id: string) => Promise<RankedList>,
  least = 4,
): Promise<{ id: string; list: RankedList } | undefined> {
  for (const id of ids.slice(0, 5)) {
    const list = await similar(id);
    if (list.items.length >= least) return { id, list };
  }
  return undefined;
}
