import type { Client } from 'pg';

/** What a copy needs of a connection. */
export interface CopyConnection {
  /** Connected, and without any other query. */
  readonly client: Pick<Client, 'query'>;
  /** Starts a timer that closes the connection. It is refreshed with each piece that comes, and cleared while nothing is waited for. */
  limitSilence(): NodeJS.Timeout;
}

/**
 * Takes the next piece of the rows' text, which may begin and end anywhere. Its memory is good until the call has returned and, if that is
 * a promise, until this has settled. Meanwhile no further piece comes, and the server is held back once what is read ahead has filled up.
 */
export type TextTaker = (text: Buffer) => Promise<void> | undefined;

/**
 * Runs `COPY … TO STDOUT` and hands its rows' text to `take`, piece by piece in order: exactly the bytes that the server sent, in the format
 * that `sql` asks for. Resolves to the number of rows that the server says it sent, once the connection is free for the next query.
 *
 * Memory does not depend on how long rows or values are.
 *
 * Rejects with the error of the server, of the connection (also if the server says nothing for too long), or of `take`. Some text may have
 * been taken by then, but nothing is being taken any more. The connection is of no more use then; the caller closes it.
 */
export type CopyReader = (connection: CopyConnection, sql: string, take: TextTaker) => Promise<number>;
