import { RecluseError } from '../../src/contract.ts';

/** How one file is fetched. */
export interface FetchOptions {
  /** The browser's HTTP cache. Default `'default'`: content-hashed files may come from there. */
  cache?: RequestCache;
  /** Milliseconds until the first byte of the answer. Default 30,000. */
  patience?: number;
}

/** The only door to the network. It counts what goes through. */
export interface Network {
  /** Requests made since the start. */
  readonly requests: number;
  /** Bytes of bodies received since the start, after decompression. */
  readonly received: number;
  /**
   * @param url absolute
   * @throws RecluseError `pack-unreachable` where there is no answer in time, or not a good one
   */
  fetchBytes(url: string, options?: FetchOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends all that is under way. Later calls fail. */
  close(): void;
}

/** Milliseconds in which a transfer that has begun must end. */
const transferPatience = 120_000;

/** Opens the door. */
export function openNetwork(): Network {
  const closing = new AbortController();
  let requests = 0;
  let received = 0;
  return {
    get requests() {
      return requests;
    },
    get received() {
      return received;
    },
    async fetchBytes(url, { cache = 'default', patience = 30_000 } = {}) {
      const file = url.slice(url.lastIndexOf('/') + 1);
      const stopping = new AbortController();
      const stop = () => stopping.abort();
      let timer = setTimeout(stop, patience);
      closing.signal.addEventListener('abort', stop);
      try {
        closing.signal.throwIfAborted();
        requests += 1;
        const response = await fetch(url, { cache, credentials: 'same-origin', signal: stopping.signal });
        if (!response.ok)
          throw new RecluseError('pack-unreachable', `The server answers ${response.status} for ${file}.`, {
            file,
            status: response.status,
          });
        clearTimeout(timer);
        timer = setTimeout(stop, transferPatience);
        const body = new Uint8Array(await response.arrayBuffer());
        received += body.byteLength;
        return body;
      } catch (error) {
        if (error instanceof RecluseError) throw error;
        const why = stopping.signal.aborted ? 'no answer in time' : String((error as Error).message);
        throw new RecluseError('pack-unreachable', `${file} cannot be fetched: ${why}.`, { file });
      } finally {
        clearTimeout(timer);
        closing.signal.removeEventListener('abort', stop);
      }
    },
    close: () => closing.abort(),
  };
}
