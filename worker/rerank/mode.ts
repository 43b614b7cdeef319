/** Stage: buy again, or discover. */

import type { EventType } from '../model/event-types.ts';
import type { History } from '../model/history.ts';
import { rowsOfSums } from '../model/sums.ts';
import type { ItemRow, Manifest } from '../pack/pack.ts';
import { keepRows, type Stage } from './ranking.ts';

/** What the visitor has bought, as `docs/model.md` has it: events that make a habit, or any good sign where the pack knows no habits. */
export function boughtRows(history: History, { eventTypes }: Manifest): Set<ItemRow> {
  const types: readonly EventType[] = eventTypes;
  const habits = types.some(({ habit }) => habit);
  const counts = (type: number, weight: number) =>
    habits ? types[type]!.habit : weight > 0 && !types[type]!.undeclared;
  const bought = new Set<ItemRow>(
    rowsOfSums(history, (type, sum) => counts(type, history.sums!.interest[sum]!)),
  );
  history.rows.forEach((row, event) => {
    if (counts(history.types[event]!, history.weights[event]!)) bought.add(row);
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
