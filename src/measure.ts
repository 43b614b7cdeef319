/**
 * What lists are worth, counted on the device; experiments that need no server; and, where the app asks for it, reports that tell a shop about
 * all its visitors and nothing about one. An entry point of its own (`recluse/measure`), for a recommender that was created with
 * `measure: true`.
 *
 * ```ts
 * const recluse = await createRecommender({ pack: '/pack/manifest.json', measure: true });
 * const { total } = await metrics(recluse);
 * const ranker = await variant(recluse, 'home', ['model', 'popular']);
 * ```
 */
import type {
  ExperimentCounts,
  InterleavedList,
  MeasureApi,
  Metrics,
  PrivateReport,
  RecommendRequest,
  ReportDeclaration,
  ReportLedger,
  VariantOptions,
} from './contract.ts';
import { type Attempt, sendDue } from './measure/send-reports.ts';
import type { CallOptions, Recommender } from './recommender.ts';

export type {
  Counts,
  ExperimentCounts,
  ExperimentGroup,
  InterleavedList,
  Metrics,
  Percentiles,
  Preference,
  PrivateReport,
  Rates,
  ReportDeclaration,
  ReportLedger,
  ReportQuestion,
  VariantOptions,
} from './contract.ts';
export { type CompareOptions, type Comparison, compare, type Judged, type Trial } from './measure/compare.ts';
export type { Attempt } from './measure/send-reports.ts';

/** What of a recommender is used. */
export type Measured = Pick<Recommender, 'part'>;

const ask = <Name extends keyof MeasureApi>(
  recluse: Measured,
  { signal }: CallOptions,
  name: Name,
  ...given: Parameters<MeasureApi[Name]>
): ReturnType<MeasureApi[Name]> =>
  recluse.part('measure', name, given, signal && { signal }) as ReturnType<MeasureApi[Name]>;

/**
 * What this device's lists have come to: impressions, clicks, carts, purchases and dwell by placement, source, variant, position and day, with
 * what follows from them. Counted from the interactions that are stored, so that nothing is lost with a tab that is killed, and what is
 * forgotten counts no more.
 *
 * @throws RecluseError `invalid-argument` where the recommender was created without `measure: true`
 */
export const metrics = (recluse: Measured, options: CallOptions = {}): Promise<Metrics> =>
  ask(recluse, options, 'metrics');

/**
 * The variant of an experiment that this device has: chosen by a random id that never leaves it, the same for ever (until everything is
 * forgotten). Asked for again with other variants, a device keeps its own as long as that is among them. From then on, what
 * happens with lists counts for it.
 *
 * @param variants two or more, the one to compare with first: devices that take no part (`group`) get that
 * @throws RecluseError `invalid-argument`
 */
export const variant = <Variant extends string>(
  recluse: Measured,
  name: string,
  variants: readonly Variant[],
  { signal, ...options }: VariantOptions & CallOptions = {},
): Promise<Variant> =>
  ask(recluse, signal ? { signal } : {}, 'variant', name, variants, options) as Promise<Variant>;

/**
 * One list made of two rankers' lists by team draft: each brings what it would show, in turn. Which of the two the visitor clicks more often
 * shows sooner than an A/B test which is better; `experiment(name).preference` counts it. Report impressions and clicks with the
 * list's id and each item's `position`.
 *
 * @param requests of the two lists; the first one's placement is the list's
 * @param options `limit`: items of the list, 1 to 100; default 10
 */
export const interleave = (
  recluse: Measured,
  name: string,
  [first, second]: readonly [RecommendRequest, RecommendRequest],
  { signal, limit = 10 }: { limit?: number } & CallOptions = {},
): Promise<InterleavedList> =>
  ask(recluse, signal ? { signal } : {}, 'interleave', name, first, second, limit);

/** What has come of an experiment on this device; give its `variants` to {@link compare}. */
export const experiment = (
  recluse: Measured,
  name: string,
  options: CallOptions = {},
): Promise<ExperimentCounts> => ask(recluse, options, 'experiment', name);

/** Private reports: what is asked, how much it may give away, and who sends it. */
export interface ReportOptions extends ReportDeclaration {
  /**
   * Sends one report to the shop, for example with `fetch`; Recluse itself sends nothing. What throws, rejects or does not come to an end
   * within `patience` is tried again, with the same report.
   */
  send(report: PrivateReport, options: { signal: AbortSignal }): unknown;
  /** Milliseconds that sending one may take. Default 10,000. */
  patience?: number;
  /** Milliseconds between two attempts on one page, at least 1,000. Default 600,000. */
  every?: number;
  /** Told what has come of each attempt. */
  onAttempt?(attempt: Attempt): void;
}

/** Reports that are under way. */
export interface Reports {
  /** What would leave the device now, as it would leave. */
  pending(options?: CallOptions): Promise<PrivateReport[]>;
  /** How much this device may give away, and for what. */
  ledger: ReportLedger;
  /** Sends what is due now. Never rejects. */
  now(): Promise<Attempt>;
  stop(): void;
}

/** Of several tabs one sends, and the others see then that nothing is left. Where there are no locks, some reports are sent twice. */
const oneTab = async <Result>(work: () => Promise<Result>): Promise<Result> =>
  navigator.locks ? navigator.locks.request('recluse:reports', work) : work();

/**
 * Makes private reports from now on: each day that is over is reported once, at the next visit. Nothing is reported where the visitor has not
 * agreed, or the browser sends Global Privacy Control.
 *
 * @throws RecluseError `invalid-argument` where the questions would give away more than the lifetime that was declared first on this device
 */
export async function reports(recluse: Measured, options: ReportOptions): Promise<Reports> {
  const { send, patience = 10_000, every = 600_000, onAttempt, ...declaration } = options;
  const ledger = await ask(recluse, {}, 'declareReports', declaration);
  const due = (options: CallOptions = {}) => ask(recluse, options, 'dueReports', declaration);
  let running: Promise<Attempt> | undefined;
  let stopped = false;

  function now(): Promise<Attempt> {
    running ??= oneTab(() =>
      sendDue(
        {
          due: () => (stopped ? Promise.resolve([]) : due()),
          sent: (id) => ask(recluse, {}, 'reportSent', id),
        },
        { send, patience },
      ),
    )
      .catch((error: unknown): Attempt => ({ sent: 0, left: 0, error }))
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  async function attempt(): Promise<void> {
    const come = await now();
    if (!stopped) onAttempt?.(come);
  }
  const timer = setInterval(() => void attempt(), Math.max(1000, every));
  void attempt();

  return {
    pending: due,
    ledger,
    now,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
