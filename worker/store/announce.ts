/** What a tab tells the other tabs of this site: `added` to the history, or something `removed` from it. */
export type Announcement = 'added' | 'removed';

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
    if (data === 'added' || data === 'removed') onHeard(data);
  };
  return {
    tell: (what) => channel.postMessage(what),
    close: () => channel.close(),
  };
}
