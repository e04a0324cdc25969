import { Fragment, type ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { LongText } from '../ui/long-text.js';

type Change = NonNullable<RunReport['headers']>[number];

/** How headers differ from those of the run published before. */
export function HeaderChanges({ changes }: { changes: readonly Change[] }): ReactNode {
  return (
    <>
      <h3 id="header-changes">Headers that changed since the run published before</h3>
      <ul className="header-changes" aria-labelledby="header-changes">
        {changes.map((change) => (
          <li key={JSON.stringify([change.source, change.file])}>
            header of <LongText text={change.file} />:{' '}
            {(['gone', 'new', 'moved'] as const)
              .filter((what) => change[what].length > 0)
              .map((what, index) => (
                <Fragment key={what}>
                  {index === 0 ? null : ', '}
                  {change[what].length === 1 ? 'column ' : 'columns '}
                  <Names names={change[what]} /> {what}
                </Fragment>
              ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Names({ names }: { names: readonly string[] }): ReactNode {
  return names.map((name, index) => (
    // The same name may come twice.
    <Fragment key={index}>
      {index === 0 ? null : ', '}
      <LongText text={name} />
    </Fragment>
  ));
}
