/** How much has been seen of the visitor; "Features by name" in `docs/model.md`. */
import type { History } from '../history.ts';

/** @returns events in the history, those in sums included, 0 or more */
export function totalInteractions(history: History): number {
  return (history.sums?.times.reduce((total, times) => total + times, 0) ?? 0) + history.rows.length;
}
