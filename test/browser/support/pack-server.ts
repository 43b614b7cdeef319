/**
 * A server for packs inside of the test: workers made by `worker-of-tests.ts` ask it instead of the network.
 * It can go down, answer slowly, and hold damaged files, and it writes down every request.
 */
import type { TinyPack } from './tiny-pack.ts';

/** Names the channel on which a test's workers reach its server. */
export const channelName = 'recluse-tests-server';

/** What a worker asks, and what it gets. `body: null` with `status: 0`: no connection. */
export interface Question {
  id: string;
  url: string;
}
export interface Answer {
  id: string;
  status: number;
  body: Uint8Array<ArrayBuffer> | null;
}

/** The test's side of the server. */
export interface PackServer {
  /** Address of the manifest. Each server has its own, so that no test finds another's files. */
  readonly manifestUrl: string;
  /** Paths asked for, oldest first. */
  readonly requests: string[];
  /** `down`: no connection. `silent`: connects and never answers. */
  mode: 'up' | 'down' | 'silent';
  /** What it serves; may be replaced at any time. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Paths that are not answered until they are taken out of here. */
  readonly hold: { add(path: string): void; delete(path: string): void };
  close(): void;
}

/** Starts a server with the files of a pack. */
export function packServer(pack: TinyPack): PackServer {
  const folder = `https://packs.test/${crypto.randomUUID()}/`;
  const channel = new BroadcastChannel(channelName);
  const held = new Map<string, (() => void)[]>();
  const server: PackServer = {
    manifestUrl: `${folder}manifest.json`,
    requests: [],
    mode: 'up',
    files: pack.files,
    hold: {
      add: (path) => void held.set(path, []),
      delete(path) {
        for (const go of held.get(path) ?? []) go();
        held.delete(path);
      },
    },
    close: () => channel.close(),
  };
  channel.onmessage = ({ data }: MessageEvent<Question>) => {
    if (!data.url?.startsWith(folder)) return;
    const path = data.url.slice(folder.length);
    server.requests.push(path);
    if (server.mode === 'silent') return;
    const reply = () => {
      const body = server.files.get(path) ?? null;
      const answer: Answer =
        server.mode === 'down'
          ? { id: data.id, status: 0, body: null }
          : { id: data.id, status: body ? 200 : 404, body };
      channel.postMessage(answer);
    };
    const waiting = held.get(path);
    if (waiting) waiting.push(reply);
    else reply();
  };
  return server;
}
