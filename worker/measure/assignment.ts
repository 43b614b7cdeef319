/**
 * Which variant of an experiment a device gets: decided by a hash of the device's own random id and the experiment's name, so that nobody has to
 * be asked, the answer stays, and two experiments divide the devices independently of each other.
 */
import { type ExperimentGroup, RecluseError, type VariantOptions } from '../../src/contract.ts';
import { hashOf } from '../store/identity.ts';

/** What a device keeps about an experiment. */
export interface Assignment {
  variants: string[];
  /** Null where the device takes no part. */
  variant: string | null;
  /** Null: all. */
  placements: string[] | null;
  group: ExperimentGroup | null;
  /** What happened before this moment counts for no variant. Milliseconds since 1970. */
  since: number;
}

/** The last step of MurmurHash3 (Appleby): every bit of the hash depends on every bit of what was hashed. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Where a device stands in a division of all devices, in [0, 1). */
export const placeIn = (device: string, division: string): number =>
  mixed(hashOf(division, hashOf(device))) / 2 ** 32;

/** @param weights above or equal to 0, not all 0 */
export function chosen(variants: readonly string[], weights: readonly number[], place: number): string {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = place * total;
  const found = variants.findIndex((_, index) => {
    left -= weights[index]!;
    return left < 0;
  });
  // Rounding may leave a little; a weight of 0 gets nobody.
  return variants[found] ?? variants[weights.findLastIndex((weight) => weight > 0)]!;
}

function wrong(field: string, what: string): never {
  throw new RecluseError('invalid-argument', `${field} must be ${what}.`, { field });
}

/**
 * @throws RecluseError `invalid-argument` where the weights are not one for each variant, or the group's range is none
 */
export function assigned(
  device: string,
  name: string,
  variants: readonly string[],
  { weights = variants.map(() => 1), group, placements }: VariantOptions,
  now: number,
): Assignment {
  if (weights.length !== variants.length || !weights.some((weight) => weight > 0))
    wrong('weights', 'one number for each variant, at least one of them above 0');
  if (group && !(group.from < group.to)) wrong('group', 'a range: from below to');
  const place = group ? placeIn(device, `group ${group.name}`) : 0;
  const takesPart = !group || (place >= group.from && place < group.to);
  return {
    variants: [...variants],
    variant: takesPart ? chosen(variants, weights, placeIn(device, `experiment ${name}`)) : null,
    placements: placements ? [...placements] : null,
    group: group ? { ...group } : null,
    since: now,
  };
}

/** The experiment whose range overlaps another's of the same group; undefined where all keep apart. */
export function overlapping(
  name: string,
  group: ExperimentGroup,
  others: ReadonlyMap<string, Assignment>,
): string | undefined {
  for (const [other, { group: theirs }] of others)
    if (other !== name && theirs?.name === group.name && theirs.from < group.to && group.from < theirs.to)
      return other;
  return undefined;
}

/** A kept assignment; undefined where it is damaged. */
export function assignmentIn(value: unknown): Assignment | undefined {
  const { variants, variant, placements, since } = (value ?? {}) as Partial<Assignment>;
  const texts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((entry) => typeof entry === 'string');
  const right =
    texts(variants) &&
    (variant === null || (typeof variant === 'string' && variants.includes(variant))) &&
    (placements === null || texts(placements)) &&
    Number.isFinite(since);
  return right ? (value as Assignment) : undefined;
}

/** Whether what happened at a placement at a time counts for the experiment. */
export const concerns = (
  { variant, placements, since }: Assignment,
  placement: string,
  time: number,
): boolean => variant !== null && time >= since && (placements === null || placements.includes(placement));
