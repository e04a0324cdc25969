import type { Children } from '../process/children.js';
import { canInstallPackages, installCommand, installPackages } from '../servers/install-missing.js';
import { findProgram } from '../servers/programs.js';
import { reportFailure } from '@retail-etl/setup';

const PACKAGES = ['chromium'] as const;

/** Makes sure of a Chromium for the tests that drive one. Where none can be had they are skipped, and this says so; it never throws. */
export async function provideBrowser(children: Children, logDir: string, say: (line: string) => void): Promise<void> {
  if (findProgram('chromium', 'chromium-browser') !== undefined) return;
  if (!canInstallPackages()) {
    say(`there is no Chromium, so the tests that need one are skipped; on Debian: sudo ${installCommand(PACKAGES)}`);
    return;
  }
  try {
    await installPackages(PACKAGES, children, logDir, say);
  } catch (error) {
    reportFailure(error);
    say('without Chromium, the tests that need one are skipped');
  }
}
