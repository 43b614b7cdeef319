/** What the true answer to a question is, for one day of this visitor. */
import type { ReportQuestion, StoredInteraction } from '../../src/contract.ts';
import { type Assignment, concerns } from './assignment.ts';

/** Days since 1970, UTC. */
export const dayOf = (time: number): number => Math.floor(time / 86_400_000);

/** All that can be answered, in the order of the bits; undefined as long as the experiment is not known here. */
export function answersOf(
  question: ReportQuestion,
  experiments: ReadonlyMap<string, Assignment>,
): string[] | undefined {
  if (question.kind === 'bought') return [...question.categories, 'other', 'none'];
  return experiments
    .get(question.experiment)
    ?.variants.flatMap((variant) => [`${variant}: clicked`, `${variant}: not clicked`]);
}

/** How many of the answers a single device may ever give: its variant stays. */
export const answersOfOneDevice = (question: ReportQuestion, answers: readonly string[]): number =>
  question.kind === 'clicked' ? Math.min(2, answers.length) : answers.length;

/**
 * @param today interactions of the day, oldest first; at least one
 * @param categoriesOf an item's categories, from broad to narrow
 * @returns the place of the true answer; undefined where the device has none to give
 */
export function truthOf(
  question: ReportQuestion,
  answers: readonly string[],
  today: readonly StoredInteraction[],
  experiments: ReadonlyMap<string, Assignment>,
  categoriesOf: (item: string) => readonly string[],
): number | undefined {
  if (question.kind === 'clicked') {
    const experiment = experiments.get(question.experiment);
    if (!experiment?.variant) return undefined;
    // A day on which it had no part in the experiment yet says nothing of it.
    if (!today.some(({ time }) => time >= experiment.since)) return undefined;
    const clicked = today.some(
      ({ type, placement = '', time }) => type === 'click' && concerns(experiment, placement, time),
    );
    return found(answers.indexOf(`${experiment.variant}: ${clicked ? 'clicked' : 'not clicked'}`));
  }
  const bought = today.findLast(({ type }) => type === 'purchase');
  if (!bought) return answers.length - 1;
  const place = question.categories.findIndex((category) => categoriesOf(bought.item).includes(category));
  return place < 0 ? answers.length - 2 : place;
}

const found = (place: number): number | undefined => (place < 0 ? undefined : place);
