import type { FileCache } from './cache.ts';
import type { Network } from './network.ts';

/** The files of ONNX Runtime, kept between visits. They are versioned by their URL. */
export interface RuntimeFiles {
  /**
   * Fetches a file, or takes it from the cache.
   *
   * @param url absolute, or relative to the worker
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
      const { href } = new URL(url, import.meta.url);
      used.add(href);
      const cached = await cache.match(href);
      if (cached) return cached;
      const bytes = await network.fetchBytes(href);
      await cache.put(href, bytes);
      return bytes;
    },
    settle: (started) => cache.keepOnly(started ? used : new Set()),
  };
}
