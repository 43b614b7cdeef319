/**
 * Counts what this page asks of anybody, as the browser itself reports it. The worker's own requests are in
 * `status().network`; this is the second witness.
 */

export interface Outgoing {
  /** Requests of the page so far. */
  requests: number;
  /** Of these, requests to another host than the shop's. */
  elsewhere: number;
  /** Beacons: the usual way to send something home on leaving. */
  beacons: number;
}

/** Starts counting, from the page's first request on. The object is brought up to date as the page lives. */
export function countOutgoing(): Outgoing {
  const count: Outgoing = { requests: 0, elsewhere: 0, beacons: 0 };
  if (typeof PerformanceObserver === 'undefined') return count;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      count.requests += 1;
      if (new URL(entry.name).origin !== location.origin) count.elsewhere += 1;
      if (entry.initiatorType === 'beacon') count.beacons += 1;
    }
  }).observe({ type: 'resource', buffered: true });
  return count;
}
