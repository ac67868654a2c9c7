import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, print, validate, type DocumentNode } from 'graphql';
import ts from 'typescript';
import { rulesFor } from '#api/graphql/limits.js';
import { generatedOperations, writtenOperations } from './graphql-samples.js';

const sdl = readFileSync('openapi/schema.graphql', 'utf8');
const schema = buildSchema(sdl);
const documents = [writtenOperations(), ...generatedOperations(schema)];

/** The configuration our page for front ends tells people to use. */
function documented(): Record<string, unknown> {
  const page = readFileSync('docs/how-to/graphql-clients.md', 'utf8');
  const [, block = '{}'] = /```json codegen\n([^`]+)```/.exec(page) ?? [];
  return JSON.parse(block) as Record<string, unknown>;
}

interface Generated {
  readonly filename: string;
  readonly content: string;
}

async function generate(config: Record<string, unknown>, sources: readonly DocumentNode[] = documents): Promise<Generated[]> {
  const outputs = await preset.buildGeneratesSection({
    baseOutputDir: 'gql/',
    schema: parse(sdl),
    schemaAst: schema,
    documents: sources.map((document, i) => ({ location: `operations/${i}.graphql`, document, rawSDL: print(document) })),
    config,
    presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
    plugins: [],
    pluginMap: {},
  });
  return Promise.all(outputs.map(async (output) => ({ filename: output.filename, content: await codegen(output) })));
}

/** What `tsc --strict` says of the files, which stand nowhere but in memory. */
function typeErrors(files: readonly Generated[]): string[] {
  const folder = join(process.cwd(), 'test/conformance/in-memory');
  const texts = new Map(files.map(({ filename, content }) => [join(folder, filename), content]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const [fileExists, readFile, getSourceFile] = [host.fileExists.bind(host), host.readFile.bind(host), host.getSourceFile.bind(host)];
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.directoryExists = () => true;
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version, true);
  };
  const program = ts.createProgram(
    [...texts.keys()].filter((name) => name.endsWith('.ts')),
    options,
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText, file }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

/** Places where the types of operations say `any`. */
function anyScalars(files: readonly Generated[]): string[] {
  const found: string[] = [];
  for (const { content } of files.filter(({ filename }) => filename.endsWith('graphql.ts'))) {
    const source = ts.createSourceFile('graphql.ts', content, ts.ScriptTarget.ES2023, true);
    const walk = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(node.parent.getText().slice(0, 80));
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
  return found;
}

test('the sample operations keep our own rules', () => {
  const operations = documents.flatMap(({ definitions }) => definitions).filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  expect(operations.length).toBeGreaterThan(60);
  expect(documents.flatMap((document) => validate(schema, document, rulesFor('members')).map(({ message }) => message))).toEqual([]);
});

test('graphql-codegen makes types of the schema and all operations that compile strictly and know every scalar', async () => {
  const files = await generate(documented());
  expect(files.map(({ filename }) => filename)).toEqual(expect.arrayContaining(['gql/graphql.ts', 'gql/persisted-documents.json']));
  expect(anyScalars(files)).toEqual([]);
  expect(typeErrors(files)).toEqual([]);
});

test('the check does look: a scalar that is any is found', async () => {
  expect(anyScalars(await generate({ defaultScalarType: 'any' }, [writtenOperations()])).length).toBeGreaterThan(0);
});
