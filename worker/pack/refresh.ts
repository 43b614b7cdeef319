/** Looking for a newer pack when somebody asks, not only at the start. Loaded then. */
import {
  activate,
  countingRefusals,
  fetchManifest,
  type LoadEvents,
  type LoadOptions,
  useDelta,
  whole,
} from './load.ts';
import type { Manifest } from './pack.ts';

/**
 * Looks whether there is another pack than the one that serves and, if so, puts it in its place: whole, verified and tried out, the
 * switch last. Until then, and where anything fails, everything stays as it is.
 *
 * @param events `onPack` is told of the new pack, once
 * @returns whether there was another
 * @throws RecluseError `pack-unreachable`, `pack-damaged`, `pack-too-new`
 */
export async function refreshPack(
  given: LoadOptions,
  serving: Manifest,
  events: LoadEvents,
): Promise<boolean> {
  const options = { ...given, cache: countingRefusals(given.cache) };
  const fetched = await fetchManifest(options.network, options.manifestUrl, undefined);
  if ('problem' in fetched) throw fetched.problem;
  if (JSON.stringify(fetched.manifest) === JSON.stringify(serving)) return false;
  await useDelta(fetched.manifest, serving, options, events);
  const next = await whole(fetched.manifest, options);
  await events.tryOut(next);
  await events.onPack(next);
  await activate(fetched, options);
  return true;
}
