/**
 * What a tab tells the other tabs of this site: something was `added` to the history; something was `noted` that changes no list; something was
 * `removed`, or changed in another way, so that all must be read anew; consent was `granted` or `denied`.
 */
export type Announcement = (typeof announcements)[number];

const announcements = ['added', 'noted', 'removed', 'granted', 'denied'] as const;

/** Speaks to the workers of other tabs. */
export interface Announcer {
  tell(what: Announcement): void;
  close(): void;
}

/**
 * Tells other tabs' workers that the history changed, and listens to theirs. Nothing leaves the browser.
 *
 * @param name name of the recommender
 * @param onHeard called with what another tab announced
 */
export function announcer(name: string, onHeard: (what: Announcement) => void): Announcer {
  let channel: BroadcastChannel;
  try {
    channel = new BroadcastChannel(`recluse:${name}`);
  } catch {
    // Opaque origins and old browsers have none: then every tab follows its own history.
    return { tell() {}, close() {} };
  }
  channel.onmessage = ({ data }) => {
    if (announcements.includes(data)) onHeard(data);
  };
  return {
    tell: (what) => channel.postMessage(what),
    close: () => channel.close(),
  };
}
