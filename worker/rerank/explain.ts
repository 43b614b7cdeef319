/** Why an item is where it is, from the same numbers that put it there. */
import type { Reason } from '../../src/contract.ts';
import { contributionsTo } from '../model/linear.ts';
import type { Evidence } from '../model/signals.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import type { Moment } from './ranking.ts';
import { cosineOf } from './similarity.ts';

/** No more items of the visitor's past than these are named for one item. */
const mostCauses = 3;
/** A cause smaller than this share is not worth a reader's time. */
const leastShare = 0.05;

interface Cause {
  /** Of all positive evidence, 0 to 1. */
  readonly share: number;
  readonly reason: Reason;
}

const nameOf = (row: ItemRow, { catalogue, ids }: Pack) => catalogue?.title[row] || ids[row]!;

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

/** The reason that names one item of the visitor's past, by its newest event. */
function becauseOf(cause: ItemRow, row: ItemRow, share: number, { history, pack, now }: Moment): Reason {
  const event = history.rows.lastIndexOf(cause);
  return {
    kind: 'because',
    item: pack.ids[cause]!,
    type: pack.manifest.eventTypes[history.types[event]!]!.name,
    time: Math.round(now - history.ages[event]! * 1000),
    share,
    text: cause === row ? 'because of your own interest in it' : `because of ${nameOf(cause, pack)}`,
  };
}

/**
 * How much each item of the interest speaks for a candidate, in units of the score.
 *
 * The item-to-item part is exact: each item's contribution to the sum, times what the tier made of the sum. The encoder's part has no such
 * sum; it is dealt out among the items of the past that are near in the model's item space, by nearness and strength.
 */
function evidenceByItem(
  row: ItemRow,
  { interest, signals }: Evidence,
  parts: Record<string, number>,
  pack: Pack,
): Float64Array {
  const evidence = new Float64Array(interest.rows.length);
  const worth = (parts.together ?? 0) / signals.together[row]!;
  if (pack.linear && worth > 0 && Number.isFinite(worth))
    contributionsTo(row, interest, pack.linear).forEach((contribution, at) => {
      evidence[at] = Math.max(0, contribution) * worth;
    });

  const taste = Math.max(0, parts.taste ?? 0);
  const { rows } = pack;
  if (rows && taste > 0) {
    const nearness = Float64Array.from(
      interest.rows,
      (cause, at) => Math.max(0, interest.strengths[at]!) * Math.max(0, cosineOf(rows, cause, row)),
    );
    const total = nearness.reduce((sum, near) => sum + near, 0);
    if (total > 0)
      nearness.forEach((near, at) => {
        evidence[at]! += (taste * near) / total;
      });
  }
  return evidence;
}

/** The causes of one item, with what each is worth in units of the score. */
function causesOf(row: ItemRow, moment: Moment): { worth: number; reason: (share: number) => Reason }[] {
  const { pack, scores } = moment;
  const parts = scores.partsOf(row);
  const part = (name: string) => Math.max(0, parts[name] ?? 0);
  const popular = {
    worth: part('popularity') + part('recent'),
    reason: (): Reason => ({ kind: 'popular', text: 'popular now' }),
  };
  if (!scores.evidence) return [popular];

  const { interest, signals } = scores.evidence;
  const times = signals.times[row]!;
  const byItem = evidenceByItem(row, scores.evidence, parts, pack);
  // What an item says about itself is habit where it was bought, and interest where it was only looked at.
  const itself = interest.rows.indexOf(row);
  let habit = part('habit');
  if (times > 0 && itself !== -1) {
    habit += byItem[itself]!;
    byItem[itself] = 0;
  }
  const daysSince = signals.daysSince[row]!;
  const interval = signals.interval[row]!;
  const category = pack.categories[pack.priors!.leaf[row]!]!.name;
  return [
    ...Array.from(interest.rows, (cause, at) => ({
      worth: byItem[at]!,
      reason: (share: number) => becauseOf(cause, row, share, moment),
    })),
    ...(times > 0
      ? [
          {
            worth: habit,
            reason: (): Reason => ({
              kind: 'habit',
              times,
              daysSince,
              interval,
              text: habitText(times, daysSince, interval),
            }),
          },
        ]
      : []),
    {
      worth: part('affinity'),
      reason: (share) => ({ kind: 'category', category, share, text: `you often choose ${category}` }),
    },
    popular,
  ];
}

/**
 * The causes of an item's place, strongest first. Shares are of all positive evidence, and so add up to at most 1; negative evidence
 * shows in the item's parts.
 */
export function reasonsFor(row: ItemRow, moment: Moment): Reason[] {
  const causes = causesOf(row, moment);
  const total = causes.reduce((sum, { worth }) => sum + worth, 0);
  if (!(total > 0)) return [];
  const told: Cause[] = causes
    .map(({ worth, reason }) => ({ share: worth / total, reason }))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.share - a.share)
    .map(({ share, reason }) => ({ share, reason: reason(share) }));
  let named = 0;
  return told.map(({ reason }) => reason).filter(({ kind }) => kind !== 'because' || ++named <= mostCauses);
}
