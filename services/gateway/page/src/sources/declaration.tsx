import type { ReactNode } from 'react';
import type { Sources } from '../api/schedule-queries.js';
import { Card } from '../ui/card.js';
import { formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';

type Declaration = NonNullable<Sources['declaration']>;

/** What sources.yaml declares, or why a run would refuse it. */
export function DeclarationCard({ declaration, files }: { declaration: Declaration; files: Sources['files'] }): ReactNode {
  const { problem, sources } = declaration;
  if (problem !== null)
    return (
      <Card title="The declaration cannot be used">
        <div role="alert">
          <p className="source-problem">
            <code>{problem.code}</code>
          </p>
          <ul className="source-problems">
            {problem.message.split('; ').map((fault, index) => (
              // Two faults may have the same words.
              <li key={index}>{fault}</li>
            ))}
          </ul>
        </div>
        <p className="soft">A run fails until this is mended. The next run reads the declaration anew; nothing has to be restarted.</p>
      </Card>
    );
  return (
    <Card title="Declared sources">
      <div className="table-scroll" tabIndex={0} role="region" aria-label="What each source reads">
        <table className="source-files">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Kind</th>
              <th scope="col">Reads</th>
              <th scope="col" className="number">
                Files
              </th>
              <th scope="col" className="number">
                Rows in the last run
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <SourceRow key={source.name} source={source} files={files} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function SourceRow({ source, files }: { source: Declaration['sources'][number]; files: Sources['files'] }): ReactNode {
  const { name, kind, table, patterns } = source;
  const own = files.filter(({ claimedBy }) => claimedBy?.length === 1 && claimedBy[0] === name);
  const read = own.flatMap(({ lastRows }) => (lastRows === null ? [] : [lastRows]));
  const rows = kind === 'table' || read.length === 0 ? source.lastRows : read.reduce((sum, each) => sum + each, 0);
  return (
    <tr>
      <th scope="row">
        <LongText text={name} />
      </th>
      <td>{kind}</td>
      <td>
        {(table === null ? patterns : [table]).map((text) => (
          <div key={text}>
            <code>
              <LongText text={text} />
            </code>
          </div>
        ))}
      </td>
      <td className="number">{kind === 'table' ? '–' : formatNumber(own.filter(({ status }) => status !== 'gone').length)}</td>
      <td className="number">{rows === null ? '–' : formatNumber(rows)}</td>
    </tr>
  );
}
