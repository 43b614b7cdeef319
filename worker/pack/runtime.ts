import type { FileCache } from './cache.ts';
import type { Network } from './network.ts';

/** The files of ONNX Runtime, kept between visits. They are versioned by their URL. */
export interface RuntimeFiles {
  /**
   * Fetches a file, or takes it from the cache.
   *
   * @param url absolute
   * @throws RecluseError `pack-unreachable`
   */
  fetch(url: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Tidies up once the runtime has started or failed: files of other versions go, and if it failed, all of them,
   * so that the next visit tries fresh ones.
   */
  settle(started: boolean): Promise<void>;
}

/** @param cache one that holds nothing but runtime files */
export function runtimeFiles(cache: FileCache, network: Network): RuntimeFiles {
  const used = new Set<string>();
  return {
    async fetch(url) {
      used.add(url);
      const cached = await cache.match(url);
      if (cached) return cached;
      const bytes = await network.fetchBytes(url);
      await cache.put(url, bytes);
      return bytes;
    },
    settle: (started) => cache.keepOnly(started ? used : new Set()),
  };
}
