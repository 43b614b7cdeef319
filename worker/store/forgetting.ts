/** What forgetting does to everything that is kept. */
import { goesWith } from './derived.ts';
import { matching, matchingSum, type Query } from './query.ts';
import type { Change, Content } from './store.ts';

/** @returns the change, and how many interactions go, those in sums included */
export function forgetting(query: Query, content: Content): readonly [Change, number] {
  const gone = content.interactions.filter(matching(query));
  const goes = matchingSum(query);
  const sums = content.compacted.filter(goes);
  const derived = goesWith(query, gone);
  return [
    {
      remove: gone.map(({ seq }) => seq),
      compacted: content.compacted.filter((sum) => !goes(sum)),
      derived: content.derived.filter((record) => !derived(record)),
    },
    sums.reduce((count, sum) => count + sum.count, gone.length),
  ];
}
