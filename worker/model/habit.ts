/** What the visitor buys again and again; see "Habit" in `docs/model.md`. */
import type { ItemRow, Manifest } from '../pack/pack.ts';
import type { History } from './history.ts';
import { decay } from './interest.ts';

/** Four arrays over all items, `[items]` each. */
export interface Habit {
  /** Decayed sum of event weights. */
  readonly habit: Float32Array;
  /** How often, within the history. */
  readonly times: Float32Array;
  /** Days since the last time, -1 where there was none. */
  readonly daysSince: Float32Array;
  /** Usual days between two times. */
  readonly interval: Float32Array;
}

const day = 86_400;

interface Tally {
  strength: number;
  times: number;
  oldest: number;
  newest: number;
}

function tallied(history: History, manifest: Manifest): Map<ItemRow, Tally> {
  const { rows, types, ages, weights, sums } = history;
  const tallies = new Map<ItemRow, Tally>();
  function add(row: ItemRow, more: Tally): void {
    const tally = tallies.get(row);
    if (!tally) {
      tallies.set(row, more);
      return;
    }
    tally.strength += more.strength;
    tally.times += more.times;
    tally.oldest = Math.max(tally.oldest, more.oldest);
    tally.newest = Math.min(tally.newest, more.newest);
  }
  for (let event = 0; event < rows.length; event++) {
    if (!manifest.eventTypes[types[event]!]!.habit) continue;
    const age = ages[event]!;
    const strength = weights[event]! * decay(age / day, manifest.habit.halfLifeDays);
    add(rows[event]!, { strength, times: 1, oldest: age, newest: age });
  }
  sums?.rows.forEach((row, at) => {
    if (!manifest.eventTypes[sums.types[at]!]!.habit) return;
    add(row, {
      strength: sums.habit[at]!,
      times: sums.times[at]!,
      oldest: sums.oldest[at]!,
      newest: sums.newest[at]!,
    });
  });
  return tallies;
}

/**
 * Counts the events of types with `habit: true`.
 *
 * @param usual `[items]`, the `interval` array of the pack's priors
 */
export function habitOf(history: History, usual: Float32Array, manifest: Manifest): Habit {
  const { priorWeight } = manifest.habit;
  const habit = new Float32Array(usual.length);
  const times = new Float32Array(usual.length);
  const daysSince = new Float32Array(usual.length).fill(-1);
  const interval = Float32Array.from(usual);
  for (const [row, tally] of tallied(history, manifest)) {
    habit[row] = tally.strength;
    times[row] = tally.times;
    daysSince[row] = tally.newest / day;
    const span = (tally.oldest - tally.newest) / day;
    interval[row] = (priorWeight * usual[row]! + span) / (priorWeight + tally.times - 1);
  }
  return { habit, times, daysSince, interval };
}
