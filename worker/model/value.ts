/** What money paid and stars given do to an event's weight; "Event weight" in `docs/model.md`. */
import type { Manifest } from '../pack/pack.ts';

/** A century in seconds: beyond it, and beyond a million in money or stars, absurd input could make sums overflow. */
export const longest = 3.2e9;
export const largest = 1e6;

/** @returns `number`, or the bound that it is beyond */
export const held = (number: number, least: number, most: number) => Math.min(most, Math.max(least, number));

/** @returns 0 or more; 1 where there is no value, or the type does not say what values mean */
export function valueFactor(form: Manifest['eventTypes'][number]['value'], value: number): number {
  return form && value !== 0 ? Math.max(0, form.base + form.slope * value) : 1;
}
