import Type, { type Static } from 'typebox';
import { strict, Time } from '../schema-parts.js';

const Role = Type.Union([Type.Literal('operator'), Type.Literal('viewer')]);

export const Me = Type.Object({ username: Type.String(), role: Role }, { title: 'Me' });
export type Me = Static<typeof Me>;

export const SessionIdParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) }, strict);

export const SessionList = Type.Object(
  {
    sessions: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Ends the session, but does not open it' }),
          username: Type.String(),
          role: Role,
          address: Type.String({ description: 'Where it was started from' }),
          client: Type.String({ description: 'What the browser calls itself' }),
          startedAt: Time,
          lastUsedAt: Time,
          current: Type.Boolean({ description: 'The session of this very request' }),
        },
        { title: 'Session' },
      ),
    ),
  },
  { title: 'SessionList' },
);
export type SessionList = Static<typeof SessionList>;
