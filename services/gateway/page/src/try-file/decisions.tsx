import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { Answers, TrialDecision } from '../api/try-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';

interface Props {
  readonly decisions: readonly TrialDecision[];
  readonly isBusy: boolean;
  readonly onDecide: (answers: Answers) => void;
}

/** What the file leaves open. The likelier way is chosen until somebody says otherwise. */
export function Decisions({ decisions, isBusy, onDecide }: Props): ReactNode {
  const id = useId();
  const [chosen, setChosen] = useState<Answers>(Object.fromEntries(decisions.map(({ about, taken }) => [about, taken])));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBusy) onDecide(chosen);
  };
  return (
    <Card title="To decide">
      <form className="try-decisions" onSubmit={submit}>
        {decisions.map(({ about, question, options, isAnswered }) => (
          <fieldset key={about}>
            <legend>
              {question} {isAnswered ? null : <span className="try-open">open</span>}
            </legend>
            {options.map((option, index) => (
              <label key={option}>
                <input
                  type="radio"
                  name={`${id}-${about}`}
                  checked={chosen[about] === index}
                  onChange={() => setChosen((before) => ({ ...before, [about]: index }))}
                />{' '}
                {option}
              </label>
            ))}
          </fieldset>
        ))}
        <div>
          <Button type="submit" aria-disabled={isBusy}>
            Propose by these answers
          </Button>{' '}
          <span className="soft">This replaces the declaration below.</span>
        </div>
      </form>
    </Card>
  );
}
