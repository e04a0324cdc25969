import { type ESTree, type ParseResult, parseSync } from 'vite';
import { readModuleRecord } from './module-record.js';
import type { FunctionSpan, Import, SourceFile, Text } from './source-file.js';

type Node = ESTree.Node;
type LineOf = (offset: number) => number;

/** Reads what the rules need from one file. Throws if it is no TypeScript or JavaScript. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const error = parsed.errors[0];
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  const lineOf = lineFinder(text);
  const reader = new SourceReader(lineOf, environmentNames(parsed));
  reader.visit(parsed.program, []);
  const record = readModuleRecord(parsed, text, lineOf);
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    ...record,
    ...reader.findings,
    imports: [...record.imports, ...reader.findings.imports],
  };
}

function lineFinder(text: string): LineOf {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** The names by which a file can reach `process`: its global, and what it imports `node:process` as. */
function environmentNames({ module }: ParseResult): ReadonlySet<string> {
  const imported = module.staticImports
    .filter(({ moduleRequest }) => /^(?:node:)?process$/.test(moduleRequest.value))
    .flatMap(({ entries }) => entries.filter(({ importName }) => importName.kind !== 'Name' || importName.name === 'default'));
  return new Set(['process', ...imported.map(({ localName }) => localName.value)]);
}

class SourceReader {
  readonly findings = {
    imports: [] as Import[],
    functions: [] as FunctionSpan[],
    strings: [] as Text[],
    firstArguments: [] as Text[],
    environmentReads: [] as number[],
    identifiers: new Map<string, number>(),
    objectKeys: new Map<string, readonly Text[]>(),
  };

  readonly #lineOf: LineOf;
  readonly #processNames: ReadonlySet<string>;

  constructor(lineOf: LineOf, processNames: ReadonlySet<string>) {
    this.#lineOf = lineOf;
    this.#processNames = processNames;
  }

  /** `ancestors` are the nodes around this one, the nearest last. */
  visit(node: Node, ancestors: readonly Node[]): void {
    this.#read(node, ancestors);
    const inner = [...ancestors, node];
    for (const child of childrenOf(node)) this.visit(child, inner);
  }

  #read(node: Node, ancestors: readonly Node[]): void {
    const line = this.#lineOf(node.start);
    const { findings } = this;
    const text = textOf(node);
    // The text of an import is no text of the program.
    if (text !== undefined && !/^(?:Import|Export|TSImport|TSExternal)/.test(ancestors.at(-1)?.type ?? '')) {
      findings.strings.push({ text, line });
    }
    if (node.type === 'Identifier' || node.type === 'JSXIdentifier') {
      findings.identifiers.set(node.name, (findings.identifiers.get(node.name) ?? 0) + 1);
    }
    if (this.#readsEnvironment(node)) findings.environmentReads.push(line);
    if (node.type === 'CallExpression') this.#readCall(node, line);
    if (node.type === 'TSImportType') this.#readImportType(node, line);
    if (node.type === 'TSExternalModuleReference') {
      findings.imports.push({ specifier: node.expression.value, line, typeOnly: false, names: 'all' });
    }
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && ancestors.length <= 3) {
      const keys = this.#keysOf(node.init);
      if (keys !== undefined) findings.objectKeys.set(node.id.name, keys);
    }
    if (isFunction(node) && !isGroupOfTests(node, ancestors.at(-1))) {
      findings.functions.push({ name: nameOf(node, ancestors), line, lines: this.#lineOf(node.end) - line + 1 });
    }
  }

  #readCall(node: ESTree.CallExpression, line: number): void {
    const [first] = node.arguments;
    const text = first === undefined ? undefined : textOf(first);
    if (text === undefined) return;
    this.findings.firstArguments.push({ text, line });
    const { callee } = node;
    const isRequire = callee.type === 'Identifier' && callee.name === 'require';
    const isResolve = callee.type === 'MemberExpression' && propertyOf(callee) === 'resolve' && callee.object.type !== 'Identifier';
    const isRequireResolve =
      callee.type === 'MemberExpression' &&
      propertyOf(callee) === 'resolve' &&
      callee.object.type === 'Identifier' &&
      callee.object.name === 'require';
    if (isRequire || isResolve || isRequireResolve) this.findings.imports.push({ specifier: text, line, typeOnly: false, names: 'all' });
  }

