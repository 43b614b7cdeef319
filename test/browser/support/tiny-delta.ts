/** A delta between two tiny packs, as `recluse-export delta` would make it: what is the same at both ends of a file is copied. */
import type { TinyPack } from './tiny-pack.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What may be wrong with it. */
export interface Damage {
  /** The last word on the head. */
  head?: (head: { from: string; to: string; files: { operations: number[] }[] }) => unknown;
  /** The last word on the bytes, after their hash was taken. */
  bytes?: (bytes: Bytes) => unknown;
  /** Name another version in the manifest. */
  from?: string;
}

async function hash(bytes: Bytes): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The files of the new pack with a delta from the old one, and the delta's path. */
export async function withDelta(
  old: TinyPack,
  next: TinyPack,
  damage: Damage = {},
): Promise<{ files: Map<string, Bytes>; path: string }> {
  const parts: { path: string; from: string; operations: number[] }[] = [];
  const fresh: number[] = [];
  for (const role of Object.keys(next.manifest.files) as (keyof typeof next.manifest.files)[]) {
    const [from, path] = [old.manifest.files[role]!.path, next.manifest.files[role]!.path];
    if (from === path) continue;
    const [source, target] = [old.files.get(from)!, next.files.get(path)!];
    const least = Math.min(source.length, target.length);
    let head = 0;
    while (head < least && source[head] === target[head]) head += 1;
    let tail = 0;
    while (tail < least - head && source.at(-1 - tail) === target.at(-1 - tail)) tail += 1;
    const middle = target.subarray(head, target.length - tail);
    fresh.push(...middle);
    parts.push({ path, from, operations: [0, head, middle.length, source.length - tail, tail, 0] });
  }
  const head = { from: old.manifest.version, to: next.manifest.version, files: parts };
  damage.head?.(head);
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + text.length + fresh.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(fresh, 4 + text.length);
  const sha256 = await hash(bytes);
  damage.bytes?.(bytes);
  const path = `delta-${sha256.slice(0, 8)}.bin`;
  const delta = {
    from: damage.from ?? old.manifest.version,
    file: { path, bytes: bytes.length, sha256 },
  };
  const files = new Map(next.files);
  files.set('manifest.json', new TextEncoder().encode(JSON.stringify({ ...next.manifest, delta })));
  files.set(path, bytes);
  return { files, path };
}
