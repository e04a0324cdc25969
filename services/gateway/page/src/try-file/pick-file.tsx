import { type ReactNode, useId } from 'react';

/** Asks for the file to try. */
export function PickFile({ isBusy, onPick }: { isBusy: boolean; onPick: (file: File) => void }): ReactNode {
  const id = useId();
  return (
    <div className="card try-pick">
      <label htmlFor={id}>File with sales</label>
      <input
        id={id}
        type="file"
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined && !isBusy) onPick(file);
          // So that the same file can be chosen again, after it was changed.
          currentTarget.value = '';
        }}
      />
      <p className="soft" id={`${id}-hint`}>
        CSV or text, packed by gzip or not, or a workbook. Choose it, or drop it on this page. Its first 4 MiB are sent and tried as a run
        would. Nothing is kept, and nothing is published.
      </p>
    </div>
  );
}
