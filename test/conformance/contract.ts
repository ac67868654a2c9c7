import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument } from '#api/rest/openapi.js';
import type { Registry } from '#kernel/resource/registry.js';

/* The package is CommonJS: its default export is an object with the function inside. */
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

export type Json = Record<string, unknown>;
export interface Operation extends Json {
  readonly operationId: string;
  readonly parameters?: readonly Json[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, Json>>;
}
export interface OpenOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}
interface Document extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

const methods = ['get', 'put', 'post', 'patch', 'delete'];
const root = 'kontor://openapi';

/** The OpenAPI document as judge over what the API really answers. */
export class Contract {
  readonly operations: readonly OpenOperation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly patterns: readonly (OpenOperation & { readonly shape: RegExp })[];

  constructor(readonly document: Document) {
    addFormats(this.ajv);
    this.ajv.addFormat('int32', true).addFormat('password', true).addFormat('binary', true);
    this.ajv.addSchema({ $id: root, components: document.components });
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      methods.flatMap((method) => (item[method] ? [{ method, path, operation: item[method] }] : [])),
    );
    // Fixed addresses before those with parameters, as the router does.
    this.patterns = this.operations
      .map((open) => ({ ...open, shape: new RegExp(`^${open.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`) }))
      .sort((a, b) => count(a.path) - count(b.path));
  }

  static of(app: NestFastifyApplication, registry: Registry): Contract {
    return new Contract(openApiDocument(app, registry, '0.0.0') as unknown as Document);
  }

  /** The operation a request is meant for; null for addresses that are not in the document. */
  find(method: string, url: string): OpenOperation | null {
    const path = url.split('?')[0] ?? '';
    return this.patterns.find((open) => open.method === method.toLowerCase() && open.shape.test(path)) ?? null;
  }

  /** A schema of the document, or one written in it, as a function that says what is wrong with a value. */
  check(schema: Json, value: unknown): string | null {
    const key = JSON.stringify(schema);
    const known = this.validators.get(key) ?? this.ajv.compile(rooted(schema));
    this.validators.set(key, known);
    return known(value) ? null : this.ajv.errorsText(known.errors);
  }

  /** What a response breaks of what the document promises; null when nothing. */
  breach(seen: Seen): string | null {
    const open = this.find(seen.method, seen.url);
    if (!open || seen.status === 304) return null;
    const given = open.operation.responses[seen.status];
    const wrong = given ? this.bodyBreach(this.resolved(given), seen) : 'which the document does not know';
    return wrong === null ? null : `${seen.method} ${open.path} answered ${seen.status}, ${wrong}: ${seen.body.slice(0, 400)}`;
  }

  private bodyBreach({ content }: { content?: Record<string, { schema?: Json }> }, { body, contentType }: Seen): string | null {
    if (!content) return body === '' ? null : 'with a body where the document has none';
    const type = contentType?.split(';')[0] ?? '';
    const media = content[type];
    if (!media) return `as "${type}", and the document knows only ${Object.keys(content).join(', ')}`;
    return type.endsWith('json') && media.schema ? this.check(media.schema, JSON.parse(body)) : null;
  }

  resolved(value: Json): Json {
    const { $ref } = value;
    if (typeof $ref !== 'string') return value;
    const found = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, part) => (at as Json)[part], this.document);
    return this.resolved(found as Json);
  }
}

const count = (path: string) => path.split('{').length;

/** Refs inside the document as refs to it. */
const rooted = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${root}#/components/`)) as Json;
