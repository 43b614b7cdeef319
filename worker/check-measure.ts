/** What the page hands over to be measured with, checked as in `arguments.ts`. */
import type { ReportDeclaration, VariantOptions } from '../src/contract.ts';
import {
  between,
  type Check,
  checked,
  fields,
  listOf,
  plainObject,
  text,
  wholeFrom,
  wrong,
} from './arguments.ts';
import { mostAnswers } from './measure/ledger.ts';

const longestName = 100;
const mostVariants = 10;
const mostPlacements = 20;
const mostQuestions = 8;

const name: Check = (value, field) => {
  text(value, field);
  if ((value as string).length > longestName) wrong(field, `a text of 1 to ${longestName} characters`);
};

/** From `least` to `most` entries. */
const some =
  (check: Check, least: number, most: number): Check =>
  (value, field) => {
    listOf(check)(value, field);
    const { length } = value as unknown[];
    if (length < least || length > most) wrong(field, `a list of ${least} to ${most} entries`);
  };

const distinct =
  (check: Check): Check =>
  (value, field) => {
    check(value, field);
    if (new Set(value as unknown[]).size < (value as unknown[]).length)
      wrong(field, 'a list without repeats');
  };

const question: Check = (value, field) => {
  const { kind } = plainObject(value, field);
  if (kind === 'clicked')
    fields({ name, kind: text, experiment: name }, 'name', 'kind', 'experiment')(value, field);
  else if (kind === 'bought')
    fields(
      { name, kind: text, categories: distinct(some(name, 1, mostAnswers - 2)) },
      ...['name', 'kind', 'categories'],
    )(value, field);
  else wrong(`${field}.kind`, "'clicked' or 'bought'");
};

/** Above 0. */
const epsilonUpTo =
  (most: number): Check =>
  (value, field) => {
    between(0, most)(value, field);
    if (value === 0) wrong(field, `a number above 0, at most ${most}`);
  };

/** Name of an experiment. */
export const checkExperiment = checked<string>(name, 'name');
/** Variants of an experiment. */
export const checkVariants = checked<string[]>(distinct(some(name, 2, mostVariants)), 'variants');
/** What `variant()` takes besides. */
export const checkVariantOptions = checked<VariantOptions>(
  fields({
    weights: some(between(0, 1e9), 2, mostVariants),
    group: fields({ name, from: between(0, 1), to: between(0, 1) }, 'name', 'from', 'to'),
    placements: some(name, 1, mostPlacements),
  }),
  'options',
);
/** Length of an interleaved list. */
export const checkInterleavedLimit = checked<number>((value, field) => {
  wholeFrom(1)(value, field);
  between(1, 100)(value, field);
}, 'limit');
/** What may be reported. */
export const checkDeclaration = checked<ReportDeclaration>((value, field) => {
  fields(
    { questions: some(question, 1, mostQuestions), epsilon: epsilonUpTo(10), lifetime: epsilonUpTo(1000) },
    ...['questions', 'epsilon', 'lifetime'],
  )(value, field);
  const { questions } = value as ReportDeclaration;
  if (new Set(questions.map((one) => one.name)).size < questions.length)
    wrong(`${field}.questions`, 'questions of distinct names');
}, 'declaration');
/** Id of a report. */
export const checkReport = checked<string>(name, 'id');
