/** Everything that is known about every item before a graph runs; the signals of `docs/model.md`. */
import type { LinearMatrix, Manifest, Pack, Priors } from '../pack/pack.ts';
import { affinityOf } from './affinity.ts';
import { habitOf } from './habit.ts';
import { hadOf } from './had.ts';
import type { History } from './history.ts';
import { type Interest, interestOf } from './interest.ts';
import { togetherOf } from './linear.ts';

/** The name of one signal of the pack's blender. */
export type SignalName = NonNullable<Manifest['blender']>['signals'][number];

/** All signals but `taste`, which needs the encoder; `[items]` each. */
export type Signals = Readonly<Record<Exclude<SignalName, 'taste'>, Float32Array>>;

/** A pack whose linear tier has arrived. */
export type LinearPack = Pack & { readonly priors: Priors; readonly linear: LinearMatrix };

/** Whether the linear tier can answer. */
export function hasLinear(pack: Pack): pack is LinearPack {
  return pack.priors !== undefined && pack.linear !== undefined;
}

/** What the history says about every item, and the interest it was derived from. */
export interface Evidence {
  readonly interest: Interest;
  readonly signals: Signals;
}

/** Computes the signals of one visitor for all items. */
export function evidenceOf(history: History, pack: LinearPack): Evidence {
  const { manifest, priors } = pack;
  const interest = interestOf(history, manifest.linear);
  return {
    interest,
    signals: {
      together: togetherOf(interest, pack.linear),
      ...habitOf(history, priors.interval, manifest),
      affinity: affinityOf(interest, priors.leaf, pack.categories.length, history.stated),
      popularity: priors.popularity,
      recent: priors.recent,
      repeat: priors.repeat,
      had: hadOf(history, priors.repeat.length),
    },
  };
}

/**
 * Lays the signals out as the blender reads them: one item after the other, the signals of an item side by side. A column that is the
 * same array as the last time lies there already: what belongs to the pack is laid out once.
 *
 * @param into `[at least items * names.length]`; what lies beyond the items is left as it is. Nobody else writes into it.
 */
export function interleaver(
  names: readonly SignalName[],
  into: Float32Array,
): (signals: Signals & { readonly taste: Float32Array }) => void {
  const laid: Float32Array[] = [];
  return (signals) => {
    names.forEach((name, place) => {
      const column = signals[name];
      if (laid[place] === column) return;
      for (let row = 0, at = place; row < column.length; row++, at += names.length) into[at] = column[row]!;
      laid[place] = column;
    });
  };
}
