/** How the visitor wants their lists to be mixed. */

export interface Mix {
  /** How much variety counts against taste, 0 to 1. */
  readonly diversity: number;
  /** How much the list should mix the departments as the visitor's own shopping does, 0 to 1. */
  readonly calibration: number;
}

/** A little variety: three pouches of the same drink are one too many. */
export const standardMix: Mix = { diversity: 0.15, calibration: 0 };
