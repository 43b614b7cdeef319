/**
 * What the page hands over is checked here, once; behind this door types are trusted. Every function returns what it was given,
 * typed, or throws a `RecluseError` of code `invalid-argument` whose `details.field` names the culprit.
 */
import {
  type AddOptions,
  type Consent,
  type Interaction,
  type OpenOptions,
  type Paged,
  type PopularRequest,
  type PredictRequest,
  RecluseError,
  type RecommendRequest,
  type Rule,
  type SearchRequest,
  type SimilarRequest,
  type StatusRequest,
  type TrendingRequest,
  type UpdateOptions,
} from '../src/contract.ts';
import { checkCondition } from './check-condition.ts';

/** No id, type or name is longer than this many characters. */
const longestText = 1000;
/** No list of ids or interactions has more entries than this. */
export const longestList = 100_000;

/** Throws where a value is not what it should be; `field` names it. */
export type Check = (value: unknown, field: string) => void;

export function wrong(field: string, what: string): never {
  throw new RecluseError('invalid-argument', `${field} must be ${what}.`, { field });
}

export const text: Check = (value, field) => {
  if (typeof value !== 'string' || value === '' || value.length > longestText)
    wrong(field, `a text of 1 to ${longestText} characters`);
};

export const finite: Check = (value, field) => {
  if (!Number.isFinite(value)) wrong(field, 'a finite number');
};

const flag: Check = (value, field) => {
  if (typeof value !== 'boolean') wrong(field, 'true or false');
};

export const wholeFrom =
  (least: number): Check =>
  (value, field) => {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      wrong(field, `a whole number from ${least}`);
  };

export const between =
  (least: number, most: number): Check =>
  (value, field) => {
    if (!(Number.isFinite(value) && (value as number) >= least && (value as number) <= most))
      wrong(field, `a number from ${least} to ${most}`);
  };

export const oneOf =
  (...known: readonly string[]): Check =>
  (value, field) => {
    if (!known.includes(value as string))
      wrong(field, `one of ${known.map((name) => `'${name}'`).join(', ')}`);
  };

export const listOf =
  (check: Check): Check =>
  (value, field) => {
    if (!Array.isArray(value) || value.length > longestList)
      wrong(field, `a list of at most ${longestList} entries`);
    for (const [place, entry] of value.entries()) check(entry, `${field}[${place}]`);
  };

const either =
  (check: Check, otherwise: Check): Check =>
  (value, field) =>
    (Array.isArray(value) ? otherwise : check)(value, field);

export const recordOf =
  (check: Check): Check =>
  (value, field) => {
    for (const [name, entry] of Object.entries(plainObject(value, field))) {
      text(name, `a name in ${field}`);
      check(entry, `${field}.${name}`);
    }
  };

export const textOrNumber: Check = (value, field) =>
  (typeof value === 'number' ? finite : text)(value, field);

/** Only known fields, each right; those of `needed` must be there. */
export const fields =
  (known: Readonly<Record<string, Check>>, ...needed: readonly string[]): Check =>
  (value, field) => {
    const given = plainObject(value, field);
    const path = (name: string) => (field === 'request' ? name : `${field}.${name}`);
    for (const name of needed) if (given[name] === undefined) wrong(path(name), 'given');
    for (const [name, entry] of Object.entries(given)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!check) wrong(path(name), `left out: the known fields are ${Object.keys(known).join(', ')}`);
      if (entry !== undefined) check(entry, path(name));
    }
  };

export function plainObject(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(field, 'an object');
  return value as Record<string, unknown>;
}

const filter: Check = checkCondition;
export const moment = between(0, 8.64e15);

export const interactionFields = {
  type: text,
  item: text,
  value: between(-1e12, 1e12),
  quantity: between(0, 1e9),
  dwell: between(0, 1e12),
  time: moment,
  basket: text,
  list: text,
  position: wholeFrom(0),
  placement: text,
  query: text,
  id: text,
};
const aboutNone: Check = (value, field) => {
  if (value !== '') wrong(field, 'left out or empty: this is about no single item');
};
/** What an interaction must say, by what it is; `more` is what it must say besides. */
export function interactionOf(known: Readonly<Record<string, Check>>, ...more: readonly string[]): Check {
  const aboutAnItem = fields(known, 'type', 'item', ...more);
  const search = fields({ ...known, item: aboutNone }, 'type', 'query', ...more);
  const hide = fields({ ...known, item: aboutNone, where: both(filter, notEmpty) }, 'type', 'where', ...more);
  return (value, field) => {
    const { type, where } = plainObject(value, field);
    const check = type === 'search' ? search : type === 'hide' && where !== undefined ? hide : aboutAnItem;
    check(value, field);
  };
}

function both(...checks: readonly Check[]): Check {
  return (value, field) => {
    for (const check of checks) check(value, field);
  };
}

const notEmpty: Check = (value, field) => {
  if (Object.keys(value as object).length === 0) wrong(field, 'a condition that names something');
};

const interaction = interactionOf(interactionFields);
/** What is in them is checked by whoever follows them, which is loaded then: until then, nobody needs to know what a rule is. */
const rules: Check = listOf((value, field) => void plainObject(value, field));

