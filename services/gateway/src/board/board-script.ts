import { QUEUES } from '@retail-etl/contracts';
import { underBase } from '../web/base-path.js';
import { BOARD_PATH } from './board-rules.js';

/**
 * Runs in the dashboard's page. A job can be added to `runs` alone, but the dashboard offers it on every queue and has no setting for
 * that, so what the server would refuse is taken out of sight and reach: "Add job" in a queue's menu, "Duplicate" at a job, and the
 * choice of another queue in the dialog. They are told by roles, ids and icons, which are the same in every language of the page.
 * Nothing is removed, because the page still manages these elements; each look also brings back what may be seen again.
 */
export function boardScript(basePath: string): string {
  return `'use strict';
(() => {
  const prefix = ${JSON.stringify(underBase(basePath, `${BOARD_PATH}/queue/`))};
  const open = ${JSON.stringify(QUEUES.runs)};

  const queueOf = (path) => (path.startsWith(prefix) ? decodeURIComponent(path.slice(prefix.length).split('/')[0]) : null);

  // On a queue's own page that queue; on the page of all queues the one whose card the open menu belongs to.
  const queueOfMenu = () => {
    const here = queueOf(location.pathname);
    if (here !== null) return here;
    const button = document.querySelector('button[aria-haspopup="menu"][aria-expanded="true"]');
    for (let element = button; element !== null; element = element.parentElement) {
      const link = element.querySelector('a[href*="' + prefix + '"]');
      if (link !== null) return queueOf(new URL(link.href).pathname);
    }
    return null;
  };

  const offer = (element, isOffered) => {
    if (isOffered === !element.hasAttribute('data-not-offered')) return;
    element.toggleAttribute('data-not-offered', !isOffered);
    element.toggleAttribute('inert', !isOffered);
    if (isOffered) {
      element.removeAttribute('aria-disabled');
      element.style.removeProperty('display');
    } else {
      // The arrow keys of a menu pass over what is disabled.
      element.setAttribute('aria-disabled', 'true');
      element.style.setProperty('display', 'none', 'important');
    }
  };

  const look = () => {
    for (const icon of document.querySelectorAll('[role="menuitem"] svg.lucide-plus'))
      offer(icon.closest('[role="menuitem"]'), queueOfMenu() === open);
    const isOpenPage = queueOf(location.pathname) === open;
    for (const icon of document.querySelectorAll('ul li button svg.lucide-files')) offer(icon.closest('li'), isOpenPage);
    const choice = document.querySelector('#add-job-form div:has(> input[name="queueName"])');
    // Seen, because it says where the job goes, but not to be changed.
    if (choice !== null) choice.toggleAttribute('inert', true);
  };

  new MutationObserver(look).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['aria-expanded'],
  });
  look();
})();
`;
}
