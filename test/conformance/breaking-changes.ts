type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const recordOf = (value: unknown): Json => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const methods = ['get', 'put', 'post', 'patch', 'delete'];

/** What in a newer document breaks clients of an older one, in sentences: what is gone, newly demanded, or narrower. */
export function breakingChanges(before: Json, after: Json): string[] {
  const [old, now] = [recordOf(before['paths']), recordOf(after['paths'])];
  const found = Object.entries(old).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const [was, is] = [recordOf(item)[method], recordOf(now[path])[method]];
      if (!isRecord(was)) return [];
      return isRecord(is) ? operationChanges(`${method} ${path}`, was, is) : [`${method} ${path} is gone`];
    }),
  );
  const schemas = (document: Json) => recordOf(recordOf(document['components'])['schemas']);
  const inputs = new Set(
    [...JSON.stringify(after['paths']).matchAll(/"requestBody":\{[^]*?"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  );
  const newer = schemas(after);
  return [
    ...found,
    ...Object.entries(schemas(before)).flatMap(([name, schema]) =>
      isRecord(newer[name]) ? schemaChanges(name, recordOf(schema), newer[name], inputs.has(name)) : [],
    ),
  ];
}

function operationChanges(name: string, was: Json, is: Json): string[] {
  const parameters = (operation: Json) =>
    new Map(
      listOf(operation['parameters']).map((one) => [`${String(recordOf(one)['in'])} ${String(recordOf(one)['name'])}`, recordOf(one)]),
    );
  const [old, now] = [parameters(was), parameters(is)];
  const success = (operation: Json) => Object.keys(recordOf(operation['responses'])).filter((status) => status.startsWith('2'));
  return [
    ...(was['operationId'] === is['operationId'] ? [] : [`${name} has another id`]),
    ...[...old.keys()].filter((key) => !now.has(key)).map((key) => `${name} takes no ${key} any more`),
    ...[...now]
      .filter(([key, one]) => one['required'] === true && old.get(key)?.['required'] !== true)
      .map(([key]) => `${name} now demands ${key}`),
    ...success(was)
      .filter((status) => !success(is).includes(status))
      .map((status) => `${name} does not answer ${status} any more`),
  ];
}

function schemaChanges(name: string, was: Json, is: Json, isInput: boolean): string[] {
  const [old, now] = [recordOf(was['properties']), recordOf(is['properties'])];
  const demanded = listOf(is['required']).filter((key) => isInput && !listOf(was['required']).includes(key));
  return [
    ...Object.keys(old)
      .filter((key) => !(key in now))
      .map((key) => `${name}.${key} is gone`),
    ...demanded.map((key) => `${name}.${String(key)} is now demanded`),
    ...Object.entries(old).flatMap(([key, schema]) =>
      key in now ? valueChanges(`${name}.${key}`, recordOf(schema), recordOf(now[key]), isInput) : [],
    ),
  ];
}

function valueChanges(name: string, was: Json, is: Json, isInput: boolean): string[] {
  const types = (schema: Json) => [schema['type']].flat().filter((type) => type !== undefined);
  const lost = listOf(was['enum']).filter((value) => is['enum'] !== undefined && !listOf(is['enum']).includes(value));
  const shorter = Number(is['maxLength'] ?? Infinity) < Number(was['maxLength'] ?? Infinity);
  return [
    ...(types(was).every((type) => types(is).length === 0 || types(is).includes(type)) ? [] : [`${name} has another type`]),
    ...lost.map((value) => `${name} lost the value ${JSON.stringify(value)}`),
    ...(isInput && shorter ? [`${name} takes less text`] : []),
  ];
}
