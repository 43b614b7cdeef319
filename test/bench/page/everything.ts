/** A request with all that a list can be asked for at once. */
import type { RecommendRequest, Rule } from '../../../src/contract.ts';

export const everything: RecommendRequest = {
  diversity: 0.3,
  diversify: 'dpp',
  calibration: 0.3,
  explain: true,
};

/** One rule of each kind. @param departments names of broad categories, at least three */
export const rulesFor = ([one, two, three]: readonly string[]): Rule[] => [
  { kind: 'filter', where: { not: { category: three! } } },
  { kind: 'boost', where: { category: one! }, by: 0.5 },
  { kind: 'bury', where: { category: two! } },
  { kind: 'pin', position: 3, where: { category: one! } },
  { kind: 'cap', attribute: 'category', most: 3 },
  { kind: 'share', where: { category: one! }, most: 0.6 },
  { kind: 'require', where: { category: one! }, least: 1 },
];
