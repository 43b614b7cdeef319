/** What was learned as it is kept: plain JSON of some ten kilobytes, whatever was learned. */
import { type Learned, mostShown } from './feedback.ts';

/** As it is kept. */
export interface LearnedRecord {
  version: 1;
  /** What decides what is learned: the pack's items as they are seen, and the settings. */
  basis: string;
  seq: number;
  seen: number;
  feedback: number;
  precision: number[];
  vector: number[];
  /** `[item, place, usual, weight, outcome]` each. */
  shown: number[][];
}

/** @param basis see {@link LearnedRecord} */
export const recordOf = ({ sums, shown, seq, seen, feedback }: Learned, basis: string): LearnedRecord => ({
  version: 1,
  basis,
  seq,
  seen,
  feedback,
  precision: [...sums.precision],
  vector: [...sums.vector],
  shown: shown.map(({ item, place, usual, weight, outcome }) => [item, place, usual, weight, outcome]),
});

const numbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every(Number.isFinite);

/** What a record says; undefined where it is damaged, or was made of other features or with other settings. */
export function learnedIn(value: unknown, basis: string, size: number): Learned | undefined {
  const record = (value ?? {}) as Partial<LearnedRecord>;
  const { version, seq, seen, feedback, precision, vector, shown } = record;
  const right =
    version === 1 &&
    record.basis === basis &&
    [seq, seen, feedback].every((one) => Number.isFinite(one)) &&
    numbers(precision, (size * (size + 1)) / 2) &&
    numbers(vector, size) &&
    diagonalIsRight(precision, size) &&
    Array.isArray(shown) &&
    shown.length <= mostShown &&
    shown.every((one) => numbers(one, 5) && one[3]! >= 0 && one[3]! <= 1);
  if (!right) return undefined;
  return {
    sums: { size, precision: Float64Array.from(precision), vector: Float64Array.from(vector) },
    shown: shown.map(([item, place, usual, weight, outcome]) => ({
      item: item!,
      place: place!,
      usual: usual!,
      weight: weight!,
      outcome: outcome!,
    })),
    seq: seq!,
    seen: seen!,
    feedback: feedback!,
  };
}

/** Sums of squares are not negative. */
function diagonalIsRight(precision: readonly number[], size: number): boolean {
  for (let row = 0, at = 0; row < size; at += size - row, row++) if (precision[at]! < 0) return false;
  return true;
}
