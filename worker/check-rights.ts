/** What the page hands over where the visitor's rights are concerned, checked as in `arguments.ts`. */
import {
  type ExportDocument,
  type ForgetRequest,
  type Profile,
  RecluseError,
  type RetainRequest,
  type RetractRequest,
} from '../src/contract.ts';
import {
  between,
  type Check,
  checked,
  fields,
  finite,
  interactionFields,
  interactionOf,
  listOf,
  moment,
  plainObject,
  recordOf,
  text,
  textOrNumber,
  wholeFrom,
  wrong,
} from './arguments.ts';

const chance = between(0, 1);
const exploration = fields(
  {
    propensity: chance,
    greedy: chance,
    blind: chance,
    expected: chance,
    expectedGreedy: chance,
    expectedBlind: chance,
  },
  ...['propensity', 'greedy', 'blind', 'expected', 'expectedGreedy', 'expectedBlind'],
);
const storedInteraction = interactionOf(
  { ...interactionFields, seq: finite, exploration },
  'seq',
  'id',
  'time',
);

/** No fact of a profile is a longer list than this, and no profile has more facts. */
const longestProfile = 100;

const fact: Check = (value, field) => {
  if (Array.isArray(value) && value.length > longestProfile)
    wrong(field, `a list of at most ${longestProfile} entries`);
  (Array.isArray(value) ? listOf(text) : textOrNumber)(value, field);
};

const profileOf =
  (check: Check): Check =>
  (value, field) => {
    recordOf(check)(value, field);
    if (Object.keys(value as object).length > longestProfile) wrong(field, `at most ${longestProfile} facts`);
  };

const sum = fields(
  {
    item: text,
    type: text,
    count: wholeFrom(1),
    first: moment,
    last: moment,
    seq: finite,
    at: moment,
    strength: finite,
    interest: finite,
    habit: finite,
    mean: finite,
    values: finite,
    valued: finite,
    rule: (value, field) => {
      if (value !== '') text(value, field);
    },
    known: listOf(between(0, 2 ** 32 - 1)),
  },
  ...['item', 'type', 'count', 'first', 'last', 'seq', 'at', 'strength', 'interest', 'habit', 'mean'],
  ...['values', 'valued', 'rule', 'known'],
);

const derived = fields(
  { kind: text, key: text, item: text, time: moment, value: () => {} },
  ...['kind', 'key', 'time', 'value'],
);

/** At least one of the known fields. */
function conditions(known: Readonly<Record<string, Check>>): Check {
  return (value, field) => {
    fields(known)(value, field);
    if (Object.values(value as object).every((condition) => condition === undefined))
      wrong(field, `given at least one of ${Object.keys(known).join(', ')}`);
  };
}

const forgetRequest = conditions({
  item: text,
  since: moment,
  until: moment,
  type: text,
  category: text,
  interaction: text,
});

/** What `forget()` takes: conditions that must all hold, or `'everything'`. */
export function checkForgetRequest(value: unknown): ForgetRequest {
  if (value !== 'everything') forgetRequest(value, 'request');
  return value as ForgetRequest;
}

/** What `retract()` takes. */
export function checkRetractRequest(value: unknown): RetractRequest {
  fields({ interaction: text, basket: text, item: text, type: text })(value, 'request');
  const names = Object.entries(value as object).flatMap(([name, given]) => (given === undefined ? [] : name));
  if (!['interaction', 'basket', 'basket item', 'item type'].includes(names.sort().join(' ')))
    wrong('request', '{ interaction }, { basket }, { basket, item } or { item, type }');
  return value as RetractRequest;
}

/** What `retain()` takes. */
export const checkRetainRequest = checked<RetainRequest>(
  conditions({ days: between(0, 1e6), count: wholeFrom(0) }),
  'request',
);
/** What `after()` takes. */
export const checkSeq = checked<number>(finite, 'from');
/** What `setProfile()` takes. */
export const checkProfileChanges = checked<Record<string, Profile[string] | null>>(
  profileOf((value, field) => {
    if (value !== null) fact(value, field);
  }),
  'profile',
);
/** Versions of the export that {@link checkDocument} reads. */
const newestDocument = 2;

/**
 * What `import()` takes: a document of `export()`, of this version or an older one.
 *
 * @throws RecluseError `export-too-new`, or `invalid-argument` naming what is damaged
 */
export function checkDocument(value: unknown): ExportDocument {
  const { format, version } = plainObject(value, 'document');
  if (format !== 'recluse-export') wrong('document.format', "'recluse-export'");
  wholeFrom(1)(version, 'document.version');
  if ((version as number) > newestDocument)
    throw new RecluseError(
      'export-too-new',
      `This document is of version ${version}, and this reader knows versions up to ${newestDocument}.`,
      { version: version as number },
    );
  fields(
    {
      format: text,
      version: wholeFrom(1),
      exported: moment,
      interactions: listOf(storedInteraction),
      profile: profileOf(fact),
      compacted: listOf(sum),
      derived: listOf(derived),
    },
    'interactions',
    'profile',
  )(value, 'document');
  const document = value as ExportDocument;
  return { ...document, compacted: document.compacted ?? [], derived: document.derived ?? [] };
}
