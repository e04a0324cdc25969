import { useEffect, useRef } from 'react';

/** A file that is dropped anywhere on the page is taken: the browser would leave the page for it. */
export function useDrop(onDrop: ((file: File) => void) | null): void {
  const latest = useRef(onDrop);
  useEffect(() => {
    latest.current = onDrop;
  });
  useEffect(() => {
    const keep = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) latest.current?.(file);
    };
    addEventListener('dragover', keep);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', keep);
      removeEventListener('drop', drop);
    };
  }, []);
}
