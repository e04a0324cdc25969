import type { ButtonHTMLAttributes, ReactNode } from 'react';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { kind?: 'main' | 'plain' | 'danger' };

export function Button({ kind = 'main', type = 'button', ...rest }: Props): ReactNode {
  return <button type={type} className={`button-${kind}`} {...rest} />;
}
