/** The visitor's situation as indices that the encoder knows; see "Context indices" in `docs/model.md`. */
import type { Context } from '../../src/contract.ts';
import type { Manifest } from '../pack/pack.ts';

/** Local time of day and day of the week. */
export interface Clock {
  /** 0 to 23. */
  readonly hour: number;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekday: number;
}

/** Reads a moment in this device's time zone. */
export function clockAt(now: number): Clock {
  const date = new Date(now);
  return { hour: date.getHours(), weekday: ((date.getDay() + 6) % 7) + 1 };
}

const whole = (value: unknown, least: number, most: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/**
 * One index for each context that the pack declares, 0 where unknown.
 *
 * @param context what the app gave, which goes before the profile
 * @param profile what is stored about the visitor, which goes before the clock
 */
export function contextIndices(
  declared: Manifest['context'],
  context: Context,
  profile: Context,
  clock: Clock,
): Int32Array {
  return Int32Array.from(declared, ({ name, values }) => {
    const value = context[name] ?? profile[name];
    if (name === 'hour') return whole(value, 0, 23) ? (value as number) + 1 : clock.hour + 1;
    if (name === 'weekday') return whole(value, 1, 7) ? (value as number) : clock.weekday;
    return value === undefined ? 0 : values.indexOf(String(value)) + 1;
  });
}
