/** One visitor's past from two places: an export of another device, what was kept before consent, a list of past orders. */
import type { CompactedInteractions, ImportResult, StoredInteraction } from '../../src/contract.ts';
import { kindOf } from './derived.ts';
import { hashOf, identityOf } from './identity.ts';
import type { Change, CompleteInteraction, Content, PlacedInteraction } from './store.ts';

/** `[item, type]` as one text. */
const sumKey = ({ item, type }: { item: string; type: string }) => JSON.stringify([item, type]);

/** What is here already, one by one or in sums. */
interface Known {
  has(interaction: CompleteInteraction): boolean;
  add(interaction: CompleteInteraction): void;
}

function knownIn({ interactions, compacted }: Content): Known {
  const ids = new Set(interactions.map(({ id }) => id));
  const identities = new Set(interactions.map(identityOf));
  const hashes = new Map(compacted.map((sum) => [sumKey(sum), new Set(sum.known)]));
  return {
    has(one) {
      const identity = identityOf(one);
      return ids.has(one.id) || identities.has(identity) || !!hashes.get(sumKey(one))?.has(hashOf(identity));
    },
    add(one) {
      ids.add(one.id);
      identities.add(identityOf(one));
    },
  };
}

/** Those that are new, each once. */
export function newTo<Incoming extends CompleteInteraction>(
  content: Content,
  incoming: readonly Incoming[],
): Incoming[] {
  const known = knownIn(content);
  return incoming.filter((one) => {
    if (known.has(one)) return false;
    known.add(one);
    return true;
  });
}

/**
 * Gives interactions of the past their places among those that are stored: each before the first stored one that happened later.
 * Those that belong after all others get no `seq`: the store makes it.
 *
 * @param incoming in the order that equals shall have
 */
export function placed(
  stored: readonly Pick<StoredInteraction, 'seq' | 'time'>[],
  incoming: readonly CompleteInteraction[],
): PlacedInteraction[] {
  // In an empty store there is nothing to find a place among: the given order is kept.
  if (stored.length === 0) return incoming.map(unplaced);
  const sorted = [...incoming].sort((left, right) => left.time - right.time);
  const result: PlacedInteraction[] = [];
  for (let at = 0, next = 0; next < sorted.length; at++) {
    let end = next;
    const later = stored[at]?.time ?? Number.POSITIVE_INFINITY;
    while (end < sorted.length && sorted[end]!.time < later) end++;
    const group = sorted.slice(next, end);
    next = end;
    const from = at === 0 ? Math.min(0, stored[0]!.seq - 1) : stored[at - 1]!.seq;
    const step = ((stored[at]?.seq ?? from) - from) / (group.length + 1);
    // Too many imports between the same two, and numbers between them run out.
    const room = from + step > from && step > 8 * Number.EPSILON * Math.abs(from);
    for (const [place, one] of group.entries())
      result.push(room ? { ...one, seq: from + (place + 1) * step } : unplaced(one));
  }
  return result;
}

function unplaced(interaction: CompleteInteraction): PlacedInteraction {
  const { seq: _, ...one } = interaction as PlacedInteraction;
  return one;
}

/**
 * Adds sums to sums. What is known here already is not counted twice: of a sum of which a part is known, the rest is counted in
 * proportion; where it holds all that is in the sum that is here, it takes its place.
 */
function mergedSums(content: Content, theirs: readonly CompactedInteractions[]) {
  const sums = new Map(content.compacted.map((sum) => [sumKey(sum), sum]));
  const one = new Map<string, Set<number>>();
  for (const interaction of content.interactions) {
    const key = sumKey(interaction);
    const hashes = one.get(key) ?? new Set();
    one.set(key, hashes.add(hashOf(identityOf(interaction))));
  }
  let added = 0;
  for (const sum of theirs) {
    const mine = sums.get(sumKey(sum));
    const here = new Set([...(mine?.known ?? []), ...(one.get(sumKey(sum)) ?? [])]);
    const fresh = sum.known.filter((hash) => !here.has(hash));
    if (fresh.length === 0) continue;
    added += fresh.length;
    const share = fresh.length / sum.known.length;
    const part = share === 1 ? sum : partOf(sum, share, fresh);
    const incoming = new Set(sum.known);
    const whole = !mine || mine.known.every((hash) => incoming.has(hash));
    const untouched = !one.has(sumKey(sum));
    sums.set(sumKey(sum), mine ? (whole && untouched ? sum : addedSums(mine, part)) : part);
  }
  return { compacted: [...sums.values()], added };
}

function partOf(sum: CompactedInteractions, share: number, known: number[]): CompactedInteractions {
  return {
    ...sum,
    count: known.length,
    strength: sum.strength * share,
    interest: sum.interest * share,
    habit: sum.habit * share,
    values: sum.values * share,
    valued: sum.valued * share,
    known,
  };
}

function addedSums(mine: CompactedInteractions, theirs: CompactedInteractions): CompactedInteractions {
  const total = mine.strength + theirs.strength;
  // Sums of two moments or rules can't be added as they are: then only strength and mean time are, which any rule can decay.
  const alike = mine.at === theirs.at && mine.rule === theirs.rule;
  return {
    ...mine,
    count: mine.count + theirs.count,
    first: Math.min(mine.first, theirs.first),
    last: Math.max(mine.last, theirs.last),
    strength: total,
    mean: total === 0 ? mine.mean : (mine.mean * mine.strength + theirs.mean * theirs.strength) / total,
    interest: mine.interest + theirs.interest,
    habit: mine.habit + theirs.habit,
    rule: alike ? mine.rule : '',
    values: mine.values + theirs.values,
    valued: mine.valued + theirs.valued,
    known: [...mine.known, ...theirs.known],
  };
}

/**
 * What a visitor's content becomes when another one's is added. Doing it twice is doing it once.
 *
 * The profile that is here goes before the one that comes; lists of both (`likes`) are joined.
 *
 * @param sameDevice whether both are of this device: then what is of a device alone comes, too, but for what is made anew from interactions
 */
export function merged(
  content: Content,
  theirs: Content,
  sameDevice = false,
): readonly [Change, ImportResult] {
  const add = newTo(content, theirs.interactions);
  const sums = mergedSums(content, theirs.compacted);
  const total = theirs.interactions.length + theirs.compacted.reduce((count, sum) => count + sum.count, 0);
  const added = add.length + sums.added;
  const derived = new Map(
    content.derived.map((record) => [JSON.stringify([record.kind, record.key]), record]),
  );
  for (const record of theirs.derived) {
    const kind = kindOf(record);
    const ofDevice = kind?.imported === false;
    if (!kind?.exported || (ofDevice && !(sameDevice && kind.forgotten === 'none'))) continue;
    const key = JSON.stringify([record.kind, record.key]);
    const mine = derived.get(key);
    if (!mine || (!ofDevice && mine.time < record.time)) derived.set(key, record);
  }
  const profile = { ...theirs.profile, ...content.profile };
  for (const [name, value] of Object.entries(content.profile)) {
    const other = Object.hasOwn(theirs.profile, name) ? theirs.profile[name] : undefined;
    if (Array.isArray(value) && Array.isArray(other)) profile[name] = [...new Set([...value, ...other])];
  }
  const change: Change = {
    add: placed(content.interactions, add),
    compacted: sums.compacted,
    derived: [...derived.values()],
    profile,
  };
  return [change, { added, known: total - added }];
}
