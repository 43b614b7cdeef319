/** The visitor's situation as indices that the encoder knows; see "Context indices" in `docs/model.md`. */
import type { Context, Device } from '../../src/contract.ts';
import type { Manifest } from '../pack/pack.ts';
import { device } from './features/device.ts';
import { hour } from './features/hour.ts';
import { place } from './features/place.ts';
import { weekday } from './features/weekday.ts';

/** Local time of day and day of the week. */
export interface Clock {
  /** 0 to 23. */
  readonly hour: number;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekday: number;
}

/** What is known of a moment without asking anybody. */
export interface Known extends Clock {
  /** What the page runs on. */
  readonly device: Device;
}

/** Reads a moment in this device's time zone. */
export function clockAt(now: number): Clock {
  const date = new Date(now);
  return { hour: date.getHours(), weekday: ((date.getDay() + 6) % 7) + 1 };
}

function indexOf(value: string | number, name: string, values: readonly string[]): number {
  if (name === 'hour' || name === 'weekday')
    return typeof value === 'number' ? { hour, weekday }[name](value) : 0;
  // A profile's facts are places among their values, too.
  return (name === 'device' ? device : place)(value, values);
}

/**
 * One index for each context that the pack declares, 0 where unknown. Who says something first decides, even if the pack does
 * not know what was said.
 *
 * @param context what the app gave, which goes before the profile
 * @param profile what is stored about the visitor, which goes before what the device knows
 * @param known what the device knows by itself, or nothing where that says nothing about the visitor's moment
 */
export function contextIndices(
  declared: Manifest['context'],
  context: Context,
  profile: Context,
  known: Partial<Known>,
): Int32Array {
  const told: Context = { ...known, ...profile, ...context };
  return Int32Array.from(declared, ({ name, values }) => {
    const value = told[name];
    return value === undefined ? 0 : indexOf(value, name, values);
  });
}
