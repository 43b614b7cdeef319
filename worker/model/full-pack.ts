/** Whether all of the model is here; apart from what runs it, which is loaded only then. */
import type { Graphs, ItemRows, Pack } from '../pack/pack.ts';
import { hasLinear, type LinearPack } from './signals.ts';

/** A pack whose last tier has arrived. */
export type FullPack = LinearPack & { readonly rows: ItemRows; readonly graphs: Graphs };

/** Whether `startModel` has all that it needs. */
export function hasModel(pack: Pack): pack is FullPack {
  return hasLinear(pack) && pack.rows !== undefined && pack.graphs !== undefined;
}
