import { type ErrorKind, GOES_ON, RETRY, terminal, transient } from './error-kind.js';

/** Every error this project raises on purpose: what happened (comment) and what to do (remedy). */
export const ERROR_CATALOGUE = {
  /** A setting is missing or not of its form; the message lists all of them. */
  CONFIG_INVALID: terminal('Set, correct or remove the settings that the message names, as it says (docs/settings.md), and start again.'),
  /** The file that declares the sources has faults; the message lists all of them with their lines. */
  SOURCES_INVALID: terminal(
    'Correct the lines that the message names (docs/sources.md; `npx retail-etl check` looks at all of it), then start a new run.',
  ),
  /** The published sales came from declared sources, and the file that declares them is gone, for example because a volume is not mounted. */
  SOURCES_GONE: terminal(
    'Put sources.yaml back into DATA_DIR, or where SOURCES_FILE says, and start a new run. To go back to the built-in sources, set SOURCES_FILE=none at the extractor.',
  ),
  /** A file in the input folder belongs to no declared source. */
  SOURCE_UNCLAIMED: terminal(
    'Add a pattern for the named files to a source in sources.yaml, move them out of the input folder, or write `unclaimed: ignore`. Then start a new run.',
  ),
  /** A file belongs to two declared sources, which would count its sales twice. */
  SOURCE_AMBIGUOUS: terminal('Make the patterns of the named sources exclude each other in sources.yaml, then start a new run.'),
  /** The path of a file does not match the expression that takes a value from it. */
  FILE_PATH_UNMATCHED: terminal('Correct the expression in sources.yaml (file: ...) or the name of the file, then start a new run.'),
  /** The input folder, the table or every store file is absent. */
  SOURCE_MISSING: terminal('Put the named table or file in place, check POSTGRES_URL and DATA_DIR, then start a new run.'),
  /** A file that is named as CSV is a workbook, an archive, a picture or a page: its first bytes say so. */
  FILE_NOT_TEXT: terminal(
    'Save the named file as CSV where it comes from (a workbook: "CSV UTF-8"), or move it out of the input folder. A CSV file packed by gzip has to be named .csv.gz. Then start a new run.',
  ),
  /** A source is there but holds no records, which is more likely a broken export than a day without sales. */
  SOURCE_EMPTY: terminal('Export the named file or table again, or move the empty file out of the input folder, then start a new run.'),
  /** A needed column is missing or appears twice in a header or table, or the first line of a file is no header. */
  HEADER_INVALID: terminal(
    'With sources.yaml, correct its source: the names under columns, and under csv the delimiter, the encoding and skip_lines (lines above the header). Without it, remove lines above the header, separate fields by comma, semicolon, tab or pipe, and name sale_id, product_id, quantity, sale_amount and sale_date, each once. Then start a new run.',
  ),
  /** Further down in a file, a record names the columns again, in another order or form: files of different headers were put together. */
  HEADER_CHANGED: terminal(
    'Split the named file where the second header begins, so that each part is a file with its own header. Then start a new run.',
  ),
  /** A column of the table that holds numbers is of a type that does not print exact ones: real, double precision or money. */
  COLUMN_INEXACT: terminal(
    'In the database of POSTGRES_URL, run the statements that the message ends with, as a superuser, then retry the run: the role then reads a view with casts. Or change the type of the named columns to numeric.',
  ),
  /** A file that cannot be read as a store file: a link, a folder, too large, unreadable, not gzip, or a workbook that is damaged or has a password. */
  FILE_REFUSED: terminal(
    'Replace the named file by a regular, readable file within FILE_BYTES_MAX; save a workbook anew as .xlsx, without a password. Then start a new run.',
  ),
  /** The named sheet is not in the workbook, or the workbook has no visible sheet; the message lists the sheets that it has. */
  SHEET_MISSING: terminal(
    'Rename the sheet in the named workbook, or ask for one of the sheets that the message lists, then start a new run.',
  ),
  /** A workbook has several visible sheets, and none was asked for. */
  SHEET_UNCLEAR: terminal('Name the sheet that is to be read, or hide the other sheets of the named workbook, then start a new run.'),
  /** The bytes of a file's name are not valid UTF-8, for example because it came from a system that uses Latin-1. */
  FILE_NAME_INVALID: terminal(
    'Rename the named files in the input folder to names of valid UTF-8 (a pattern such as K?ln.csv reaches each: mv K?ln.csv Koeln.csv), then start a new run.',
  ),
  /** A file was written to, replaced or removed while it was being read. */
  FILE_CHANGED: terminal('Let the delivery of the named file finish (write it under another name, then rename it), then start a new run.'),
  /** Two files hold the same bytes: most likely one delivery under two names, which would count every sale twice. */
  FILE_DUPLICATE: terminal(
    'Remove one of the named files, or, if both count, set ALLOW_DUPLICATE_FILES=true (in sources.yaml allow_duplicates), then start a new run.',
  ),
  /** The dates of a file are of a form that a later one of several patterns reads, while an earlier one reads some of them as another day. */
  DATES_CONTRADICT: terminal(
    'Leave in CSV_DATE_FORMATS the one of the patterns that the named file is written by, restart the transformers, and start a new run. If files of both forms are delivered, have one of them written by ISO 8601, as 2026-12-31.',
  ),
  /** More rows of a source were rejected than MAX_REJECT_RATIO allows; the message names the files with the most. */
  REJECT_RATIO: terminal(
    'Look at the rejects and their reasons. If most have the same reason, the form is declared wrongly: in sources.yaml correct numbers, dates, product or returns; without it set CSV_DATE_FORMATS, or correct the files. Then start a new run. If the rejects are right, raise max_reject_ratio in sources.yaml and start a new run; without it raise MAX_REJECT_RATIO and retry.',
  ),
  /** No row at all was accepted, so there is nothing to publish. */
  SUMMARY_EMPTY: terminal("Look at the run's rejects and its window (from, to), then start a new run."),
  /** Rows, quantities or amounts do not add up between two places that must agree. */
  BOOKS_UNBALANCED: terminal('Nothing was published. Retry the run; if it happens again, report the figures in the message.'),
  /** A product's total does not fit the target's columns. */
  TARGET_OVERFLOW: terminal('Correct the quantities or amounts of the named product at the source, then start a new run.'),
  /** The target table cannot hold every summary, or not be replaced in one transaction. */
  TARGET_UNFIT: terminal({
    fix: 'In the database of MYSQL_URL, run the statements that the message ends with, as a user who may change the table. If the server refuses one because of the rows that are there, empty that table first (DELETE FROM ...): a run writes all of them anew.',
    inRun: RETRY,
  }),
  /** The target's owner demands something of its rows (CHECK, foreign key, partitions, trigger) that a row of the summary does not keep. */
  TARGET_CONSTRAINT: terminal(
    'Nothing was published. Change the constraint, partitions or trigger that the message names and retry the run, or correct the source and start a new one.',
  ),
  /** A newer run has already published; publishing this one would bring back older figures. */
  SUPERSEDED: terminal('Nothing to do: the target shows a newer run.', 409),
  /** A staged file is not what its manifest says. */
  STAGED_CORRUPT: terminal('Retry the run: the damaged part is made again. Check the disk that holds DATA_DIR.'),
  /** A staged file or manifest was made by another version of the services. */
  STAGED_FORMAT: terminal('Let all services run the same version, then retry the run: what another version staged is made again.'),
  /** The volume of DATA_DIR is full. */
  STAGING_FULL: transient('Free space on the volume that holds DATA_DIR; the run goes on by itself, or retry it.', 507),
  /** DATA_DIR is not reachable, or not readable and writable for this service. */
  STAGING_UNAVAILABLE: transient(
    'Check that DATA_DIR is mounted in every service and belongs to the user they run as, then retry the run.',
  ),
  /** DuckDB found no room for a step within its memory and its spill folder. */
  MEMORY_EXHAUSTED: transient(
    'Give each transformer 320 MB or more, and free space on the volume of DATA_DIR, where it spills; the run goes on by itself, later retry it.',
  ),
  /** PostgreSQL refuses connections, went away or cancelled a statement. */
  POSTGRES_UNAVAILABLE: transient({
    fix: 'Check POSTGRES_URL and that the server is up.',
    inRun: GOES_ON,
  }),
  /** PostgreSQL does not let the role in, or has no such database. */
  POSTGRES_ACCESS: terminal({
    fix: 'Check user, password and database in POSTGRES_URL, and that pg_hba.conf (or the pooler) lets the role in from this machine.',
    inRun: RETRY,
  }),
  /** The role lacks a right in PostgreSQL. */
  POSTGRES_RIGHTS: terminal({
    fix: 'Grant the role of POSTGRES_URL SELECT on the named table (online_sales without a declaration), USAGE on its schema, and CONNECT on the database.',
    inRun: RETRY,
    inCommand:
      'Grant the role of POSTGRES_URL the right that the message names (to create online_sales: CREATE on the schema), or create the table as its owner.',
  }),
  /** PostgreSQL begins no session with a setting that POSTGRES_URL, the role or the database has: there is none of that name, or not with that value, or the role may not make it. */
  POSTGRES_SETTINGS: terminal({
    fix: 'Correct the setting that the message names, or take it out: it is in "options" of the named URL, or was made by ALTER ROLE or ALTER DATABASE ... SET.',
    inRun: RETRY,
  }),
  /** A pooler does not pass on a setting that POSTGRES_URL asks for. */
  POSTGRES_POOLER: terminal({
    fix: 'Take the parameter that the message names out of POSTGRES_URL, or add it to ignore_startup_parameters of PgBouncer.',
    inRun: RETRY,
  }),
  /** PostgreSQL answered, but will not do what was asked, for a reason without a code of its own. */
  POSTGRES_REFUSED: terminal({
    fix: 'Correct what the message says at the server or in the table it names.',
    inRun: RETRY,
  }),
  /** The certificate of a server is not trusted, not of this host, or over. */
  CERTIFICATE_REFUSED: terminal(
    'In the named URL, set ssl-ca to a file with the authority that signed the certificate, and use a host name that it holds; or renew it at the server. docs/your-data.md says how to encrypt without verifying.',
  ),
  /** One side wants TLS and the other has none. */
  TLS_MISMATCH: terminal(
    'If the server has no TLS, switch it on there, or take the TLS parameters out of the named URL (rediss: becomes redis:). If it demands TLS, add ssl-mode=REQUIRED (MySQL), sslmode=require (PostgreSQL) or use rediss:.',
  ),
  /** A URL leads to a server of another kind, which the message names if it can be told. */
  WRONG_SERVER: terminal(
    {
      fix: 'Correct host and port in the setting that the message names.',
      inRun: 'Restart the services that have it. Then retry the run, if one has failed.',
    },
    503,
  ),
  /** Row-level security hides rows of the table from the role, so the sums would be of a part. */
  ROW_SECURITY: terminal(
    'Run the statement in the message as a superuser, or switch row-level security off for the table (ALTER TABLE … DISABLE ROW LEVEL SECURITY), or set ALLOW_ROW_SECURITY=true at the extractor if a part is what you want. Then retry the run.',
  ),
  /** MySQL answers, but takes no writes: a replica, or a primary during a failover or that somebody has set so. */
  MYSQL_READONLY: transient({
    fix: 'If it is a replica, point MYSQL_URL at the primary. If it is the primary, SHOW VARIABLES LIKE "%read_only%" names what to switch OFF: SET GLOBAL read_only = OFF, and in MySQL super_read_only.',
    inRun: `A failover is waited for. ${GOES_ON}`,
  }),
  /** MySQL refuses connections, went away or gave up on a lock. */
  MYSQL_UNAVAILABLE: transient({
    fix: 'Check MYSQL_URL and that the server is up.',
    inRun: GOES_ON,
  }),
  /** MySQL does not let the user in. */
  MYSQL_ACCESS: terminal({
    fix: 'Check user and password in MYSQL_URL, and that the server lets this user in from this machine, by a password (caching_sha2_password or mysql_native_password). If the account or the server demands TLS, add ssl-mode=REQUIRED to MYSQL_URL.',
    inRun: RETRY,
  }),
  /** The user lacks a right in MySQL. */
  MYSQL_RIGHTS: terminal({
    fix: "Grant the user the right that the message names, or all rights on its database (GRANT ALL PRIVILEGES ON warehouse.* TO 'etl'@'%').",
    inRun: RETRY,
  }),
  /** The database, a table or a column is not there in MySQL. */
  MYSQL_MISSING: terminal({
    fix: 'Check the database in MYSQL_URL, run `npm run setup`, compare the columns of the named table with docs/target.md.',
    inRun: RETRY,
    inCommand: 'Create the database that MYSQL_URL names (CREATE DATABASE), or correct the name.',
  }),
  /** A setting of the server or of the user's sessions keeps the services from working, and they cannot change it themselves. */
  MYSQL_SETTINGS: terminal({
    fix: 'Set the variable that the message names at the server (SET GLOBAL, and its configuration file).',
    inRun: RETRY,
  }),
  /** MySQL answered, but will not do what was asked, for a reason without a code of its own. */
  MYSQL_REFUSED: terminal({
    fix: 'Correct what the message says at the server or in the table it names.',
    inRun: RETRY,
  }),
  /** The ledger lacks a change that this version needs, or is not there at all. */
  LEDGER_OLDER: transient(
    'Run set-up of this version (`npm run setup`, or the container `setup`), and look at its log if it has run; services wait and go on by themselves.',
  ),
  /** A later version has changed the ledger. This one could damage it, so it does not start. */
  LEDGER_NEWER: terminal('Start the version that the message names or a later one, or restore the database from before the update.', 503),
  /** A change that the ledger has is not the one that this version holds under its number. */
  LEDGER_CHANGED: terminal(
    'Run set-up from an unmodified release, not older than the one that the message names. If it is one, report this with the message.',
  ),
  /** Another set-up holds the lock on the ledger. */
  LEDGER_LOCKED: transient(
    'Wait until the other set-up has ended, then run set-up again. If none runs, MySQL still works on the statement of one that died: SHOW PROCESSLIST shows it.',
  ),
  /** Redis refuses connections, went away or is full. */
  REDIS_UNAVAILABLE: transient('Check REDIS_URL and that the server is up and has free memory (maxmemory-policy noeviction).'),
  /** Redis does not let the user in. */
  REDIS_ACCESS: terminal({ fix: 'Check user and password in REDIS_URL.', inRun: 'Then restart the service or retry the run.' }, 503),
  /** The user's ACL in Redis lacks a command or a key pattern. */
  REDIS_RIGHTS: terminal(
    'Grant the user the command or keys that the message names, or the whole ACL: ~{retail-etl}* ~retail-etl:* +@all -@admin -@dangerous +info +client|list (docs/troubleshooting.md), then retry.',
    503,
  ),
  /** Redis answers, but does not take writes: a replica (READONLY), or a primary that cannot save or has too few replicas (MISCONF, NOREPLICAS). */
  REDIS_READONLY: transient(
    'Point REDIS_URL at the primary; on the primary, see that it can save to its disk (INFO persistence). The services connect anew and go on by themselves.',
  ),
  /** The run's last job has ended, but the run has not: Redis or the ledger was restored from an older copy. */
  JOBS_LOST: terminal('Retry the run: what is complete is kept.'),
  /** A job in Redis is not what BullMQ writes: changed or added by hand, or damaged. It was set aside, and others go on. */
  JOB_UNREADABLE: terminal(
    'If the message names a run, retry it. Find out who writes to Redis beside the services; what was set aside is kept for 30 days (docs/troubleshooting.md).',
  ),
  /** A step's process died or stalled each time it was started. */
  STEP_CRASHED: terminal("Look at the service's log for what ended the process (memory limit?), then retry the run."),
  /** A step did not finish although it was tried as often as allowed. */
  STEP_FAILED: terminal("Look at the run's log, then retry the run."),
  /** One try at a step took longer than any should. */
  STEP_TIMEOUT: terminal("Look at the run's log for what the step waited for, then retry the run: what is complete is kept."),
  /** The data of a job is not of its schema. */
  JOB_INVALID: terminal(
    'Add the job again with data such as {"from": "2026-01-01", "to": "2026-01-31", "dryRun": true}; all three are optional.',
    400,
  ),
  /** A request is not of its schema. */
  REQUEST_INVALID: terminal('Correct the named fields; /docs shows the schema.', 400),
  /** No session and no token, or wrong ones. */
  UNAUTHENTICATED: terminal('Sign in at /login, or send "Authorization: Bearer <API_TOKEN>".', 401),
  /** The role may look but not change, or the request came from another site. */
  FORBIDDEN: terminal('Sign in as the operator, on this very site.', 403),
  /** Too many attempts. */
  RATE_LIMITED: terminal('Wait until the time in Retry-After has passed.', 429),
  /** No such thing. */
  NOT_FOUND: terminal('Check the id; GET /api/runs lists the runs.', 404),
  /** It was there, and was removed by age. */
  GONE: terminal('The files of a run are kept RUN_RETENTION_DAYS; its report stays.', 410),
  /** The run's state does not allow it. */
  RUN_STATE: terminal('Look at the state of the run: only waiting or running ones can be cancelled, only failed ones retried.', 409),
  /** A version cannot be published again, or two runs cannot be compared so; the message says why. */
  VERSION_UNFIT: terminal(
    'Choose another version; GET /api/versions says which can be published. One made by another declaration can be published once that declaration is back and a run with it has been published.',
    409,
  ),
  /** As many runs wait as may wait. */
  QUEUE_FULL: transient('Wait until waiting runs have ended, or cancel those that nobody needs, then ask again.', 429),
  /** The schedule belongs to the environment, not to the API. */
  SCHEDULE_FIXED: terminal(
    'Set SCHEDULE_CRON and SCHEDULE_TZ (SCHEDULE_CRON=off removes it) and restart the gateway, or pause it here.',
    409,
  ),
  /** No channel for alerts is configured, or none took the alert. */
  ALERT_UNSENT: terminal(
    'Set ALERT_WEBHOOK_URL, or SMTP_URL with ALERT_EMAIL_FROM and ALERT_EMAIL_TO, and look at the reason in the message.',
    409,
  ),
  /** Trying a file took more time or memory than a trial may take. */
  TRIAL_LIMIT: terminal(
    'Try a smaller part of the file, and simpler expressions in the declaration; `npx retail-etl inspect` tries it without these limits.',
    422,
  ),
  /** The same Idempotency-Key came with other parameters. */
  IDEMPOTENCY_CONFLICT: terminal('Use a new Idempotency-Key for a new request.', 422),
  /** A fault in this program. */
  INTERNAL: terminal('This is a bug: report it with the log around this message.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
