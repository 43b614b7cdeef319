/** How often the visitor takes an item; "Features by name" in `docs/model.md`. */
import type { Manifest } from '../../pack/pack.ts';
import { habitOf } from '../habit.ts';
import type { History } from '../history.ts';

/**
 * @param usual `[items]`, the `interval` array of the pack's priors
 * @returns `[items]`, usual days between two times; what is usual for everybody where the visitor has shown little
 */
export function repeatInterval(history: History, usual: Float32Array, manifest: Manifest): Float32Array {
  return habitOf(history, usual, manifest).interval;
}
