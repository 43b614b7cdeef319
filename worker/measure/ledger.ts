/**
 * What this device has promised about private reports: which questions it answers, how it disguises each answer, how much all of that may give away,
 * and which days it has answered. Nothing in it says what any answer was.
 */
import {
  type PrivateReport,
  RecluseError,
  type ReportDeclaration,
  type ReportLedger,
  type ReportQuestion,
  type StoredInteraction,
} from '../../src/contract.ts';
import { answersOf, answersOfOneDevice, dayOf, truthOf } from './answers.ts';
import type { Assignment } from './assignment.ts';
import { dateOf } from './metrics.ts';
import { type Disguises, drawDisguises } from './unary-encoding.ts';

/** One question, with its answers and its epsilon: of another, other disguises are drawn, and paid for. */
interface Entry {
  name: string;
  epsilon: number;
  answers: string[];
  disguises: Disguises;
  reserved: number;
  /** The first day that is reported; days since 1970. */
  from: number;
  /** Days whose report has been sent, the newest few, in the order of sending. */
  answered: number[];
}

/** As it is kept; plain JSON. */
export interface Ledger {
  version: 1;
  lifetime: number;
  entries: Entry[];
  /** Ids of reports that wait to be sent, by entry and day. */
  waiting: Record<string, string>;
}

/** Days for which a report is made late, where the visitor did not come back sooner, or sending failed. */
const late = 7;
/** Days that are remembered as answered: more than can ever be due, also where a clock goes wrong for a while. */
const mostAnswered = 40;
/** Answers to one question. */
export const mostAnswers = 32;
/** Questions ever declared on one device. */
const mostEntries = 16;
/** What rounding may add to a sum of epsilons. */
const rounding = 1e-9;

/** A kept ledger; undefined where it is damaged: then nothing can be promised any more. */
export function ledgerIn(value: unknown): Ledger | undefined {
  const { version, lifetime, entries, waiting } = (value ?? {}) as Partial<Ledger>;
  const right =
    version === 1 &&
    Number.isFinite(lifetime) &&
    typeof waiting === 'object' &&
    waiting !== null &&
    Array.isArray(entries) &&
    entries.every(isEntry);
  return right ? (value as Ledger) : undefined;
}

function isEntry(value: unknown): boolean {
  const { name, epsilon, answers, disguises, reserved, from, answered } = (value ?? {}) as Partial<Entry>;
  return (
    typeof name === 'string' &&
    [epsilon, reserved, from].every(Number.isFinite) &&
    Array.isArray(answered) &&
    Array.isArray(answers) &&
    Array.isArray(disguises) &&
    disguises.length === answers.length &&
    disguises.every((bits) => bits.length === answers.length && /^[01]+$/.test(bits))
  );
}

const sameAnswers = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const reservedIn = ({ entries }: Ledger): number => entries.reduce((sum, { reserved }) => sum + reserved, 0);

/**
 * Takes questions into the ledger. What one gives away in all its life (epsilon for each answer that this device may ever give) is
 * reserved at once, so that no report is ever held back for want of budget, which would itself say something.
 *
 * @param today days since 1970: the first day that is reported
 * @throws RecluseError `invalid-argument` where the questions give away more than the lifetime that was declared first allows
 */
export function declared(
  before: Ledger | undefined,
  { questions, epsilon, lifetime }: ReportDeclaration,
  experiments: ReadonlyMap<string, Assignment>,
  today: number,
  uniform: () => number,
): Ledger {
  const ledger: Ledger = before
    ? { ...before, entries: [...before.entries] }
    : { version: 1, lifetime, entries: [], waiting: {} };
  for (const question of questions) {
    const answers = answersOf(question, experiments);
    if (!answers)
      throw new RecluseError(
        'invalid-argument',
        `${question.name} asks about an experiment that this device does not know: call variant() before.`,
        { field: 'questions' },
      );
    if (new Set(answers).size < answers.length || answers.length > mostAnswers)
      throw new RecluseError(
        'invalid-argument',
        `${question.name} must have at most ${mostAnswers} answers, all distinct.`,
        { field: 'questions' },
      );
    if (entryOf(ledger, question.name, answers, epsilon)) continue;
    const reserved = epsilon * answersOfOneDevice(question, answers);
    const sum = reservedIn(ledger) + reserved;
    if (sum > ledger.lifetime + rounding || ledger.entries.length >= mostEntries)
      throw new RecluseError(
        'invalid-argument',
        `${question.name} would let this device give away ${sum} in its life, and ${ledger.lifetime} was declared.`,
        { field: 'lifetime', reserved: sum, lifetime: ledger.lifetime },
      );
    ledger.entries.push({
      name: question.name,
      epsilon,
      answers,
      disguises: drawDisguises(answers.length, epsilon, uniform),
      reserved,
      from: today,
      answered: [],
    });
  }
  return ledger;
}

