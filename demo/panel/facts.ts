/** The few facts about a shopper that this shop's pack has a use for, and what may be said of each. The pack's `context` has the same. */
export const facts = [
  { name: 'age', asks: 'Your age', answers: ['19-24', '25-34', '35-44', '45-54', '55-64', '65+'] },
  { name: 'household_size', asks: 'At the table', answers: ['1', '2', '3', '4', '5+'] },
  { name: 'kids_count', asks: 'Children', answers: ['0', '1', '2', '3+'] },
] as const;
