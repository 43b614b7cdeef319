import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportDeclaration, ReportQuestion, StoredInteraction } from '../../../src/contract.ts';
import { type Assignment, assigned } from '../../../worker/measure/assignment.ts';
import { declared, due, type Ledger, ledgerIn, ledgerShown, sent } from '../../../worker/measure/ledger.ts';
import { chanceOfOther, drawDisguises } from '../../../worker/measure/unary-encoding.ts';

const bought: ReportQuestion = { name: 'aisle', kind: 'bought', categories: ['Coffee', 'Tea'] };
const clicked: ReportQuestion = { name: 'ranker', kind: 'clicked', experiment: 'home' };
const experiments = new Map<string, Assignment>([['home', assigned('device', 'home', ['a', 'b'], {}, 0)]]);
const declaration: ReportDeclaration = { questions: [bought, clicked], epsilon: 1, lifetime: 10 };
const categoriesOf = (item: string) => (item.startsWith('tea') ? ['Drinks', 'Tea'] : ['Food']);

function uniformOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 1) / 2 ** 31;
  };
}

let ids = 0;
const newId = () => `report-${ids++}`;
const on = (day: number, type: string, item = 'tea-1'): StoredInteraction => ({
  ...{ seq: day, id: `${day}`, type, item, placement: 'home' },
  time: day * 86_400_000 + 1000,
});
const dueOn = (ledger: Ledger, log: StoredInteraction[], today: number) =>
  due(ledger, declaration.questions, 1, log, experiments, categoriesOf, today, newId);
const begun = (today = 100) => declared(undefined, declaration, experiments, today, uniformOf(1));

