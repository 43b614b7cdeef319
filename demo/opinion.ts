/** What the visitor has said about a product. */
import type { StoredInteraction } from 'recluse';

/** What the visitor's history says about one product. */
export interface Opinion {
  readonly liked: StoredInteraction | undefined;
  readonly disliked: StoredInteraction | undefined;
  readonly stars: number;
  readonly bought: readonly StoredInteraction[];
}

/** `history` is newest first: the newest word counts. */
export function opinionOf(id: string, history: readonly StoredInteraction[]): Opinion {
  const own = history.filter(({ item }) => item === id);
  const said = own.find(({ type }) => type === 'like' || type === 'dislike');
  return {
    liked: said?.type === 'like' ? said : undefined,
    disliked: said?.type === 'dislike' ? said : undefined,
    stars: own.find(({ type }) => type === 'rating')?.value ?? 0,
    bought: own.filter(({ type }) => type === 'purchase'),
  };
}
