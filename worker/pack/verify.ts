import { RecluseError } from '../../src/contract.ts';
import type { Manifest } from './pack.ts';
import { validateManifest } from './schema.generated.js';

/** The format's major version that this reader understands. */
export const formatMajor = 1;

/** The name of a file's role in the manifest. */
export type FileRole = keyof Manifest['files'];

/** A file as the manifest declares it. */
export type DeclaredFile = NonNullable<Manifest['files'][FileRole]>;

/** @throws RecluseError `pack-damaged`, naming the file and what is wrong with it */
export function damaged(file: string, what: string, details: Record<string, string | number> = {}): never {
  throw new RecluseError('pack-damaged', `The pack is damaged: ${file}: ${what}.`, { file, ...details });
}

/**
 * Reads a manifest. The first of the checks that `recluse-export verify` makes too.
 *
 * @param bytes content of `manifest.json`
 * @throws RecluseError `pack-too-new` for a newer major version, `pack-damaged` for anything that the schema forbids
 */
export async function readManifest(bytes: Uint8Array<ArrayBuffer>): Promise<Manifest> {
  const manifest = parseJson('manifest.json', bytes);
  // Before the schema: a newer version may look like anything.
  const major = (manifest as { format?: { major?: unknown } } | null)?.format?.major;
  if (typeof major === 'number' && major > formatMajor)
    throw new RecluseError(
      'pack-too-new',
      `The pack has format ${major}; this reader knows ${formatMajor}. Update the recluse package.`,
      { major, known: formatMajor },
    );
  if (!validateManifest(manifest)) {
    const error = validateManifest.errors?.[0];
    damaged(
      'manifest.json',
      `${error?.instancePath || 'the document'} breaks the schema's rule “${error?.keyword}”`,
    );
  }
  const { encoder, blender, files } = manifest;
  const model = [encoder, blender, files.rows, files.encoder, files.blender];
  if (model.some(Boolean) && !model.every(Boolean))
    damaged('manifest.json', 'encoder, blender and their files must all be there or all be absent');
  const { rating } = manifest;
  const rated = [rating, files.rating, files.ratingRows];
  if (rated.some(Boolean) && !(encoder && rated.every(Boolean)))
    damaged('manifest.json', 'rating needs its files, its files need it, and both need the full model');
  if (rating) verifyRating(rating);
  for (const file of Object.values(files))
    if (!file.path.includes(`-${file.sha256.slice(0, 8)}.`))
      damaged('manifest.json', `the name ${file.path} does not carry its hash`);
  for (const [field, names] of [
    ['eventTypes', manifest.eventTypes],
    ['context', manifest.context],
  ] as const)
    if (new Set(names.map(({ name }) => name)).size !== names.length)
      damaged('manifest.json', `${field} has a name twice`);
  const hashes = Object.values(files).map((file) => file.sha256);
  const version = (await sha256(new TextEncoder().encode(hashes.join(''))))?.slice(0, 16);
  if (version !== undefined && version !== manifest.version)
    damaged('manifest.json', `version is ${manifest.version}, but these files make it ${version}`);
  return manifest;
}

/** What the schema cannot say about the numbers of expected ratings. */
function verifyRating({
  lengths,
  offset,
  slope,
  spread,
  lowest,
  highest,
}: NonNullable<Manifest['rating']>): void {
  if (lengths.some((least, place) => (place === 0 ? least !== 0 : least <= lengths[place - 1]!)))
    damaged('manifest.json', 'rating.lengths do not rise from 0');
  if ([offset, slope, spread].some(({ length }) => length !== lengths.length))
    damaged('manifest.json', 'rating has more or fewer numbers than lengths');
  if (lowest >= highest) damaged('manifest.json', 'rating.lowest is not below rating.highest');
}

/**
 * Compares a file's bytes with what the manifest says.
 *
 * @throws RecluseError `pack-damaged`
 */
export async function verifyFile(declared: DeclaredFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  verifyArrays(declared);
  if (bytes.byteLength !== declared.bytes)
    damaged(declared.path, `${bytes.byteLength} bytes instead of ${declared.bytes}`);
  const hash = await sha256(bytes);
  if (hash !== undefined && hash !== declared.sha256)
    damaged(declared.path, `its SHA-256 is ${hash.slice(0, 8)}…, not ${declared.sha256.slice(0, 8)}…`);
}

/**
 * Compares the arrays that a file declares with its length: none may leave the file or overlap another.
 *
 * @throws RecluseError `pack-damaged`
 */
function verifyArrays({ path, bytes, arrays = [] }: DeclaredFile): void {
  const width = { i8: 1, u16: 2, u32: 4, f32: 4 };
  let end = 0;
  for (const { name, type, shape, offset } of [...arrays].sort((left, right) => left.offset - right.offset)) {
    if (offset < end) damaged(path, `${name} overlaps another array`);
    end = offset + shape.reduce((product, extent) => product * extent, width[type]);
    if (end > bytes) damaged(path, `${name} goes beyond the end of the file`);
  }
}

/** @throws RecluseError `pack-damaged` where the bytes are not JSON in UTF-8 */
export function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return damaged(file, `not JSON (${(error as Error).message})`);
  }
}

/** @returns hex; undefined on plain http, which has no `crypto.subtle`: there, lengths and ranges are all that can be checked */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!crypto.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
