import Type, { type Static } from 'typebox';
import { Count, Nullable, Time, strict } from '../schema-parts.js';

export const AlertTest = Type.Object(
  {
    channels: Type.Array(Type.Object({ channel: Type.String(), delivered: Type.Boolean(), error: Nullable(Type.String()) })),
  },
  { title: 'AlertTest' },
);
export type AlertTest = Static<typeof AlertTest>;

export const AuditQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  },
  strict,
);

export const AuditList = Type.Object(
  {
    entries: Type.Array(
      Type.Object({
        id: Count,
        at: Time,
        actor: Type.String(),
        address: Type.String(),
        action: Type.String(),
        detail: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
    next: Nullable(Type.Integer()),
  },
  { title: 'AuditList' },
);
export type AuditList = Static<typeof AuditList>;
