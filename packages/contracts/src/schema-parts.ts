import Type from 'typebox';

/* Parts that many schemas of the wire are made of. */

export const Count = Type.Integer({ minimum: 0 });

export const Decimal = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', description: 'A number as text, so that no digit is lost' });

export const Time = Type.String({ format: 'date-time', description: 'UTC, ISO 8601' });

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** For objects that take no other properties than those named. */
export const strict = { additionalProperties: false } as const;