function entryOf(
  ledger: Ledger,
  name: string,
  answers: readonly string[],
  epsilon: number,
): Entry | undefined {
  return ledger.entries.find(
    (entry) => entry.name === name && entry.epsilon === epsilon && sameAnswers(entry.answers, answers),
  );
}

export const ledgerShown = (ledger: Ledger): ReportLedger => ({
  lifetime: ledger.lifetime,
  reserved: reservedIn(ledger),
  questions: ledger.entries.map(({ name, epsilon, answers, reserved }) => ({
    name,
    epsilon,
    answers: [...answers],
    reserved,
  })),
});

/** The first day whose interactions a report may still need. */
export const firstDayDue = (today: number): number => today - late;

/**
 * Reports of past days that are to be sent: of each question for each day that is over and on which the visitor was here. The same
 * until they are sent.
 *
 * @param interactions since {@link firstDayDue}, oldest first
 * @param newId gives a random id
 * @returns the reports, and the ledger that remembers their ids
 */
export function due(
  before: Ledger,
  questions: readonly ReportQuestion[],
  epsilon: number,
  interactions: readonly StoredInteraction[],
  experiments: ReadonlyMap<string, Assignment>,
  categoriesOf: (item: string) => readonly string[],
  today: number,
  newId: () => string,
): { reports: PrivateReport[]; ledger: Ledger } {
  const byDay = new Map<number, StoredInteraction[]>();
  for (const one of interactions) {
    const then = byDay.get(dayOf(one.time)) ?? [];
    byDay.set(dayOf(one.time), then);
    then.push(one);
  }
  // A clock that was ahead when the questions came must not keep them unanswered until it would be right.
  const entries = before.entries.map((entry) => ({ ...entry, from: Math.min(entry.from, today) }));
  const waiting: Record<string, string> = {};
  const reports: PrivateReport[] = [];
  for (const question of questions) {
    const answers = answersOf(question, experiments);
    const entry = answers && entryOf(before, question.name, answers, epsilon);
    if (!entry) continue;
    for (let day = Math.max(Math.min(entry.from, today), firstDayDue(today)); day < today; day++) {
      if (entry.answered.includes(day)) continue;
      const date = dateOf(day);
      const then = byDay.get(day);
      const truth = then && truthOf(question, entry.answers, then, experiments, categoriesOf);
      if (truth === undefined || date === null) continue;
      const key = JSON.stringify([before.entries.indexOf(entry), day]);
      const id = Object.hasOwn(before.waiting, key) ? before.waiting[key]! : newId();
      waiting[key] = id;
      reports.push({
        format: 'recluse-report',
        version: 1,
        id,
        question: question.name,
        answers: [...entry.answers],
        epsilon,
        day: date,
        bits: entry.disguises[truth]!,
      });
    }
  }
  reports.sort((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0));
  return { reports, ledger: { ...before, entries, waiting } };
}

/** The ledger once a report has been sent; that of an unknown id stays as it is. */
export function sent(before: Ledger, id: string): Ledger {
  const found = Object.entries(before.waiting).find(([, one]) => one === id);
  if (!found) return before;
  const [place, day] = JSON.parse(found[0]) as [number, number];
  const { [found[0]]: _, ...waiting } = before.waiting;
  return {
    ...before,
    waiting,
    entries: before.entries.map((entry, at) =>
      at === place ? { ...entry, answered: [...entry.answered, day].slice(-mostAnswered) } : entry,
    ),
  };
}
