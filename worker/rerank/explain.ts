/** Why an item is where it is, from the same numbers that put it there. */
import type { Reason } from '../../src/contract.ts';
import type { History } from '../model/history.ts';
import { contributionsTo } from '../model/linear.ts';
import type { Evidence } from '../model/signals.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import type { Moment } from './ranking.ts';
import { cosineOf } from './similarity.ts';

/** No more items of the visitor's past than these are named for one item. */
const mostCauses = 3;
/** A cause smaller than this share is not worth a reader's time, unless there is no other. */
const leastShare = 0.05;

/** What an item is called: its title, or its id where it has none. */
export const nameOf = (row: ItemRow, { catalogue, ids }: Pack) => catalogue?.title[row] || ids[row]!;

function daysAgo(days: number): string {
  const whole = Math.floor(days);
  if (whole === 0) return 'today';
  return whole === 1 ? 'yesterday' : `${whole} days ago`;
}

function habitText(times: number, daysSince: number, interval: number): string {
  if (times === 1) return `bought once, ${daysAgo(daysSince)}`;
  const every = Math.round(interval);
  return `about every ${every <= 1 ? 'day' : `${every} days`}, last ${daysAgo(daysSince)}`;
}

/** The newest event with an item of the interest; where only sums know of it, the newest of those. */
function newestOf(row: ItemRow, { rows, types, ages, sums }: History): { type: number; age: number } {
  const event = rows.lastIndexOf(row);
  if (event !== -1 || !sums) return { type: types[event]!, age: ages[event]! };
  const own = [...sums.rows.keys()].filter((at) => sums.rows[at] === row);
  const newest = own.reduce((best, at) => (sums.newest[at]! < sums.newest[best]! ? at : best));
  return { type: sums.types[newest]!, age: sums.newest[newest]! };
}

/** The reason that names one item of the visitor's past, by its newest event. */
function becauseOf(cause: ItemRow, row: ItemRow, share: number, { history, pack, now }: Moment): Reason {
  const { type, age } = newestOf(cause, history);
  return {
    kind: 'because',
    item: pack.ids[cause]!,
    type: pack.manifest.eventTypes[type]!.name,
    time: Math.round(now - age * 1000),
    share,
    text: cause === row ? 'because of your own interest in it' : `because of ${nameOf(cause, pack)}`,
  };
}

/**
 * How much each item of the interest speaks for a candidate, in units of the score.
 *
 * The item-to-item part is exact: each item's contribution to the sum, times what the tier made of the sum. The encoder's part has no such
 * sum; it is dealt out among the items of the past that are near in the model's item space, by nearness and strength.
 *
 * @param parts of the candidate, less those of the typical item
 * @returns what each item gave, parallel to the interest, and what no item of the past accounts for
 */
function evidenceByItem(
  row: ItemRow,
  { interest, signals }: Evidence,
  parts: Record<string, number>,
  { linear, rows }: Pack,
): { evidence: Float64Array; unaccounted: number } {
  const evidence = new Float64Array(interest.rows.length);
  const worth = (parts.together ?? 0) / signals.together[row]!;
  if (linear && worth > 0 && Number.isFinite(worth))
    contributionsTo(row, interest, linear).forEach((contribution, at) => {
      evidence[at] = Math.max(0, contribution) * worth;
    });

  const taste = Math.max(0, parts.taste ?? 0);
  if (!rows || taste === 0) return { evidence, unaccounted: taste };
  const nearness = Float64Array.from(
    interest.rows,
    (cause, at) => Math.max(0, interest.strengths[at]!) * Math.max(0, cosineOf(rows, cause, row)),
  );
  const total = nearness.reduce((sum, near) => sum + near, 0);
  if (total === 0) return { evidence, unaccounted: taste };
  nearness.forEach((near, at) => {
    evidence[at]! += (taste * near) / total;
  });
  return { evidence, unaccounted: 0 };
}

/** Something that speaks for an item, worth so much in units of the score; null where it cannot be put into words. */
interface Cause {
  readonly worth: number;
  readonly reason: ((share: number) => Reason) | null;
}

/** All that speaks for one item, against the typical item: the network gives every item something, which is no reason for any. */
function causesOf(row: ItemRow, moment: Moment): Cause[] {
  const { pack, scores } = moment;
  const typical = scores.typicalParts?.() ?? {};
  const parts = Object.fromEntries(
    Object.entries(scores.partsOf(row)).map(([name, part]) => [name, part - (typical[name] ?? 0)]),
  );
  const part = (name: string) => Math.max(0, parts[name] ?? 0);
  const popular: Cause = {
    worth: part('popularity') + part('recent'),
    reason: () => ({ kind: 'popular', text: 'popular now' }),
  };
  const learned: Cause = {
    worth: part('learned'),
    reason: (share) => ({ kind: 'learned', share, text: 'learned from what you chose and passed over here' }),
  };
  if (!scores.evidence) return [popular, learned];

  const { interest, signals } = scores.evidence;
  const { evidence, unaccounted } = evidenceByItem(row, scores.evidence, parts, pack);
  const times = signals.times[row]!;
  const daysSince = signals.daysSince[row]!;
  const interval = signals.interval[row]!;
  // What an item says about itself is habit where it was bought, and interest where it was only looked at.
  const itself = times > 0 ? interest.rows.indexOf(row) : -1;
  const ofItself = evidence[itself] ?? 0;
  const leaf = pack.priors!.leaf[row]!;
  const category = pack.categories[leaf]!.name;
  const chosen = moment.history.stated?.shares[leaf] ? 'you like' : 'you often choose';
  return [
    ...Array.from(interest.rows, (cause, at) => ({
      worth: at === itself ? 0 : evidence[at]!,
      reason: (share: number) => becauseOf(cause, row, share, moment),
    })),
    { worth: unaccounted, reason: null },
    {
      worth: part('habit') + ofItself,
      reason:
        times > 0
          ? () => ({ kind: 'habit', times, daysSince, interval, text: habitText(times, daysSince, interval) })
          : null,
    },
    {
      worth: part('affinity'),
      reason:
        signals.affinity[row]! > 0
          ? (share) => ({ kind: 'category', category, share, text: `${chosen} ${category}` })
          : null,
    },
    popular,
    learned,
  ];
}

/**
 * The causes of an item's place, strongest first. Shares are of all positive evidence, also of what cannot be put into words (a
 * taste for items unlike everything in the history), and so add up to at most 1; negative evidence shows in the item's parts.
 */
export function reasonsFor(row: ItemRow, moment: Moment): Reason[] {
  const causes = causesOf(row, moment).filter(({ worth }) => worth > 0);
  const total = causes.reduce((sum, { worth }) => sum + worth, 0);
  const told = causes.sort((a, b) => b.worth - a.worth).filter(({ reason }) => reason !== null);
  let named = 0;
  return told
    .filter(({ worth }, place) => place === 0 || worth / total >= leastShare)
    .map(({ worth, reason }) => reason!(worth / total))
    .filter(({ kind }) => kind !== 'because' || ++named <= mostCauses);
}
