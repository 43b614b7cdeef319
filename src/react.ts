/** React hooks on the recommender. An entry point of its own (`recluse/react`); React itself comes from the app. */
import * as React from 'react';
import type * as Api from './index.ts';
import { createRecommender } from './index.ts';

interface Held {
  recluse?: Api.Recommender;
  error?: unknown;
}
const Context = React.createContext<Held>({});

/** What a provider is given: how to make a recommender, which is then its own and closed with it, or one that the app has made. */
export type ProviderProps = { children?: React.ReactNode } & (
  | { options: Api.RecommenderOptions }
  | { recommender: Api.Recommender | PromiseLike<Api.Recommender> }
);

/** Gives a recommender to all hooks below. Starts it in the browser alone, once, also in strict mode; `options` are read once. */
export function RecluseProvider(props: ProviderProps): React.ReactElement {
  const [held, setHeld] = React.useState<Held>({});
  const own = React.useRef<Promise<Api.Recommender> | undefined>(undefined);
  const closing = React.useRef<ReturnType<typeof setTimeout>>(undefined);
  const { options, recommender: given } = { options: { pack: '' }, recommender: undefined, ...props };
  React.useEffect(() => {
    clearTimeout(closing.current);
    let here = true;
    if (!given) own.current ??= createRecommender(options);
    Promise.resolve(given ?? own.current!).then(
      (recluse) => here && setHeld({ recluse }),
      (error) => here && setHeld({ error }),
    );
    return () => {
      here = false;
      // Strict mode takes every component out and puts it in again at once.
      const started = own.current;
      if (started)
        closing.current = setTimeout(() => {
          own.current = undefined;
          started.then((recluse) => recluse.close()).catch(() => {});
        });
    };
  }, [given]);
  return React.createElement(Context.Provider, { value: held }, props.children);
}

/** The recommender of the nearest provider; undefined on a server, while it starts, and where it cannot be started. */
export function useRecommender<Item extends object = Api.Attributes>(): Api.Recommender<Item> | undefined {
  return React.useContext(Context).recluse as Api.Recommender<Item> | undefined;
}

/** A list as a component has it. */
export interface ListState {
  /** Undefined until it is there: render what the server has rendered. */
  list?: Api.RankedList;
  /** Its items with what the catalogue has of them. */
  items?: (Api.RankedItem & Partial<Api.ItemDisplay>)[];
  /** What went wrong last; an earlier list stays. */
  error?: unknown;
  /** Whether the list would be another now. */
  outdated: boolean;
}

/** How lists come. `live`: ask again whenever the list would be another. Default false: say `outdated`, and leave it to the app. */
export interface ListOptions {
  live?: boolean;
}

/** Any list: `useList((recluse) => recluse.similar(id), id)`. Asks again when `key` is another, and when a better tier is there. */
export function useList(
  ask: (recluse: Api.Recommender, signal: AbortSignal) => Promise<Api.RankedList>,
  key: string,
  { live = false }: ListOptions = {},
): ListState & { refresh(): void } {
  const { recluse, error: failed } = React.useContext(Context);
  const [state, setState] = React.useState<ListState>({ outdated: false });
  const [turn, setTurn] = React.useState(0);
  const asking = React.useRef(ask);
  asking.current = ask;
  const refresh = React.useCallback(() => setTurn((last) => last + 1), []);
  React.useEffect(() => {
    if (!recluse) return;
    const asked = new AbortController();
    const { signal } = asked;
    const stop = recluse.on('change', ({ reason }) => {
      if (reason === 'source' || (live && reason !== 'status')) refresh();
      else if (reason !== 'status') setState((last) => ({ ...last, outdated: true }));
    });
    withDisplays(recluse, asking.current(recluse, signal), signal).then(
      (next) => signal.aborted || setState(next),
      (error) => signal.aborted || setState((last) => ({ ...last, error })),
    );
    return () => {
      stop();
      asked.abort();
    };
  }, [recluse, key, turn, live]);
  return { ...state, error: failed ?? state.error, refresh };
}

/** The list for this visitor. The request is compared by what it says, so it may be written in place. */
export function useRecommendations<Item extends object = Api.Attributes>(
  request: Api.RecommendRequest<Item> = {},
  options?: ListOptions,
): ListState & { refresh(): void } {
  const asked = request as object as Api.RecommendRequest;
  const ask = (recluse: Api.Recommender, signal: AbortSignal) => recluse.recommend({ ...asked, signal });
  return useList(ask, JSON.stringify(request), options);
}

async function withDisplays(
  recluse: Api.Recommender,
  asked: Promise<Api.RankedList>,
  signal: AbortSignal,
): Promise<ListState> {
  const list = await asked;
  const ids = list.items.map(({ id }) => id);
  // A site without a catalogue has its own titles.
  const displays = await recluse.items(ids, { signal }).catch((): Api.ItemDisplay[] => []);
  const known = new Map(displays.map((display) => [display.id, display]));
  return { list, items: list.items.map((item) => ({ ...known.get(item.id), ...item })), outdated: false };
}
