/** Private reports go where the app sends them, one after the other; what could not be sent is tried again. */
import type { PrivateReport } from '../contract.ts';

/** Where reports come from, and what is told when one has been sent. */
export interface ReportSource {
  due(): Promise<PrivateReport[]>;
  sent(id: string): Promise<void>;
}

/** How to send. */
export interface Sending {
  /** Sends one report; it counts as sent when the promise resolves. */
  send(report: PrivateReport, options: { signal: AbortSignal }): unknown;
  /** Milliseconds that sending one may take; the signal aborts then. */
  patience: number;
}

/** What has come of an attempt. */
export interface Attempt {
  sent: number;
  /** Those that are left; they are tried again. */
  left: number;
  /** Why sending stopped, where it did. */
  error?: unknown;
}

/** Rejects when the function has not come to an end in time; what it does later is not waited for. */
async function inTime(work: (signal: AbortSignal) => unknown, patience: number): Promise<void> {
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const why = new DOMException(`The report was not sent within ${patience} ms.`, 'TimeoutError');
      stopping.abort(why);
      reject(why);
    }, patience);
  });
  try {
    await Promise.race([(async () => work(stopping.signal))(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Sends what is due, until one cannot be sent: the next would hardly fare better. A report that was sent and could not be noted down is sent
 * again with the same id, so that whoever receives it counts it once.
 */
export async function sendDue(source: ReportSource, { send, patience }: Sending): Promise<Attempt> {
  const reports = await source.due();
  for (const [place, report] of reports.entries()) {
    try {
      // A copy: what the app does to it changes nothing of what is kept.
      await inTime((signal) => send(structuredClone(report), { signal }), patience);
      await source.sent(report.id);
    } catch (error) {
      return { sent: place, left: reports.length - place, error };
    }
  }
  return { sent: reports.length, left: 0 };
}
