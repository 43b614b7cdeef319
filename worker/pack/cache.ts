/** Files kept between visits, by absolute URL. Losing any of them costs a download, nothing else. */
export interface FileCache {
  /** `cache-storage`: kept between visits. `memory`: the browser refuses Cache Storage, every visit downloads again. */
  readonly kind: 'cache-storage' | 'memory';
  match(url: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @returns whether the file is kept; false where the disk is full or Cache Storage is lost */
  put(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  delete(url: string): Promise<void>;
  /** Removes every file but these. */
  keepOnly(urls: ReadonlySet<string>): Promise<void>;
}

/**
 * Opens the cache of the given name; never rejects.
 *
 * @param name as the browser's developer tools show it
 */
export async function openCache(name: string): Promise<FileCache> {
  try {
    return cacheIn(await caches.open(name));
  } catch {
    // `caches` is undefined on plain http, and refuses with a SecurityError in sandboxed and some private windows.
    return {
      kind: 'memory',
      match: async () => undefined,
      put: async () => false,
      delete: async () => {},
      keepOnly: async () => {},
    };
  }
}

function cacheIn(cache: Cache): FileCache {
  return {
    kind: 'cache-storage',
    async match(url) {
      try {
        const response = await cache.match(url);
        return response && new Uint8Array(await response.arrayBuffer());
      } catch {
        return undefined;
      }
    },
    async put(url, bytes) {
      try {
        await cache.put(url, new Response(bytes));
        return true;
      } catch {
        return false;
      }
    },
    async delete(url) {
      await cache.delete(url).catch(() => false);
    },
    async keepOnly(urls) {
      const kept = await cache.keys().catch(() => []);
      await Promise.all(
        kept.filter(({ url }) => !urls.has(url)).map((request) => cache.delete(request).catch(() => false)),
      );
    },
  };
}
