/**
 * The files of a new pack, made from those of the pack that is here and one small file of what is new; its form is under `delta` in
 * `docs/pack.schema.json`. Loaded when a manifest names one.
 */
import type { FileCache } from './cache.ts';
import type { Network } from './network.ts';
import type { Manifest } from './pack.ts';
import { type DeclaredFile, damaged, type FileRole, parseJson, verifyFile } from './verify.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** How one file is made. */
export interface DeltaFile {
  readonly path: string;
  /** The other pack's file; null where all is new. */
  readonly from: string | null;
  /** Triples: copy `length` bytes from `offset`, then take so many fresh ones. */
  readonly operations: readonly number[];
  readonly fresh: Bytes;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Reads a delta whose bytes are what the manifest says.
 *
 * @throws RecluseError `pack-damaged` for what is no delta between these two versions
 */
export function readDelta(bytes: Bytes, { version, delta }: Manifest): DeltaFile[] {
  const path = delta!.file.path;
  const length = bytes.byteLength < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = parseJson(path, bytes.subarray(4, 4 + length)) as {
    from?: unknown;
    to?: unknown;
    files?: unknown;
  } | null;
  if (head?.from !== delta!.from || head.to !== version || !Array.isArray(head.files))
    damaged(path, 'it is not between these two versions');
  let taken = 4 + length;
  return head.files.map((file: Partial<DeltaFile> | null): DeltaFile => {
    const { path: made, from, operations } = file ?? {};
    if (
      typeof made !== 'string' ||
      (from !== null && typeof from !== 'string') ||
      !Array.isArray(operations) ||
      operations.length % 3 !== 0 ||
      !operations.every(isCount)
    )
      damaged(path, 'it does not say how a file is made');
    let count = 0;
    for (let at = 2; at < operations.length; at += 3) count += operations[at]!;
    const fresh = bytes.subarray(taken, taken + count);
    if (fresh.byteLength !== count) damaged(path, 'it ends too early');
    taken += count;
    return { path: made, from, operations, fresh };
  });
}

/**
 * Makes a file. Whether it is the right one is for its hash to say.
 *
 * @param size bytes that it must have
 * @throws RecluseError `pack-damaged`
 */
export function madeFrom(source: Bytes, { path, operations, fresh }: DeltaFile, size: number): Bytes {
  const made = new Uint8Array(size);
  let filled = 0;
  let taken = 0;
  for (let at = 0; at < operations.length; at += 3) {
    const [offset, length, count] = operations.slice(at, at + 3) as [number, number, number];
    if (offset + length > source.byteLength || filled + length + count > size)
      damaged(path, 'its delta leaves the file');
    made.set(source.subarray(offset, offset + length), filled);
    made.set(fresh.subarray(taken, taken + count), filled + length);
    filled += length + count;
    taken += count;
  }
  if (filled !== size) damaged(path, 'its delta ends too early');
  return made;
}

/**
 * Makes as many of a new pack's files as it can from those of the pack that is here, and puts them into the cache, each verified. What it
 * cannot make is fetched whole later; where all of that is smaller than the delta, nothing is done.
 *
 * @throws RecluseError `pack-unreachable`, `pack-damaged`; what was made before stays
 */
export async function unpackDelta(
  next: Manifest,
  here: Manifest,
  { manifestUrl, cache, network }: { manifestUrl: string; cache: FileCache; network: Network },
  fetchVerified: (network: Network, url: string, file: DeclaredFile) => Promise<Bytes>,
): Promise<void> {
  const { file } = next.delta!;
  const urlOf = (path: string) => new URL(path, manifestUrl).href;
  let saved = 0;
  for (const role of Object.keys(next.files) as FileRole[]) {
    const before = here.files[role];
    const there = await cache.match(urlOf(next.files[role]!.path));
    if (before && !there && (await cache.match(urlOf(before.path)))) saved += next.files[role]!.bytes;
  }
  if (file.bytes >= saved) return;
  const bytes = await fetchVerified(network, urlOf(file.path), file);
  for (const part of readDelta(bytes, next)) {
    const declared = Object.values(next.files).find(({ path }) => path === part.path);
    const source = part.from === null ? new Uint8Array() : await cache.match(urlOf(part.from));
    if (!declared || !source || (await cache.match(urlOf(part.path)))) continue;
    const made = madeFrom(source, part, declared.bytes);
    await verifyFile(declared, made);
    await cache.put(urlOf(part.path), made);
  }
}
