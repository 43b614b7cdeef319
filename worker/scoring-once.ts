/** One run of the model for all the lists that a page asks for in one breath. */
import type { CompactedInteractions, Profile, StoredInteraction } from '../src/contract.ts';
import { type History, historyAt } from './model/history.ts';
import type { Model } from './model/model.ts';
import type { Scores } from './model/scores.ts';
import type { Pack } from './pack/pack.ts';

/** Milliseconds for which scores stand while nothing has happened: a page with five shelves needs them once. */
const breath = 1000;

/** What was scored, and when. */
export interface Scored {
  readonly history: History;
  /** Milliseconds since 1970: the moment that the scores are of. */
  readonly now: number;
  readonly scores: Promise<Scores>;
}

/** What must be the same for scores to stand. The interactions are compared by identity: another history is another array. */
interface Question {
  model: Model;
  pack: Pack;
  interactions: readonly StoredInteraction[];
  compacted?: readonly CompactedInteractions[] | undefined;
  /** Compared by identity, too. */
  profile?: Profile;
  /** Context indices; see `docs/model.md`. */
  context: Int32Array;
}

/** Scores a visitor's history, or gives the scores of a moment ago. */
export interface ScoringOnce {
  at(now: number, question: Question): Scored;
  /** Keeps nothing of what was scored: the history has changed, or is gone. */
  drop(): void;
}

/** Remembers one scoring at the most. */
export function scoringOnce(): ScoringOnce {
  let latest: (Scored & { question: Question }) | undefined;
  return {
    at(now, question) {
      const age = latest ? now - latest.now : breath;
      if (latest && age >= 0 && age < breath && same(latest.question, question)) return latest;
      const { model, pack, interactions, compacted, profile, context } = question;
      const history = historyAt(interactions, pack, now, { compacted, profile });
      const scored = { question, history, now, scores: model.score(history, context, pack) };
      scored.scores.catch(() => {
        if (latest === scored) latest = undefined;
      });
      latest = scored;
      return scored;
    },
    drop() {
      latest = undefined;
    },
  };
}

function same(left: Question, right: Question): boolean {
  return (
    left.model === right.model &&
    left.pack === right.pack &&
    left.interactions === right.interactions &&
    left.compacted === right.compacted &&
    left.profile === right.profile &&
    left.context.length === right.context.length &&
    left.context.every((index, place) => index === right.context[place])
  );
}
