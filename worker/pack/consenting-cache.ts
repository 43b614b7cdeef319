import type { Consent } from '../../src/contract.ts';
import { type FileCache, openCache } from './cache.ts';

/** A cache that writes nothing before it may. */
export interface ConsentingCache extends FileCache {
  /**
   * From here on this is agreed to: where it is `granted`, files are kept on the disk, those held in memory while it was `pending` too.
   *
   * @param erase removes the whole cache from the disk; only where this is not `granted`
   */
  agree(consent: Consent, erase: boolean): Promise<void>;
}

/** @param name as the browser's developer tools show it; nothing of this name is made before consent is granted */
export function consentingCache(name: string, first: Consent): ConsentingCache {
  const held = new Map<string, Uint8Array<ArrayBuffer>>();
  let consent = first;
  let kind: FileCache['kind'] = 'memory';
  let opened: Promise<FileCache> | undefined;
  /** The cache on the disk, made when it is first used; undefined where it may not be. */
  function disk(): Promise<FileCache> | undefined {
    if (consent !== 'granted') return undefined;
    opened ??= openCache(name).then((cache) => {
      kind = cache.kind;
      return cache;
    });
    return opened;
  }

  /** Reading what an earlier visit has kept leaves no trace. Opening the cache would make it. */
  async function fromDisk(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const response = await caches.match(url, { cacheName: name });
      return response && new Uint8Array(await response.arrayBuffer());
    } catch {
      return undefined;
    }
  }

  return {
    get kind() {
      return kind;
    },
    match: async (url) => (opened ? (await opened).match(url) : (held.get(url) ?? fromDisk(url))),
    async put(url, bytes) {
      if (consent === 'pending') held.set(url, bytes);
      return consent === 'pending' || ((await (await disk())?.put(url, bytes)) ?? false);
    },
    async delete(url) {
      held.delete(url);
      await (await disk())?.delete(url);
    },
    async keepOnly(urls) {
      for (const url of held.keys()) if (!urls.has(url)) held.delete(url);
      await (await disk())?.keepOnly(urls);
    },
    async agree(next, erase) {
      const files = next === 'granted' ? [...held] : [];
      consent = next;
      if (next !== 'granted') {
        opened = undefined;
        kind = 'memory';
      }
      if (next !== 'pending') held.clear();
      // In the order in which they came: a manifest comes after its files.
      for (const [url, bytes] of files) await (await disk())?.put(url, bytes);
      if (erase && next !== 'granted') await globalThis.caches?.delete(name).catch(() => false);
    },
  };
}
