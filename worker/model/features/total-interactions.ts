/** How much has been seen of the visitor; "Features by name" in `docs/model.md`. */
import type { History } from '../history.ts';

/** @returns events in the history, 0 or more */
export function totalInteractions(history: History): number {
  return history.rows.length;
}
