import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable, strict } from '../schema-parts.js';

const About = Type.Union([Type.Literal('quantity'), Type.Literal('dates'), Type.Literal('numbers')]);

/** An option of a decision, from 0. */
const Choice = Type.Integer({ minimum: 0, maximum: 100 });

/** What somebody has decided, by what it is about. */
export const TrialAnswers = Type.Object(
  { quantity: Type.Optional(Choice), dates: Type.Optional(Choice), numbers: Type.Optional(Choice) },
  strict,
);
export type TrialAnswers = Static<typeof TrialAnswers>;

/** The form; the gateway takes its parts in any order. */
export const TrialForm = Type.Object(
  {
    file: Type.String({
      format: 'binary',
      description: 'The file, or the beginning of a larger one: at most 8 MiB. Its first 4 MiB are looked at',
    }),
    answers: Type.Optional(Type.String({ description: 'JSON: for each decision the number of the option, such as {"dates":1}' })),
    yaml: Type.Optional(Type.String({ description: 'A declaration to try instead of proposing one' })),
  },
  { title: 'TrialForm' },
);

/** What is wrong, and what to do about it. */
const TrialProblem = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    remedy: Type.String(),
    faults: Type.Array(Type.Object({ line: Count, column: Count, message: Type.String() }), {
      description: 'All faults of a declaration, by their places; empty for anything else',
    }),
  },
  { title: 'TrialProblem' },
);
export type TrialProblem = Static<typeof TrialProblem>;

const TrialDecision = Type.Object(
  {
    about: About,
    question: Type.String(),
    options: Type.Array(Type.String(), { description: 'The likeliest first' }),
    taken: Type.Integer({ minimum: 0, description: 'The option by which the proposal was made' }),
    isAnswered: Type.Boolean(),
  },
  { title: 'TrialDecision' },
);

const TrialRow = Type.Object(
  {
    record: Count,
    product: Type.String({ description: 'As it stands in the file, shortened; of a record that cannot be read, its text' }),
    quantity: Type.String(),
    amount: Type.String(),
    date: Type.String(),
    outcome: Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('skipped')]),
    says: Type.String({ description: 'The reason of a reject, or the rule by which the row is skipped' }),
    counted: Nullable(Type.Object({ quantity: Type.String(), amount: Type.String(), day: Type.String() })),
  },
  { title: 'TrialRow' },
);
export type TrialRow = Static<typeof TrialRow>;

const Trial = Type.Object(
  {
    source: Type.String({ description: 'The name of the source that the file was tried with' }),
    isWhole: Type.Boolean({ description: 'Whether all of the file was read' }),
    problem: Nullable(TrialProblem),
    counts: Nullable(
      Type.Object({
        records: Count,
        accepted: Count,
        rejected: Count,
        skipped: Count,
        reasons: Type.Array(Type.Object({ reason: Type.String(), rows: Count })),
      }),
    ),
    totals: Nullable(
      Type.Object({
        products: Count,
        quantity: Decimal,
        amount: Decimal,
        firstDay: Nullable(Type.String()),
        lastDay: Nullable(Type.String()),
      }),
    ),
    rows: Type.Array(TrialRow),
  },
  { title: 'Trial' },
);
export type Trial = Static<typeof Trial>;

export const TriedFile = Type.Object(
  {
    file: Type.String(),
    bytes: Count,
    problem: Nullable(TrialProblem),
    proposal: Nullable(Type.Object({ yaml: Type.String(), decisions: Type.Array(TrialDecision) })),
    notes: Type.Array(Type.String(), { description: 'What is not sure' }),
    trial: Nullable(Trial),
  },
  { title: 'TriedFile' },
);
export type TriedFile = Static<typeof TriedFile>;
