import { RecluseError } from './contract.ts';
import { asWrongArgument } from './guarded.ts';

/** Does the work unless the signal says no, and stops waiting for it when the signal says so. */
export function abortable<Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new RecluseError('aborted', 'The call was aborted by its signal.'));
    if (signal?.aborted) return abort();
    try {
      signal?.addEventListener('abort', abort);
      work()
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort));
    } catch (error) {
      reject(asWrongArgument(error));
    }
  });
}
