/** What the encoder reads: the newest events, padded on the left; step 1 of "Tier `model`" in `docs/model.md`. */
import type { Manifest } from '../../pack/pack.ts';
import type { History } from '../history.ts';

/** `[length]` each, oldest first. */
export interface Sequence {
  /** Item rows; -1 for padding. */
  readonly rows: Int32Array;
  /** Tokens of the event types; 0 for padding. */
  readonly types: Int32Array;
  /** Seconds; 0 for padding. */
  readonly ages: Float32Array;
  /** 0 for padding or absent. */
  readonly values: Float32Array;
  /** What attention adds: 0 for an event, -10000 for padding. */
  readonly mask: Float32Array;
}

const hidden = -10_000;

/** Room for a sequence, used again and again. */
export function emptySequence(length: number): Sequence {
  return {
    rows: new Int32Array(length),
    types: new Int32Array(length),
    ages: new Float32Array(length),
    values: new Float32Array(length),
    mask: new Float32Array(length),
  };
}

/**
 * Fills `into` from the right with the newest events whose type has a token, newest last.
 *
 * @returns how many events there are, 0 to the length of `into`
 */
export function readSequence(
  { rows, types, ages, values }: History,
  { eventTypes }: Manifest,
  into: Sequence,
): number {
  into.rows.fill(-1);
  into.types.fill(0);
  into.ages.fill(0);
  into.values.fill(0);
  into.mask.fill(hidden);
  let at = into.rows.length;
  for (let event = rows.length - 1; event >= 0 && at > 0; event--) {
    const { token } = eventTypes[types[event]!]!;
    if (token === 0) continue;
    at--;
    into.rows[at] = rows[event]!;
    into.types[at] = token;
    into.ages[at] = ages[event]!;
    into.values[at] = values[event]!;
    into.mask[at] = 0;
  }
  return into.rows.length - at;
}
