/** What a problem means for a shopper: what still works. */
import type { ErrorCode, Status } from 'recluse';

const sentences: Partial<Record<ErrorCode, string>> = {
  'pack-unreachable': 'The shop could not reach its shelves. What everybody likes is still on them.',
  'pack-damaged': 'The new model did not arrive whole. The shop goes on with the last one.',
  'pack-too-new': 'There is a newer model than this page understands. The shop goes on with the last one.',
  'storage-unavailable': 'This browser lets nothing be kept. The shop learns you until this tab is closed.',
  'storage-full': 'The disk is full: the last step was not remembered. Everything else goes on.',
  'model-unavailable': 'The full model does not run here. The light one ranks your shelves.',
  'script-unreachable': 'A part of the shop did not arrive. It is asked for again when it is needed.',
  'worker-failed': 'The shelves cannot be arranged for you just now. You can go on shopping.',
};

/** What is different where shelves are here, from this visit or an earlier one. */
const sentencesWithShelves: typeof sentences = {
  'pack-unreachable':
    'The shop could not be asked for anything newer. The shelves that are here go on learning you.',
};

/**
 * One sentence for a problem; what it does not touch is said first where that is good news.
 *
 * @param pack what `status()` says is here
 */
export const problemInWords = (code: ErrorCode, pack: Status['pack']): string =>
  (pack && sentencesWithShelves[code]) ?? sentences[code] ?? 'Something went wrong. You can go on shopping.';
