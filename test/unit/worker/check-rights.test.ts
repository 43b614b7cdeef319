/** Whatever is handed over where the visitor's rights are concerned: it is taken as it is, or refused by name. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecluseError } from '../../../src/contract.ts';
import { checkConsent, checkConsentOptions, checkInteractions } from '../../../worker/arguments.ts';
import {
  checkDocument,
  checkForgetRequest,
  checkProfileChanges,
  checkRetainRequest,
  checkRetractRequest,
  checkSeq,
} from '../../../worker/check-rights.ts';

const doors = {
  checkConsent,
  checkConsentOptions,
  checkDocument,
  checkForgetRequest,
  checkProfileChanges,
  checkRetainRequest,
  checkRetractRequest,
  checkSeq,
};
const names = [
  'item',
  'type',
  'since',
  'days',
  'interaction',
  'basket',
  'likes',
  '__proto__',
  'constructor',
  'erase',
];
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.array(fc.string())),
  ),
  fc.dictionary(
    fc.constantFrom('format', 'version', 'exported', 'interactions', 'profile', 'compacted', 'derived'),
    fc.oneof(
      fc.constantFrom('recluse-export', 1, 2, 3),
      fc.array(fc.anything()),
      fc.dictionary(fc.string(), fc.anything()),
    ),
  ),
);

test.each(Object.entries(doors))(
  '%s takes what is right and refuses everything else with a code',
  (_, check) => {
    fc.assert(
      fc.property(anything, (given) => {
        const before = Object.getOwnPropertyNames(Object.prototype).length;
        try {
          check(given);
        } catch (error) {
          expect(error).toBeInstanceOf(RecluseError);
          expect(['invalid-argument', 'export-too-new']).toContain((error as RecluseError).code);
        }
        expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
      }),
      { numRuns: 300 },
    );
  },
);

test('an object that holds itself, and a text of ten million characters, are refused', () => {
  const circle: Record<string, unknown> = { category: 'Tea' };
  circle.not = circle;
  const endless = 'x'.repeat(1e7);
  const refused: [(given: unknown) => unknown, unknown][] = [
    [checkInteractions, [{ type: 'hide', where: circle }]],
    [checkProfileChanges, { likes: circle }],
    [checkProfileChanges, { likes: [endless] }],
    [checkProfileChanges, { [endless]: 1 }],
    [
      checkProfileChanges,
      Object.fromEntries(Array.from({ length: 101 }, (_, place) => [`fact-${place}`, 1])),
    ],
    [checkProfileChanges, { likes: Array.from({ length: 101 }, (_, place) => `${place}`) }],
    [checkForgetRequest, { item: endless }],
    [checkRetractRequest, { interaction: endless }],
    [checkDocument, circle],
    [checkDocument, { format: 'recluse-export', version: 2, interactions: [], profile: { a: circle } }],
  ];
  for (const [check, given] of refused) expect(() => check(given)).toThrow(RecluseError);
});

test('what hides items must say which: one item or a condition, and not both', () => {
  const right = [
    { type: 'hide', item: 'a' },
    { type: 'hide', where: { category: 'Beer' } },
    { type: 'hide', item: '', where: { price: { gt: 100 } } },
  ];
  for (const one of right) expect(() => checkInteractions([one])).not.toThrow();
  const wrong = [
    { type: 'hide' },
    { type: 'hide', item: '' },
    { type: 'hide', item: 'a', where: { category: 'Beer' } },
    { type: 'hide', where: {} },
    { type: 'hide', where: 'Beer' },
    { type: 'view', item: 'a', where: { category: 'Beer' } },
    { type: 'search', query: 'tea', where: { category: 'Beer' } },
  ];
  for (const one of wrong) expect(() => checkInteractions([one]), JSON.stringify(one)).toThrow(RecluseError);
});