/** Of every list: where it goes on. */
const page = fields({ list: text, given: listOf(text) }, 'list', 'given');

const recommended: Readonly<Record<string, Check>> = {
  page,
  limit: wholeFrom(0),
  placement: text,
  exclude: listOf(text),
  filter,
  mode: oneOf('any', 'repeat', 'discover'),
  diversity: between(0, 1),
  diversify: oneOf('mmr', 'dpp'),
  calibration: between(0, 1),
  rotation: between(0, 1),
  freshness: oneOf('live', 'instant', 'hybrid'),
  newness: between(0, 1),
  distinct: either(flag, listOf(text)),
  explain: (value, field) => {
    if (value !== 'full') flag(value, field);
  },
  without: (value, field) =>
    (Array.isArray(value) ? listOf(text) : fields({ item: text }, 'item'))(value, field),
  context: recordOf(textOrNumber),
  rules,
  source: oneOf('popular', 'linear', 'model'),
};
const recommendRequest = fields(recommended);
const searchRequest = fields({ ...recommended, taste: between(0, 1) });

const similarRequest = fields({
  page,
  by: oneOf('taste', 'together'),
  limit: wholeFrom(0),
  exclude: listOf(text),
  filter,
});

const popularRequest = fields({
  page,
  limit: wholeFrom(0),
  category: text,
  window: oneOf('overall', 'recent'),
  segment: (value, field) =>
    (typeof value === 'string' ? oneOf('visitor') : recordOf(textOrNumber))(value, field),
  exclude: listOf(text),
});

const trendingRequest = fields({ page, limit: wholeFrom(0), category: text, exclude: listOf(text) });

const predictRequest = fields({ context: recordOf(textOrNumber) });

const statusRequest = fields({ card: flag });

const openOptions = fields({
  pack: text,
  upTo: oneOf('popular', 'linear', 'model'),
  catalogue: flag,
  name: (value, field) => {
    if (typeof value !== 'string' || !/^[\w-]{1,64}$/.test(value))
      wrong(field, '1 to 64 letters, digits, - or _');
  },
  backend: oneOf('auto', 'wasm', 'webgpu'),
  device: oneOf('phone', 'tablet', 'desktop'),
  refreshEvery: between(1000, 2 ** 31 - 1),
  items: rules,
  rules,
  consent: oneOf('granted', 'pending', 'denied'),
  globalPrivacyControl: flag,
  measure: flag,
  // What is in it is checked by what it asks for.
  learn: plainObject,
  events: recordOf(fields({ weight: between(-1000, 1000) }, 'weight')),
});

export const checked =
  <Value>(check: Check, field: string) =>
  (value: unknown): Value => {
    check(value, field);
    return value as Value;
  };

/** What `open()` takes. */
export const checkOpenOptions = checked<OpenOptions>(openOptions, 'request');
/** What `track()` takes; `details.field` says which of them is wrong. */
export const checkInteractions = checked<Interaction[]>(listOf(interaction), 'interactions');
/** What `recommend()`, `rerank()` and `buyAgain()` take. */
export const checkRecommendRequest = checked<Paged<RecommendRequest>>(recommendRequest, 'request');
/** What `similar()` takes. */
export const checkSimilarRequest = checked<Paged<SimilarRequest>>(similarRequest, 'request');
/** What `popular()` takes. */
export const checkPopularRequest = checked<Paged<PopularRequest>>(popularRequest, 'request');
/** What `trending()` takes. */
export const checkTrendingRequest = checked<Paged<TrendingRequest>>(trendingRequest, 'request');
/** What `searchByTaste()` takes besides words. */
export const checkSearchRequest = checked<Paged<SearchRequest>>(searchRequest, 'request');
/** What `searchByTaste()` looks for: no words, or a few. */
export const checkQuery = checked<string>((value, field) => {
  if (value !== '') text(value, field);
}, 'query');
/** What `predict()` takes besides ids. */
export const checkPredictRequest = checked<PredictRequest>(predictRequest, 'request');
/** What `update()` takes besides updates. */
export const checkUpdateOptions = checked<UpdateOptions>(fields({ untilNextPack: flag }), 'options');
/** What `addItems()` takes besides items. */
export const checkAddOptions = checked<AddOptions>(fields({ keep: flag }), 'options');
/** What `rules()` takes. */
export const checkShopRules = checked<Rule[]>(rules, 'rules');
/** What `status()` takes. */
export const checkStatusRequest = checked<StatusRequest>(statusRequest, 'request');
/** A list of item ids. */
export const checkIds = checked<string[]>(listOf(text), 'ids');
/** Items to go out from: one or more. */
export const checkSeeds = checked<string[]>((value, field) => {
  listOf(text)(value, field);
  if ((value as string[]).length === 0) wrong(field, 'one item or more');
}, 'ids');
/** A number of entries, 0 or more. */
export const checkLimit = checked<number>(wholeFrom(0), 'limit');

/** What `consent()` takes. */
export const checkConsent = checked<Consent>(oneOf('granted', 'pending', 'denied'), 'state');
/** What `consent()` takes besides. */
export const checkConsentOptions = checked<{ erase?: boolean }>(fields({ erase: flag }), 'request');
