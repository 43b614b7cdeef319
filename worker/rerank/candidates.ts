/** Stage: what may appear at all. The pack's items or the app's list, without what is excluded or does not meet the filter. */
import { keepRows, type Stage } from './ranking.ts';

/** Replaces whatever came before by the request's candidates; nothing is known of them yet, so all score 0, by row. */
export const candidates: Stage = (_, { wanted }) => {
  const { excluded, admits } = wanted;
  return keepRows(
    { rows: wanted.candidates, scores: new Float32Array(wanted.candidates.length) },
    (row) => !excluded.has(row) && admits(row),
  );
};
