/** Interactions of the past, thousands at once. */
import type { ImportProgress, ImportResult, Interaction } from '../src/contract.ts';
import { idOf } from './store/identity.ts';
import { newTo, placed } from './store/merge.ts';
import { complete } from './store/store.ts';
import type { Visitor } from './visitor.ts';

/** Interactions that are stored in one go. */
const chunk = 500;

/**
 * Adds what is new, in chunks, each interaction at its place in time.
 *
 * @param now milliseconds since 1970
 * @param onProgress says whether to stop; what is stored then stays
 */
export async function importHistory(
  interactions: readonly Interaction[],
  visitor: Visitor,
  now: number,
  onProgress: (progress: ImportProgress) => boolean | Promise<boolean>,
): Promise<ImportResult> {
  const past = interactions.map((one) => {
    const timed = { ...one, time: one.time ?? now };
    return complete({ ...timed, id: one.id ?? idOf(timed) }, now);
  });
  const content = await visitor.content();
  const fresh = newTo(content, past).sort((left, right) => left.time - right.time);
  const add = placed(content.interactions, fresh);
  const total = past.length;
  const known = total - add.length;
  let added = 0;
  let stopped = false;
  for (let at = 0; at < add.length && !stopped; at += chunk) {
    stopped = await onProgress({ done: known + at, total });
    if (!stopped) added += await visitor.addPast(add.slice(at, at + chunk));
  }
  if (added > 0) await visitor.changed();
  if (!stopped) await onProgress({ done: total, total });
  return { added, known: total - added };
}
