/** What the page hands over where learning is concerned, checked as in `arguments.ts`. */
import type { LearnOptions, LoggedChoice, WorthRequest } from '../src/contract.ts';
import { between, checked, fields, finite, listOf, oneOf, text } from './arguments.ts';

/** What `createRecommender({ learn })` takes. */
export const checkLearnOptions = checked<LearnOptions>(
  fields({
    explore: oneOf('none', 'epsilon', 'linucb', 'thompson'),
    share: between(0, 1),
    strength: between(0, 10),
    kept: between(0.9, 1),
    positionBias: between(0, 2),
  }),
  'learn',
);

/** What `worth()` takes. */
export const checkWorthRequest = checked<WorthRequest>(
  fields({ policy: oneOf('logged', 'greedy', 'blind'), placement: text }),
  'request',
);

/** What `offPolicy()` takes. */
export const checkLog = checked<LoggedChoice[]>(
  listOf(
    fields(
      {
        reward: finite,
        // Nothing that was shown was impossible.
        propensity: between(Number.MIN_VALUE, 1),
        target: between(0, 1),
        predicted: finite,
        predictedTarget: finite,
      },
      ...['reward', 'propensity', 'target'],
    ),
  ),
  'log',
);
