import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';

const sdl = readFileSync('openapi/schema.graphql', 'utf8');
const schema = buildSchema(sdl);
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The compiler as the package ships it for this machine. */
const compiler = (): string => {
  const home = dirname(createRequire(import.meta.url).resolve('relay-compiler/package.json'));
  const system = process.platform === 'darwin' ? 'macos' : process.platform === 'win32' ? 'win' : 'linux';
  return join(home, `${system}-${process.arch}`, process.platform === 'win32' ? 'relay.exe' : 'relay');
};

interface Compiled {
  readonly status: number | null;
  readonly output: string;
}

function compile(documents: readonly string[], text: string): Compiled {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-test-relay-'));
  folders.push(folder);
  for (const name of ['src', 'artifacts']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'schema.graphql'), text);
  documents.forEach((document, i) => writeFileSync(join(folder, 'src', `${moduleName(i)}.ts`), `graphql\`${document}\`;\n`));
  const config = {
    src: './src',
    schema: './schema.graphql',
    artifactDirectory: './artifacts',
    language: 'typescript',
    customScalarTypes: { DateTime: 'string', Date: 'string', LocalDateTime: 'string', Decimal: 'string', JSON: 'unknown' },
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(compiler(), ['relay.config.json'], {
    cwd: folder,
    encoding: 'utf8',
    // Without Watchman it reads the folder itself.
    env: { ...process.env, FORCE_NO_WATCHMAN: '1' },
  });
  return { status, output: `${stdout}${stderr}` };
}

const moduleName = (i: number) => `Doc${i}`;

/** Documents are named after the module they stand in: each is made when its place is known. */
type Make = (name: string) => string;
type Field = GraphQLField<unknown, unknown>;
const fieldsOf = (type: GraphQLObjectType | null | undefined): Field[] => Object.values(type?.getFields() ?? {});
const objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
const isConnection = (field: Field) => getNamedType(field.type).name.endsWith('Connection');
const nodeTypes = objects.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));

const connectionOn = (type: GraphQLObjectType, field: Field): Make => {
  const count = '@argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })';
  return (name) => `fragment ${name}_list on ${type.name} @refetchable(queryName: "${name}Query") ${count} {
  ${field.name}(first: $count, after: $cursor) @connection(key: "${name}_${field.name}") { edges { node { id } } }
}`;
};

const node =
  (type: GraphQLObjectType): Make =>
  (name) =>
    `fragment ${name}_node on ${type.name} @refetchable(queryName: "${name}Query") { id ${scalarsOf(type).join(' ')} }`;

const scalarsOf = (type: GraphQLObjectType): string[] =>
  fieldsOf(type)
    .filter(({ type: of }) => !isObjectType(getNamedType(of)) && !isListType(getNullableType(of)))
    .map(({ name }) => name);

/** A mutation whose answer joins lists the client shows, where it answers a row of a list. */
function mutation(field: Field): Make | null {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return null;
  const given = field.args.filter((argument) => isNonNullType(argument.type));
  const variables = given.map(({ name, type: of }) => `$${name}: ${String(of)}`);
  const values = given.map(({ name }) => `${name}: $${name}`);
  const call = `${field.name}${values.length > 0 ? `(${values.join(', ')})` : ''}`;
  const head = (more: string[]) => (more.length > 0 ? `(${more.join(', ')})` : '');
  if (nodeTypes.includes(type) && schema.getType(`${type.name}Edge`))
    return (name) => `mutation ${name}Mutation${head(['$connections: [ID!]!', ...variables])} {
  ${call} @appendNode(connections: $connections, edgeTypeName: "${type.name}Edge") { ${scalarsOf(type).join(' ')} }
}`;
  const answer = type.name === 'DeletePayload' ? 'id @deleteRecord' : scalarsOf(type).join(' ');
  return answer === '' ? null : (name) => `mutation ${name}Mutation${head(variables)} { ${call} { ${answer} } }`;
}

const connections = [schema.getQueryType(), ...nodeTypes].flatMap((type) =>
  type
    ? fieldsOf(type)
        .filter(isConnection)
        .map((field) => connectionOn(type, field))
    : [],
);
const mutations = fieldsOf(schema.getMutationType()).flatMap((field) => mutation(field) ?? []);
const documents = [...connections, ...nodeTypes.map(node), ...mutations].map((make, i) => make(moduleName(i)));

test('the Relay compiler takes our schema: every connection, every node, every mutation', () => {
  expect(connections.length).toBeGreaterThan(60);
  expect(nodeTypes.length).toBeGreaterThan(30);
  expect(mutations.length).toBeGreaterThan(100);
  expect(documents.filter((document) => document.includes('@appendNode')).length).toBeGreaterThan(20);
  const { status, output } = compile(documents, sdl);
  expect(status === 0 ? '' : output).toBe('');
});

test.each([
  ['PageInfo without hasNextPage', /^ {2}hasNextPage: Boolean!$/m],
  ['rows without an id', /^interface Node \{[^}]*\}/m],
])('the compiler does look: %s', (_what, part) => {
  const broken = sdl.replace(part, part.source.includes('interface') ? 'interface Node {\n  other: ID\n}' : '');
  expect(broken).not.toBe(sdl);
  expect(compile(documents.slice(0, 3), broken).status).not.toBe(0);
});
