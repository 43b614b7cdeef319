/** What only some lists need, loaded with the first that does: variety, what is new, what was passed over, and why each item is where it is. */
import type { Move, RankedItem, Reason } from '../../src/contract.ts';
import type { ItemRow } from '../pack/pack.ts';
import { reasonsFor } from './explain.ts';
import { moveText } from './move-text.ts';
import { stageNames, type Trace } from './pipeline.ts';
import type { Moment, Ranking } from './ranking.ts';
import { arrangementOf } from './rules/stages.ts';

export { diversify } from './diversify.ts';
export { newness } from './newness.ts';
export { rotate } from './rotate.ts';

function placeIn(ranking: Ranking, row: ItemRow): number | null {
  const place = ranking.rows.indexOf(row);
  return place === -1 ? null : place;
}

/**
 * Where each stage took an item from and to. A list of candidates has no order worth telling, so that the first move is
 * the one that its score gave it.
 */
function movesOf(row: ItemRow, trace: Trace): Move[] {
  const moves: Move[] = [];
  let before: number | null = null;
  for (const name of stageNames.slice(stageNames.indexOf('score'))) {
    const after = placeIn(trace[name], row);
    if (after !== before) moves.push({ stage: name, before, after, text: moveText(name, before, after) });
    before = after;
  }
  return moves;
}

/** Stages that change scores, with the one before each, by the name of the part that they add. */
const adding = {
  newness: ['mode', 'newness'],
  rules: ['newness', 'boost'],
  rotation: ['boost', 'rotate'],
} as const;

/** What stages after the tier added to the score of one item, by name; nothing of those that added nothing. */
function addedBy(row: number, trace: Trace): Record<string, number> {
  const added: Record<string, number> = {};
  for (const [name, [before, after]] of Object.entries(adding)) {
    if (trace[before] === trace[after]) continue;
    const from = trace[before].rows.indexOf(row);
    const to = trace[after].rows.indexOf(row);
    const more = from < 0 || to < 0 ? 0 : trace[after].scores[to]! - trace[before].scores[from]!;
    if (more !== 0) added[name] = more;
  }
  return added;
}

/** That exploration put an item where it is, and how likely that was. */
function triedFor(row: ItemRow, { trying }: Moment): Reason[] {
  const { explored, exploration } = trying?.told(row) ?? {};
  return explored && exploration
    ? [{ kind: 'explored', propensity: exploration.propensity, text: 'tried, to learn what you like' }]
    : [];
}

/** Parts, reasons and moves of one item. */
export function explanation(row: ItemRow, moment: Moment, trace: Trace): Partial<RankedItem> {
  const { rules, scores } = moment;
  const named = rules?.reasonsFor(row, arrangementOf(trace.arrange)) ?? [];
  return {
    reasons: [...named, ...triedFor(row, moment), ...reasonsFor(row, moment)],
    parts: { ...scores.partsOf(row), ...addedBy(row, trace) },
    moves: movesOf(row, trace),
  };
}
