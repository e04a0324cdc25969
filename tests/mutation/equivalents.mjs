/**
 * Mutants that no test can kill, because what they change has no effect, each with the reason. `mutants` are texts that the changed file
 * has and the file itself has not. An entry that no living mutant fits any more fails, too.
 *
 * @type {readonly { file: string, mutants: readonly string[], why: string }[]}
 */
export const EQUIVALENTS = [
  {
    file: 'packages/judging/src/rules/judge-rows.ts',
    mutants: ["ltrim(${column}, ' ') <= ''"],
    why: 'No text is less than the empty one.',
  },
  {
    file: 'packages/judging/src/rules/number-rules.ts',
    mutants: [
      'CASE WHEN FALSE AND (${isOrdinary})',
      'CASE WHEN FALSE AND (${isCanonical(column)})',
      '[!1-9]',
      '[!0-8]',
      'WHOLE_DIGITS - 2}',
      'WHOLE_DIGITS + 1}',
    ],
    why: 'The first branch of a rule only saves time: what it does not take, the second one judges alike. The bench shows the difference.',
  },
  {
    file: 'packages/judging/src/rules/date-rules.ts',
    mutants: ['CASE WHEN FALSE AND (${column} GLOB', "GLOB ''", "GLOB '[1-9]", "GLOB '[0-8]"],
    why: 'The first branch of the rule only saves time: what it does not take, the second one judges alike.',
  },
  {
    file: 'packages/judging/src/rules/number-rules.ts',
    mutants: ["'0+' : `[0-9]{0,"],
    why: 'Lets a point without digits through, which the cast then refuses.',
  },
  {
    file: 'packages/judging/src/date-readings.ts',
    mutants: ['IS NULL AND (${own} + 1) IS NOT NULL'],
    why: 'The day after no day is none, and the day after any day is one.',
  },
  {
    file: 'packages/judging/src/date-readings.ts',
    mutants: ['SELECT s.segment, trim'],
    why: 'Each text once only saves time.',
  },
  {
    file: 'packages/judging/src/judge-chunk.ts',
    mutants: ['WHEN outcome <= ${ACCEPTED}'],
    why: 'Outcomes are unsigned, and 0 is the accepted one.',
  },
  {
    file: 'packages/judging/src/judge-chunk.ts',
    mutants: ['WHERE TRUE OR ${IS_REJECTED}'],
    why: 'Saves numbering accepted rows: they have no position, so that no row joins them, and no texts.',
  },
  {
    file: 'packages/judging/src/merge-partials.ts',
    mutants: ['WHERE outcome <= ${ACCEPTED}'],
    why: 'Outcomes are unsigned, and 0 is the accepted one.',
  },
  {
    file: 'packages/judging/src/split-keys.ts',
    mutants: [
      'SAMPLED_ONE_IN = 17',
      'SAMPLED_ONE_IN = 15',
      'WHERE TRUE OR hash(${names})',
      'SAMPLED_ONE_IN} <> 0)',
      'SAMPLED_ONE_IN} <= 0)',
      'SAMPLED_ONE_IN} >= 0)',
      'SAMPLED_ONE_IN} = 1)',
    ],
    why: 'Another sample of the products, or all of them, is as good to find where the ranges begin; it only takes longer.',
  },
  {
    file: 'packages/judging/src/read-summary.ts',
    mutants: ['auto_detect = true'],
    why: 'There is nothing left to be detected; looking for it only takes time.',
  },
  {
    file: 'packages/ledger/src/run-state.ts',
    mutants: ['hasPlan: () => Promise<boolean> = () => undefined'],
    why: 'What is awaited is as good as false, and the compiler refuses it.',
  },
];
