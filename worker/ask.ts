/**
 * From one visitor at one moment to what a list is made of: history, context, and scores by the best tier that is here.
 *
 * Whoever ranks goes through here: the worker that a page starts (`serve.ts`), and the one that ranks thousands of visitors for an
 * evaluation (`scripts/rank/worker.ts`). So what is measured is what ships.
 */
import type {
  CompactedInteractions,
  Context,
  Profile,
  RecommendRequest,
  Source,
  StoredInteraction,
} from '../src/contract.ts';
import { contextIndices } from './model/context.ts';
import { type History, historyAt } from './model/history.ts';
import type { Model } from './model/model.ts';
import { linearScores, popularScores, type Scores } from './model/scores.ts';
import { hasLinear } from './model/signals.ts';
import { factsOf } from './model/stated.ts';
import { onDemand } from './on-demand.ts';
import type { Pack } from './pack/pack.ts';
import type { Asker } from './rerank/lists.ts';
import { startingList } from './rerank/popular.ts';
import { needsRefinements } from './rerank/ranking.ts';
import type { Scored, ScoringOnce } from './scoring-once.ts';

/** Who asks, and when. */
export interface Visit {
  readonly interactions: readonly StoredInteraction[];
  /** Sums that stand for older interactions. Default: none. */
  readonly compacted?: readonly CompactedInteractions[] | undefined;
  /** What is stored about the visitor besides. */
  readonly profile: Profile;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the device knows by itself, or nothing where that says nothing about the visitor's moment. */
  readonly known: Parameters<typeof contextIndices>[3];
}

/** What can answer. */
export interface Tiers {
  readonly pack: Pack;
  /** Absent until it has started. */
  readonly model?: Model | undefined;
  readonly scoring: ScoringOnce;
  /** Lays what was learned on this device over what the tiers say. Absent where nothing is learned. */
  readonly over?: ((asker: Asker, request: RecommendRequest, visit: Visit) => Promise<Asker>) | undefined;
}

/** The model's scores for a visit, or those of a moment ago. */
export function scoredBy(model: Model, { pack, scoring }: Tiers, visit: Visit, told: Context = {}): Scored {
  const { interactions, compacted, profile, now, known } = visit;
  const context = contextIndices(pack.manifest.context, told, factsOf(profile), known);
  return scoring.at(now, { model, pack, interactions, compacted, profile, context });
}

/** The scores that need no graph. */
export function scoresWithout(
  pack: Pack,
  history: History,
  request: RecommendRequest,
  best: Source,
  profile: Context = {},
): Scores {
  if (best !== 'popular' && hasLinear(pack)) return linearScores(history, pack);
  const facts = { ...profile, ...request.context };
  return popularScores(startingList(request.filter, pack, facts, history.stated), pack.ids.length);
}

/**
 * Everything that a list needs to know, scored by the best tier that is here and wanted.
 *
 * @param request of it `source`, `context`, `filter` and what needs refinements matter here
 * @param random see `Moment`
 * @param onProblem gets the error of a model that failed; the linear tier answers then
 */
export async function ask(
  request: RecommendRequest,
  tiers: Tiers,
  visit: Visit,
  random: () => number,
  onProblem: (error: unknown) => void,
): Promise<Asker> {
  const asker = await askTiers(request, tiers, visit, random, onProblem);
  return tiers.over?.(asker, request, visit) ?? asker;
}

async function askTiers(
  request: RecommendRequest,
  tiers: Tiers,
  visit: Visit,
  random: () => number,
  onProblem: (error: unknown) => void,
): Promise<Asker> {
  const { pack, model } = tiers;
  const refinements = needsRefinements(request) ? await onDemand.refine() : undefined;
  const best = request.source ?? 'model';
  if (model && best === 'model') {
    const scored = scoredBy(model, tiers, visit, request.context);
    try {
      const { history, now } = scored;
      return { pack, history, scores: await scored.scores, refinements, now, random };
    } catch (error) {
      onProblem(error);
    }
  }
  const { now } = visit;
  const history = historyAt(visit.interactions, pack, now, visit);
  return {
    pack,
    history,
    scores: scoresWithout(pack, history, request, best, factsOf(visit.profile)),
    refinements,
    now,
    random,
  };
}