describe('private reports', () => {
  it('disguise an answer with the chances of optimised unary encoding', () => {
    for (const epsilon of [0.5, 1, 2]) {
      const draws = 40_000;
      const uniform = uniformOf(3);
      const ones = [0, 0, 0];
      for (let draw = 0; draw < draws; draw++)
        for (const [bit, one] of [...drawDisguises(3, epsilon, uniform)[0]!].entries())
          ones[bit]! += Number(one);
      // Five standard deviations.
      for (const [bit, count] of ones.entries())
        expect(Math.abs(count / draws - (bit === 0 ? 0.5 : chanceOfOther(epsilon)))).toBeLessThan(0.0125);
    }
  });

  it('are at most e^epsilon times likelier with one true answer than with another', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 10, noNaN: true }), (epsilon) => {
        const other = chanceOfOther(epsilon);
        // The worst report says 1 for the one answer and 0 for the other.
        const ratio = (0.5 * (1 - other)) / (other * 0.5);
        expect(Math.log(ratio)).toBeCloseTo(epsilon, 9);
      }),
    );
  });

  it('answer for each day that is over and on which the visitor was here, and say nothing of others', () => {
    const { reports } = dueOn(begun(), [on(100, 'view'), on(101, 'click'), on(103, 'view')], 103);
    expect(reports.map(({ question, day }) => [day, question])).toEqual([
      ['1970-04-11', 'aisle'],
      ['1970-04-11', 'ranker'],
      ['1970-04-12', 'aisle'],
      ['1970-04-12', 'ranker'],
    ]);
    for (const { bits, answers } of reports) expect(bits).toHaveLength(answers.length);
  });

  it('say the same for the same answer for ever, so that nobody can average the disguise away', () => {
    const ledger = begun();
    const bits = new Set<string>();
    for (let day = 100; day < 160; day++)
      for (const report of dueOn(ledger, [on(day, 'purchase')], day + 1).reports)
        if (report.question === 'aisle') bits.add(report.bits);
    expect(bits.size).toBe(1);
  });

  it('keep nothing on the device that says what an answer was', () => {
    const one = dueOn(begun(), [on(100, 'purchase', 'tea-1')], 101);
    const other = dueOn(begun(), [on(100, 'purchase', 'bread')], 101);
    const kept = ({ ledger, reports }: typeof one) =>
      JSON.stringify(reports.reduce((left, { id }) => sent(left, id), ledger));
    expect(kept(one)).toBe(kept(other));
    expect(one.reports[0]!.bits).not.toBe('');
  });

  it('are the same, with the same id, until they have been sent, and then no more', () => {
    const log = [on(100, 'view'), on(101, 'purchase')];
    const first = dueOn(begun(), log, 102);
    const again = dueOn(first.ledger, log, 103);
    expect(again.reports).toEqual(first.reports);
    const [one, ...rest] = first.reports;
    const after = dueOn(sent(again.ledger, one!.id), log, 103);
    expect(after.reports).toEqual(rest);
    expect(sent(after.ledger, 'unknown')).toBe(after.ledger);
  });

  it('are refused where they would give away more than was declared for life, also one question after the other', () => {
    const lifetime = (of: number) => () =>
      declared(undefined, { ...declaration, lifetime: of }, experiments, 1, uniformOf(1));
    // Four answers to the first, and two that this device can ever give to the second.
    expect(lifetime(6)).not.toThrow();
    expect(lifetime(5.9)).toThrow('declared');
    const ledger = begun();
    expect(ledgerShown(ledger).reserved).toBe(6);
    const more = (epsilon: number, of = 10) =>
      declared(ledger, { questions: [bought], epsilon, lifetime: of }, experiments, 1, uniformOf(2));
    expect(ledgerShown(more(1)).reserved).toBe(6);
    expect(ledgerShown(more(0.5)).reserved).toBe(8);
    // What was declared first on this device stays.
    expect(() => more(2, 1000)).toThrow('declared');
  });

  it('draw nothing anew where the same question is declared again', () => {
    const ledger = begun();
    expect(declared(ledger, declaration, experiments, 200, uniformOf(9))).toEqual(ledger);
  });

  it('are refused for an experiment that the device does not know, and for answers that are not distinct', () => {
    const asking = (question: ReportQuestion) => () =>
      declared(undefined, { ...declaration, questions: [question] }, experiments, 1, uniformOf(1));
    expect(asking({ ...clicked, experiment: 'other' })).toThrow('variant()');
    expect(asking({ ...bought, categories: ['none'] })).toThrow('distinct');
    expect(asking({ ...bought, categories: Array.from({ length: 31 }, (_, at) => `${at}`) })).toThrow('32');
  });

  it('go on after a clock was wrong for a while, and answer no day twice', () => {
    const log = Array.from({ length: 20 }, (_, at) => on(95 + at, 'view'));
    let ledger = begun(500);
    const answered: string[] = [];
    // Declared while the clock was a year ahead; then right, back by a month, and right again.
    for (const today of [500, 101, 102, 103, 73, 104, 105, 500, 106]) {
      const { reports, ledger: next } = dueOn(ledger, log, today);
      ledger = next;
      for (const { id, day, question } of reports) {
        answered.push(`${day} ${question}`);
        ledger = sent(ledger, id);
      }
    }
    expect(new Set(answered).size).toBe(answered.length);
    expect(answered).toContain('1970-04-12 aisle');
    expect(answered).toContain('1970-04-15 aisle');
    expect(answered.length).toBeGreaterThan(8);
  });

  it('are known to be no more promised where the ledger is damaged', () => {
    const ledger = JSON.parse(JSON.stringify(dueOn(begun(), [on(100, 'view')], 101).ledger)) as Ledger;
    expect(ledgerIn(ledger)).toEqual(ledger);
    const [entry] = ledger.entries;
    for (const damage of [
      { version: 2 },
      { lifetime: 'x' },
      { waiting: null },
      { entries: [{ ...entry, disguises: ['0'] }] },
      { entries: [{ ...entry, disguises: entry!.disguises.map(() => '2222') }] },
      { entries: [null] },
    ])
      expect(ledgerIn({ ...ledger, ...damage })).toBeUndefined();
  });
});
