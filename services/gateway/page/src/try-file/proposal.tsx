import { type ReactNode, useId, useRef, useState } from 'react';
import { Button } from '../ui/button.js';

interface Props {
  readonly yaml: string;
  readonly isBusy: boolean;
  readonly onChange: (yaml: string) => void;
  readonly onTry: () => void;
}

const LINES_MIN = 8;
const LINES_MAX = 30;

/** The declaration to change, try again and take along. The page writes it nowhere. */
export function Proposal({ yaml, isBusy, onChange, onTry }: Props): ReactNode {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [news, setNews] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(yaml);
      setNews('Copied.');
    } catch {
      // Browsers give the clipboard to pages of HTTPS alone, and not to all of them.
      area.current?.select();
      setNews('The text is selected: copy it with Ctrl+C.');
    }
  };
  return (
    <>
      <label htmlFor={id}>Text of sources.yaml</label>
      <textarea
        id={id}
        ref={area}
        className="try-yaml"
        value={yaml}
        rows={Math.min(LINES_MAX, Math.max(LINES_MIN, yaml.split('\n').length))}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        wrap="off"
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          setNews('');
          onChange(currentTarget.value);
        }}
      />
      <div className="try-actions">
        <Button aria-disabled={isBusy || yaml.trim() === ''} onClick={() => (isBusy || yaml.trim() === '' ? undefined : onTry())}>
          Try again
        </Button>
        <Button kind="plain" onClick={() => void copy()}>
          Copy
        </Button>
        <span role="status" className="soft">
          {news}
        </span>
      </div>
      <p className="soft" id={`${id}-hint`}>
        Nothing is written here. Put the text into <code>DATA_DIR/sources.yaml</code>, or run{' '}
        <code>npx retail-etl inspect FILE --write</code>, which adds the source to those that are declared. <code>files</code> is a path
        below <code>DATA_DIR/input</code>: put the folder in front if there is one.
      </p>
    </>
  );
}
