import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildRepository } from './model/build-repository.js';
import { readTree } from './model/read-tree.js';
import { type Violation, withExceptions } from './model/repository.js';
import { checkCycles } from './rules/cycles.js';
import { checkDependencies } from './rules/dependencies.js';
import { checkEnvironmentReads } from './rules/environment-reads.js';
import { checkErrorCodes } from './rules/error-codes.js';
import { checkFileAccess } from './rules/file-access.js';
import { checkImagePins } from './rules/image-pins.js';
import { checkLedgerSql } from './rules/ledger-sql.js';
import { checkLibraryWalls } from './rules/library-walls.js';
import { checkNodeVersions, type LockedPackage } from './rules/node-versions.js';
import { checkProjectReferences } from './rules/project-references.js';
import { checkSettings } from './rules/settings.js';
import { checkSizes } from './rules/sizes.js';
import { checkUnusedExports } from './rules/unused-exports.js';
import { checkUnusedFiles } from './rules/unused-files.js';
import { checkWorkspaceImports } from './rules/workspace-imports.js';
import * as walls from './walls.js';

/** What the rules find in this very repository, exceptions taken off. */
describe('this house', () => {
  const house = buildRepository(readTree(fileURLToPath(new URL('../..', import.meta.url))));
  const catalogue = house.sources.get(walls.ERROR_CATALOGUE.file)?.objectKeys.get(walls.ERROR_CATALOGUE.constant) ?? [];
  const errorCodes = new Set(catalogue.map(({ text }) => text));

  const expectNone = (violations: readonly Violation[]): void => {
    expect(violations.map(({ message }) => message)).toEqual([]);
  };

  test('was read whole', () => {
    expect(house.sources.has('tests/architecture/house.test.ts')).toBe(true);
    expect(house.workspaces.length).toBe(Object.keys(walls.ROOMS).length + 1);
    expect(house.sources.size).toBeGreaterThan(300);
  });

  test('each room imports only what it may', () => {
    expectNone(checkWorkspaceImports(house, walls.ROOMS));
  });

  test('libraries stay behind their walls', () => {
    expectNone(withExceptions(checkLibraryWalls(house, walls.LIBRARY_WALLS), walls.LIBRARY_EXCEPTIONS));
  });

  test('only one room reads the environment', () => {
    expectNone(withExceptions(checkEnvironmentReads(house, walls.ENVIRONMENT_READERS), walls.ENVIRONMENT_EXCEPTIONS));
  });

  test('only a few rooms touch files', () => {
    expectNone(withExceptions(checkFileAccess(house, walls.FILE_ROOMS), walls.FILE_EXCEPTIONS));
  });

  test("only the ledger holds SQL on the ledger's tables", () => {
    expectNone(withExceptions(checkLedgerSql(house, walls.LEDGER), walls.LEDGER_EXCEPTIONS));
  });

  test('nothing imports in a circle', () => {
    expectNone(checkCycles(house));
  });

  test('dependencies are declared where they are used, and used where they are declared', () => {
    expectNone(withExceptions(checkDependencies(house), walls.DEPENDENCY_EXCEPTIONS));
  });

  test('every package runs on the versions of Node that we allow', () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
    const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
    const { engines } = read('package.json') as { engines: { node: string } };
    expectNone(checkNodeVersions(packages, engines.node));
  });

  test('images of others are pinned by digest', () => {
    const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const files = ['docker/Dockerfile', 'docker/docker-compose.yml', 'docker-stack.yml'];
    expectNone(checkImagePins(new Map(files.map((path) => [path, read(path)])), read('docker/images.env')));
  });

  test('project references are the imports', () => {
    expectNone(checkProjectReferences(house));
  });

  test('files and functions are short', () => {
    expectNone(withExceptions(checkSizes(house, walls.FILE_LINES_MAX, walls.FUNCTION_LINES_MAX), walls.SIZE_EXCEPTIONS));
  });

  test('every error code is raised, explained and provoked', () => {
    expectNone(withExceptions(checkErrorCodes(house, walls.ERROR_CATALOGUE), walls.ERROR_EXCEPTIONS));
  });

  test('every setting is in the manual and in the deployments', () => {
    const violations = checkSettings(house, walls.CONFIG, walls.SETTINGS_PLACES, errorCodes);
    expectNone(withExceptions(violations, walls.SETTING_EXCEPTIONS));
  });

  test('every export is used', () => {
    expectNone(withExceptions(checkUnusedExports(house), walls.EXPORT_EXCEPTIONS));
  });

  test('every file is used', () => {
    expectNone(checkUnusedFiles(house));
  });
});
