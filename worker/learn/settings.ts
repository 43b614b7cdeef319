/** How the head learns, in one place; figures behind the choices are under "The head that learns on the device" in `docs/model.md`. */
import type { Source } from '../../src/contract.ts';

/** Everything that decides what is learned from an interaction. */
export interface LearnSettings {
  /** Precision of each weight before anything was seen, in observations. */
  readonly ridge: number;
  /** Standard deviation of an outcome around its expectation. */
  readonly noise: number;
  /** What is kept of all that was learned when another feedback is learned. 1: nothing is ever forgotten. */
  readonly kept: number;
  /** Outcome that is expected of the first item of a list; outcomes are learned as their distance to what is expected. */
  readonly usual: number;
  /** How fast what is expected falls along the list: as a power of the place. */
  readonly orderBias: number;
  /** How much an impression without a click weighs against one with a click, at a place that everybody looks at. */
  readonly ignored: number;
  /** How much an interaction weighs that no list has led to. */
  readonly unprompted: number;
  /** See {@link examined}. */
  readonly positionBias: number;
}

/** What is used unless the app says otherwise. */
export const defaultSettings: LearnSettings = {
  ridge: 5,
  noise: 0.3,
  kept: 0.9995,
  usual: 0.3,
  orderBias: 0.4,
  ignored: 0.3,
  unprompted: 0,
  positionBias: 0.5,
};

/**
 * What the head's expectation is worth, in spreads of the list, by the tier that made the list: a list that knows the visitor already has less to
 * gain and more to lose.
 */
export const strengths: Readonly<Record<Source, number>> = { popular: 1, linear: 0.3, model: 0.3 };
