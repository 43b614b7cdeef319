/**
 * Optimised unary encoding (Wang, Blocki, Li and Jha, Locally differentially private protocols for frequency estimation, USENIX Security 2017):
 * the answer as one bit for each that is possible, each bit reported as it is or not, at random. The bit of the true answer is 1 with
 * probability 1/2, each other with 1 / (e^epsilon + 1); no other unary encoding that gives away as little estimates as well.
 *
 * The disguise of each answer is drawn once and kept, whether or not it will ever be needed (as the permanent response of Erlingsson,
 * Pihur and Korolova, RAPPOR, CCS 2014): asked a hundred times, a device gives the same report a hundred times, from which nobody can average the
 * disguise away. And since all are drawn at once, what is kept says nothing about which of them was ever true.
 */

/** One disguise for each answer, each with one bit for each answer: texts of 0 and 1. */
export type Disguises = string[];

/** How likely a bit is 1 where its answer is not the true one. */
export const chanceOfOther = (epsilon: number): number => 1 / (Math.exp(epsilon) + 1);

/** How likely a bit is 1 where its answer is the true one. */
export const chanceOfTrue = 0.5;

/**
 * @param answers how many answers there are
 * @param uniform gives numbers in [0, 1) that nobody can foresee
 */
export function drawDisguises(answers: number, epsilon: number, uniform: () => number): Disguises {
  return Array.from({ length: answers }, (_, truth) =>
    Array.from({ length: answers }, (_, bit) =>
      uniform() < (bit === truth ? chanceOfTrue : chanceOfOther(epsilon)) ? '1' : '0',
    ).join(''),
  );
}