  #readImportType(node: ESTree.TSImportType, line: number): void {
    const { qualifier } = node;
    const first = qualifier?.type === 'TSQualifiedName' ? qualifier.left : qualifier;
    const names = first?.type === 'Identifier' ? [first.name] : ('all' as const);
    this.findings.imports.push({ specifier: node.source.value, line, typeOnly: true, names });
  }

  #readsEnvironment(node: Node): boolean {
    if (node.type === 'MemberExpression') return propertyOf(node) === 'env' && this.#isProcess(node.object);
    if (node.type === 'VariableDeclarator') {
      return node.init !== null && this.#isProcess(node.init) && node.id.type === 'ObjectPattern' && hasKey(node.id, 'env');
    }
    if (node.type !== 'ImportDeclaration') return false;
    return (
      /^(?:node:)?process$/.test(node.source.value) &&
      node.specifiers.some(
        (specifier) =>
          specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier' && specifier.imported.name === 'env',
      )
    );
  }

  /** `process`, what it was imported as, `globalThis.process`, and `import.meta`, whose `env` Vite fills. */
  #isProcess(node: Node): boolean {
    if (node.type === 'MetaProperty') return true;
    if (node.type === 'Identifier') return this.#processNames.has(node.name);
    return node.type === 'MemberExpression' && propertyOf(node) === 'process';
  }

  #keysOf(init: Node | null): Text[] | undefined {
    let value = init;
    while (value?.type === 'TSAsExpression' || value?.type === 'TSSatisfiesExpression') value = value.expression;
    // Object.freeze({ … }) and defineCatalogue({ … }) are objects with keys, too.
    if (value?.type === 'CallExpression') value = value.arguments[0] ?? null;
    if (value?.type !== 'ObjectExpression') return undefined;
    return value.properties.flatMap((property) => {
      const key = property.type === 'Property' ? keyOf(property.key) : undefined;
      return key === undefined ? [] : [{ text: key, line: this.#lineOf(property.start) }];
    });
  }
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'JSXText') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  return node.quasis.map(({ value }) => value.cooked ?? value.raw).join('?');
}

function propertyOf(node: ESTree.MemberExpression): string | undefined {
  return node.computed ? textOf(node.property) : keyOf(node.property);
}

function keyOf(node: Node): string | undefined {
  return node.type === 'Identifier' ? node.name : textOf(node);
}

function hasKey(pattern: ESTree.ObjectPattern, name: string): boolean {
  return pattern.properties.some((property) => property.type === 'Property' && keyOf(property.key) === name);
}

function isFunction(node: Node): boolean {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

/** The function given to `describe` holds tests one after the other: nobody reads it as one function. */
function isGroupOfTests(node: Node, parent: Node | undefined): boolean {
  if (parent?.type !== 'CallExpression' || !parent.arguments.some((argument) => argument === node)) return false;
  return rootName(parent.callee) === 'describe';
}

/** `describe` of `describe.skipIf(isRoot)('…')`. */
function rootName(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'CallExpression') return rootName(node.callee);
  if (node.type === 'MemberExpression') return rootName(node.object);
  return node.type === 'TaggedTemplateExpression' ? rootName(node.tag) : undefined;
}

function nameOf(node: Node, ancestors: readonly Node[]): string {
  if ((node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') && node.id !== null) return node.id.name;
  const parent = ancestors.at(-1);
  if (parent === undefined) return 'function';
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent.type === 'Property' || parent.type === 'PropertyDefinition') return keyOf(parent.key) ?? 'function';
  if (parent.type === 'MethodDefinition') {
    const owner = ancestors.at(-3);
    const method = parent.key.type === 'PrivateIdentifier' ? `#${parent.key.name}` : (keyOf(parent.key) ?? 'method');
    return owner?.type === 'ClassDeclaration' && owner.id !== null ? `${owner.id.name}.${method}` : method;
  }
  if (parent.type !== 'CallExpression') return 'function';
  const title = parent.arguments.map(textOf).find((text) => text !== undefined);
  return `callback of ${rootName(parent.callee) ?? 'a call'}${title === undefined ? '' : `("${title}")`}`;
}
