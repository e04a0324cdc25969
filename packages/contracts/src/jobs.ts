import Type, { type Static } from 'typebox';
import { RUN_ID_PATTERN } from './run-id-pattern.js';

/** A calendar day as `YYYY-MM-DD`. */
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day, YYYY-MM-DD' });

const RunId = Type.String({ pattern: RUN_ID_PATTERN });

/** What a run that reads the sources is asked to do. `from` and `to` are inclusive days of `sale_date`; without them every row counts. */
export const ReadParams = Type.Object(
  {
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    dryRun: Type.Optional(Type.Boolean({ description: 'Do everything but the publish' })),
    fresh: Type.Optional(
      Type.Boolean({ description: 'Read every file, also those that an earlier run has read and that are as they were' }),
    ),
  },
  { additionalProperties: false },
);
export type ReadParams = Static<typeof ReadParams>;

/** What a run is asked to do: to read the sources, or to publish again what another run has made of them. */
export const RunParams = Type.Object(
  {
    ...ReadParams.properties,
    publish: Type.Optional(
      Type.String({
        pattern: RUN_ID_PATTERN,
        maxLength: 64,
        description: 'The run whose kept version is to be published again; without `from` and `to`',
      }),
    ),
  },
  { additionalProperties: false },
);
export type RunParams = Static<typeof RunParams>;

const Epoch = Type.Integer({ minimum: 1 });
/** A partition or chunk names files, so nothing in it may lead out of its folder. */
const PartName = Type.String({ pattern: '^[a-z0-9-]{1,80}$' });

/** A job on `runs`: a person's or a schedule's has the parameters, and from the gateway who it is from; the gateway's own also names the run it recorded. */
export const StartRunData = Type.Object(
  {
    ...ReadParams.properties,
    runId: Type.Optional(RunId),
    epoch: Type.Optional(Epoch),
    scheduleId: Type.Optional(Type.String({ maxLength: 64 })),
    requestedBy: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { additionalProperties: false },
);
export type StartRunData = Static<typeof StartRunData>;

const Step = { runId: RunId, epoch: Epoch };

/** plan, merge and load need no more than the run: everything else is in the run's manifests. */
export const RunStepData = Type.Object(Step, { additionalProperties: false });
export type RunStepData = Static<typeof RunStepData>;

export const ExtractData = Type.Object({ ...Step, partition: PartName }, { additionalProperties: false });
export type ExtractData = Static<typeof ExtractData>;

export const TransformData = Type.Object({ ...Step, chunk: PartName }, { additionalProperties: false });
export type TransformData = Static<typeof TransformData>;

/** What a step returns: small figures for the dashboard. The books are in the manifests. */
export const StepResult = Type.Object(
  {
    rows: Type.Integer({ minimum: 0 }),
    bytes: Type.Optional(Type.Integer({ minimum: 0 })),
    note: Type.Optional(Type.String({ maxLength: 300 })),
    /** The run had ended before the step was done: what it was for is not there. */
    skipped: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);
export type StepResult = Static<typeof StepResult>;
