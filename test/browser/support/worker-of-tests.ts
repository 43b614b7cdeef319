/** The real worker, except that files of `https://packs.test/` come from the test (see `pack-server.ts`). */
import '../../../worker/index.ts';
import { type Answer, channelName } from './pack-server.ts';

const channel = new BroadcastChannel(channelName);
const waiting = new Map<string, (answer: Answer) => void>();
channel.onmessage = ({ data }: MessageEvent<Answer>) => {
  waiting.get(data.id)?.(data);
  waiting.delete(data.id);
};

const fetchFromNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = String(input);
  if (!url.startsWith('https://packs.test/')) return fetchFromNetwork(input, init);
  return new Promise((resolve, reject) => {
    const id = crypto.randomUUID();
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    waiting.set(id, ({ status, body }) => {
      if (status === 0) reject(new TypeError('Failed to fetch'));
      else resolve(new Response(body, { status }));
    });
    channel.postMessage({ id, url });
  });
};

/** A mistake that nobody catches, in a worker that lives on. */
addEventListener('message', ({ data }) => {
  if (data === 'throw') throw new Error('a mistake of the test');
});

/** A browser in which nothing can be kept, as some private windows are. */
if ((globalThis as { name?: string }).name === 'keeps-nothing') {
  const refuse = () => {
    throw new DOMException('refused', 'SecurityError');
  };
  IDBFactory.prototype.open = refuse;
  CacheStorage.prototype.open = refuse;
  Object.defineProperty(globalThis, 'BroadcastChannel', { get: refuse });
}
