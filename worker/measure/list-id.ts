/**
 * What the id of a list says about the list, where measuring is asked for: which tier made it, or of which interleaving it is. It comes back
 * with every interaction (`Interaction.list`) and is kept with it, so that counts can be made anew from the interactions alone.
 */
import type { Source } from '../../src/contract.ts';

/** What can be told from a list's id. */
export interface ListMark {
  /** The tier that made the list, or brought the item at this position to it. */
  source: Source | null;
  /** The interleaving that the list is of, and which ranker the position counts for. */
  draft?: { experiment: string; team: 0 | 1 | undefined };
}

/** `RANDOM~model`; an id that has an end already stays as it is. */
export const idWithSource = (id: string, source: Source): string =>
  id.includes('~') ? id : `${id}~${source}`;

/** `RANDOM~model~popular~0110~EXPERIMENT`: both rankers' tiers, and the ranker of each position. */
export const idWithTeams = (
  id: string,
  sources: readonly [Source, Source],
  teams: readonly (0 | 1)[],
  experiment: string,
): string => [id, ...sources, teams.join(''), experiment].join('~');

const tiers: ReadonlySet<string> = new Set<Source>(['popular', 'linear', 'model']);
const sourceIn = (text: string | undefined): Source | null => (tiers.has(text!) ? (text as Source) : null);

/** Reads an id; of one that others have made, nothing is known. */
export function markOf(list: string | undefined, position: number | undefined): ListMark {
  const [, first, second, teams, ...experiment] = (list ?? '').split('~');
  if (second === undefined) return { source: sourceIn(first) };
  if (!/^[01]+$/.test(teams ?? '') || experiment.length === 0) return { source: null };
  const team = ({ 0: 0, 1: 1 } as const)[teams![position ?? -1]!];
  return {
    source: team === undefined ? null : sourceIn([first, second][team]),
    draft: { experiment: experiment.join('~'), team },
  };
}
