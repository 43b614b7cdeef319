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

function indexOf(value: string | number, name: string, values: readonly string[]): number {
  const number = typeof value === 'number' && Number.isInteger(value) ? value : -1;
  if (name === 'hour') return number >= 0 && number <= 23 ? number + 1 : 0;
  if (name === 'weekday') return number >= 1 && number <= 7 ? number : 0;
  return values.indexOf(String(value)) + 1;
}

/**
 * One index for each context that the pack declares, 0 where unknown. Who says something first decides, even if the pack does
 * not know what was said.
 *
 * @param context what the app gave, which goes before the profile
 * @param profile what is stored about the visitor, which goes before the clock
 * @param clock the device's, or nothing where its time says nothing about the visitor's
 */
export function contextIndices(
  declared: Manifest['context'],
  context: Context,
  profile: Context,
  clock: Partial<Clock>,
): Int32Array {
  const told: Context = { ...clock, ...profile, ...context };
  return Int32Array.from(declared, ({ name, values }) => {
    const value = told[name];
    return value === undefined ? 0 : indexOf(value, name, values);
  });
}
