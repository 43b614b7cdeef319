/**
 * Reports that this code makes of two hundred devices, with the truth: `test/golden/reports.json`, which the Python tests decode.
 * `UPDATE_GOLDEN=1` writes the file anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import type { PrivateReport, ReportQuestion, StoredInteraction } from '../../../src/contract.ts';
import { answersOf, truthOf } from '../../../worker/measure/answers.ts';
import { type Assignment, assigned } from '../../../worker/measure/assignment.ts';
import { declared, due } from '../../../worker/measure/ledger.ts';

const file = fileURLToPath(new URL('../../golden/reports.json', import.meta.url));
const schema = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../docs/report.schema.json', import.meta.url)), 'utf8'),
);
const today = 20_782;
const questions: ReportQuestion[] = [
  { name: 'aisle', kind: 'bought', categories: ['Coffee', 'Tea'] },
  { name: 'ranker', kind: 'clicked', experiment: 'home' },
];
const aisles: Readonly<Record<string, string>> = { c: 'Coffee', t: 'Tea', b: 'Bread' };

function made() {
  let state = 20_261_125;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 1) / 2 ** 31;
  };
  const reports: PrivateReport[] = [];
  const truth: Record<string, Record<string, number>> = {};
  for (let device = 0; device < 200; device++) {
    const experiments = new Map<string, Assignment>([
      ['home', assigned(`device-${device}`, 'home', ['hybrid', 'popular'], {}, 0)],
    ]);
    const ledger = declared(
      undefined,
      { questions, epsilon: 2, lifetime: 12 },
      experiments,
      today - 1,
      uniform,
    );
    const type = ['view', 'purchase', 'purchase', 'click'][Math.floor(uniform() * 4)]!;
    const item = ['c', 't', 'b'][Math.floor(uniform() * 3)]!;
    const log: StoredInteraction[] = [
      { seq: 1, id: '1', type, item, placement: 'home', time: (today - 1) * 86_400_000 + 5 },
    ];
    const categoriesOf = (id: string) => ['Food', aisles[id]!];
    let ids = 0;
    const newId = () => `${device}-${ids++}`;
    reports.push(...due(ledger, questions, 2, log, experiments, categoriesOf, today, newId).reports);
    for (const question of questions) {
      const answers = answersOf(question, experiments)!;
      truth[question.name] ??= Object.fromEntries(answers.map((answer) => [answer, 0]));
      truth[question.name]![answers[truthOf(question, answers, log, experiments, categoriesOf)!]!]! += 1;
    }
  }
  return { truth, reports };
}

it('makes the reports that the trainer is tested with, as the schema has them', () => {
  const { truth, reports } = made();
  if (process.env.UPDATE_GOLDEN)
    writeFileSync(
      file,
      `{"truth":${JSON.stringify(truth)},"reports":[\n${reports.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`,
    );
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ truth, reports });
  const valid = new Ajv2020().compile(schema);
  for (const report of reports) expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
  expect(reports).toHaveLength(400);
});
