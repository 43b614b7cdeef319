/// <reference lib="webworker" />
/**
 * Keeps the shop itself, so that the second visit needs no server. It stores nothing about the visitor, sends
 * nothing, and lets the pack and ONNX Runtime pass: the SDK keeps those, verified, by itself.
 */
declare const self: ServiceWorkerGlobalScope;

/** Both are filled in by the build. */
const keep = '__KEEP__' as unknown as string[];
const name = 'larder-shell-__VERSION__';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(keep)));
});

self.addEventListener('activate', (event) => {
  const old = (other: string) => other.startsWith('larder-shell-') && other !== name;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((other) => caches.delete(other))))
      .then(() => self.clients.claim()),
  );
});

async function fromCache(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(name);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  // Every address of the shop is the one page.
  if (request.mode === 'navigate') event.respondWith(fromCache(request, '/'));
  else if (keep.includes(pathname)) event.respondWith(fromCache(request, pathname));
});
