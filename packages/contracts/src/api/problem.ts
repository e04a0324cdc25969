import Type, { type Static } from 'typebox';

/** An error, after RFC 9457 (application/problem+json). */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'An error code of this project; it never changes its meaning' }),
    message: Type.String({ description: 'What happened, naming the thing' }),
    remedy: Type.String({ description: 'What to do about it' }),
  },
  { title: 'Problem' },
);
export type Problem = Static<typeof Problem>;
