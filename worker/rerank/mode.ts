/** Stage: buy again, or discover. */
import type { History } from '../model/history.ts';
import type { ItemRow, Manifest } from '../pack/pack.ts';
import { keepRows, type Stage } from './ranking.ts';

/** What the visitor has bought, as `docs/model.md` has it: events that make a habit, or any good sign where the pack knows no habits. */
export function boughtRows(history: History, { eventTypes }: Manifest): Set<ItemRow> {
  const habits = eventTypes.some(({ habit }) => habit);
  const bought = new Set<ItemRow>();
  history.rows.forEach((row, event) => {
    const counts = habits ? eventTypes[history.types[event]!]!.habit : history.weights[event]! > 0;
    if (counts) bought.add(row);
  });
  return bought;
}

/** Leaves only what was bought before (`repeat`) or never bought (`discover`). */
export const mode: Stage = (ranking, { wanted, history, pack }) => {
  if (wanted.mode === 'any') return ranking;
  const bought = boughtRows(history, pack.manifest);
  const repeat = wanted.mode === 'repeat';
  return keepRows(ranking, (row) => bought.has(row) === repeat);
};
