import { proxy, type Remote, transferHandlers, wrap } from 'comlink';
import {
  type ChangeEvent,
  type OpenOptions,
  RecluseError,
  thrownAcrossTheBoundary,
  type WorkerApi,
} from './contract.ts';
import { unsendable } from './guarded.ts';

// Both sides say this: errors keep their `code` and `details` on the way.
transferHandlers.set('throw', { ...transferHandlers.get('throw')!, ...thrownAcrossTheBoundary });

/** What the page may ask of the worker. Opening is the connection's own business. */
type Method = Exclude<keyof WorkerApi, 'open' | 'ping'>;
type Arguments<Name extends Method> = Parameters<WorkerApi[Name]>;
type Answer<Name extends Method> = ReturnType<WorkerApi[Name]>;

/** A call that the worker has not answered. */
export interface PendingCall {
  readonly method: Method;
  readonly arguments: readonly unknown[];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A method of the worker. Kept between calls: comlink would make another proxy for each. */
type Ask = (...given: readonly unknown[]) => Promise<unknown>;

type State =
  | { phase: 'running'; worker: Worker; api: Remote<WorkerApi>; methods: Map<Method, Ask> }
  /** Between the death of a worker and the start of the next. */
  | { phase: 'restarting' }
  | { phase: 'failed'; error: RecluseError }
  | { phase: 'closed' };

/** The page's line to a worker that may die. */
export interface Connection {
  /** Calls the worker; a call that is not answered when the worker dies is made again to the next one. */
  call<Name extends Method>(method: Name, ...given: Arguments<Name>): Answer<Name>;
  /** Calls without an answer, oldest first. */
  readonly pending: ReadonlySet<PendingCall>;
  /** Ends the worker; what is pending is rejected with `closed`. */
  close(): void;
}

/** How to reach a worker. */
export interface ConnectionOptions {
  start: () => Worker;
  open: OpenOptions;
  onChange: (event: ChangeEvent) => void;
  /** A worker died and another was started, or something went wrong inside of it. */
  onProblem: (problem: RecluseError) => void;
}

/** How often a page starts another worker. */
const restarts = 3;
/** Milliseconds without an answer after which the worker is asked whether it lives, and how long it may take to say so. */
const patience = 4000;
const lifeSign = 8000;

/**
 * Starts the worker and waits until it has accepted its options.
 *
 * @throws RecluseError `worker-failed` where no worker can be started; `invalid-argument` for the options
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const pending = new Set<PendingCall>();
  let state: State = { phase: 'restarting' };
  let deaths = 0;
  let watching: ReturnType<typeof setTimeout> | undefined;

  const hidden = (): boolean => document.visibilityState === 'hidden';

  /** Starts a worker; resolves when it has opened, rejects where its script cannot be loaded. */
  async function start(): Promise<void> {
    const worker = options.start();
    const api = wrap<WorkerApi>(worker);
    const mine: State = { phase: 'running', worker, api, methods: new Map() };
    state = mine;
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => reject(workerFailed(event.message)), { once: true });
    });
    await Promise.race([api.open(options.open, proxy(options.onChange)), broken]);
    // From here on an error is one that nobody caught inside of a worker that may well live on.
    worker.addEventListener('error', ({ message }) => {
      options.onProblem(workerFailed(message));
      if (state === mine) void askForLife();
    });
  }

  function terminate(): void {
    if (state.phase === 'running') state.worker.terminate();
  }

  function die(why: RecluseError): void {
    terminate();
    deaths += 1;
    options.onProblem(why);
    if (deaths > restarts) {
      fail(why);
      return;
    }
    state = { phase: 'restarting' };
    // At once the first time; a worker that keeps dying is given time.
    setTimeout(
      async () => {
        if (state.phase !== 'restarting') return;
        const started = start();
        const mine = state;
        for (const call of pending) send(call);
        try {
          await started;
        } catch (error) {
          // Meanwhile another may run, or nobody want one any more.
          if (state === mine) die(asFailure(error));
        }
      },
      (deaths - 1) * 1000,
    );
  }

  function fail(error: RecluseError): void {
    state = { phase: 'failed', error };
    rejectAll(error);
  }

  function rejectAll(error: RecluseError): void {
    clearTimeout(watching);
    for (const { reject } of pending) reject(error);
    pending.clear();
  }

  /** Asks the worker for a sign of life. A hidden page asks nothing: there the browser may have stopped both clocks. */
  async function askForLife(): Promise<void> {
    const asked = state;
    if (asked.phase !== 'running' || hidden()) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), lifeSign);
    });
    const dead = await Promise.race([asked.api.ping(), silence]);
    clearTimeout(timer);
    if (dead && state === asked && !hidden()) die(workerFailed(`it did not answer for ${lifeSign} ms`));
  }

  /** As long as something is pending, looks every few seconds whether the worker lives. */
  function watch(): void {
    watching ??= setTimeout(async () => {
      if (pending.size > 0) await askForLife();
      watching = undefined;
      if (pending.size > 0) watch();
    }, patience);
  }

  function send(call: PendingCall): void {
    if (state.phase !== 'running') return;
    const { api, methods } = state;
    const ask = methods.get(call.method) ?? (api[call.method] as Ask);
    methods.set(call.method, ask);
    ask(...call.arguments).then(
      (answer) => {
        if (pending.delete(call)) call.resolve(answer);
      },
      (error) => {
        if (pending.delete(call)) call.reject(asArgumentError(error));
      },
    );
    watch();
  }

  function onVisible(): void {
    if (!hidden()) void askForLife();
  }

  try {
    await start();
  } catch (error) {
    terminate();
    throw asFailure(error);
  }
  document.addEventListener('visibilitychange', onVisible);
  addEventListener('pageshow', onVisible);

  return {
    pending,
    call(method, ...given) {
      return new Promise((resolve, reject) => {
        if (state.phase === 'failed') return reject(state.error);
        if (state.phase === 'closed')
          return reject(new RecluseError('closed', 'This recommender was closed.'));
        const wrong = unsendable(given);
        if (wrong) return reject(wrong);
        const call = { method, arguments: given, resolve, reject } as PendingCall;
        pending.add(call);
        send(call);
      }) as ReturnType<WorkerApi[typeof method]>;
    },
    close() {
      terminate();
      state = { phase: 'closed' };
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('pageshow', onVisible);
      rejectAll(new RecluseError('closed', 'This recommender was closed before it could answer.'));
    },
  };
}

function workerFailed(what = 'its script cannot be loaded'): RecluseError {
  return new RecluseError('worker-failed', `Recluse's worker failed: ${what}.`);
}

function asFailure(error: unknown): RecluseError {
  return error instanceof RecluseError ? error : workerFailed((error as Error)?.message);
}

/** What cannot be sent to a worker (a function, a symbol) is a wrong argument; what went wrong in it without a name is a failure of it. */
function asArgumentError(error: unknown): unknown {
  return error instanceof DOMException && error.name === 'DataCloneError'
    ? new RecluseError('invalid-argument', `An argument is not plain data: ${error.message}`)
    : asFailure(error);
}
