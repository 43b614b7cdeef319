import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecluseError } from '../../../src/contract.ts';
import {
  checkIds,
  checkInteractions,
  checkOpenOptions,
  checkPopularRequest,
  checkPredictRequest,
  checkRecommendRequest,
  checkSimilarRequest,
} from '../../../worker/arguments.ts';
import { checkForgetRequest } from '../../../worker/check-rights.ts';

const doors = {
  checkForgetRequest,
  checkIds,
  checkInteractions,
  checkOpenOptions,
  checkPopularRequest,
  checkPredictRequest,
  checkRecommendRequest,
  checkSimilarRequest,
};

test.each(Object.entries(doors))(
  '%s lets anything in as it is, or refuses it with a code and a field',
  (_, check) => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(check(value)).toBe(value);
        } catch (error) {
          expect(error).toBeInstanceOf(RecluseError);
          expect(error).toMatchObject({ code: 'invalid-argument', details: { field: expect.any(String) } });
        }
      }),
    );
  },
);

test('every field that the types know is let in', () => {
  const request = {
    limit: 0,
    placement: 'home',
    exclude: ['a'],
    filter: { category: ['Coffee', 'Tea'], brand: 'Acme' },
    mode: 'discover',
    diversity: 0.3,
    diversify: 'dpp',
    calibration: 0.5,
    explain: true,
    context: { place: 'shop-12', hour: 3 },
    source: 'linear',
  } as const;
  expect(checkRecommendRequest(request)).toBe(request);
  const interaction = {
    type: 'purchase',
    item: 'sku-1',
    value: -4.99,
    quantity: 2,
    dwell: 1200,
    time: 0,
    basket: 'b',
    list: 'l',
    position: 0,
    placement: 'home',
    query: 'tea',
    id: 'i',
  };
  expect(checkInteractions([interaction])).toEqual([interaction]);
  expect(checkRecommendRequest({ limit: undefined })).toEqual({ limit: undefined });
});

test('a search needs a query and has no item; everything else needs an item', () => {
  const search = { type: 'search', query: 'oat milk', item: '' };
  expect(checkInteractions([search])).toEqual([search]);
  expect(() => checkInteractions([{ type: 'search', item: '' }])).toThrow(
    'interactions[0].query must be given',
  );
  expect(() => checkInteractions([{ type: 'search', query: 'tea', item: 'sku-1' }])).toThrow(
    'interactions[0].item must be left out',
  );
  expect(() => checkInteractions([{ type: 'view', item: '' }])).toThrow(
    'interactions[0].item must be a text',
  );
});

test('a field inherited from Object is as unknown as any other', () => {
  expect(() => checkRecommendRequest({ toString: 1 })).toThrow(/known fields/);
  expect(() => checkRecommendRequest(JSON.parse('{"__proto__": 1}'))).toThrow(/known fields/);
});

test('a message names the field, what it must be, and what there is', () => {
  expect(() => checkRecommendRequest({ mode: 'again' })).toThrow(
    "mode must be one of 'any', 'repeat', 'discover'.",
  );
  expect(() => checkPopularRequest({ window: 'always' })).toThrow(
    "window must be one of 'overall', 'recent'.",
  );
});
