import { createHash } from 'node:crypto';
import { isRecord } from '../jobs/payload.js';
import { isFiscalCalendar, type FiscalCalendar } from '../pure/fiscal.js';
import { damaged, newerFormat } from './box-errors.js';

/** Raised when a box of today could not be read by the code of yesterday. */
export const formatVersion = 1;
const kind = 'kontor tenant box';

/** The rows of one table, a JSON object a line. */
export interface BoxPart {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Of the lines as they are before they are packed, in hexadecimal. */
  readonly sha256: string;
}

export interface BoxTenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly state: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly locale: string;
  /** Languages its texts are there in besides. */
  readonly languages: readonly string[];
  /** How it divides its years, where it has said so. */
  readonly fiscalCalendar?: FiscalCalendar;
  readonly createdAt: string;
}

export interface Manifest {
  readonly kind: string;
  readonly formatVersion: number;
  readonly madeAt: string;
  readonly tenant: BoxTenant;
  /** Whether hashes of passwords are in it. */
  readonly withSecrets: boolean;
  /** What the database had been through. */
  readonly migrations: readonly string[];
  /** The audit as it was found: its last link, and whether all up to it were good. */
  readonly audit: { readonly seq: number; readonly hash: string | null; readonly isIntact: boolean };
  /** In the order in which they can be filled. */
  readonly parts: readonly BoxPart[];
  /** Contents of files; each is named by its own hash. `missing`: rows speak of them, and the store had them no more. */
  readonly files: { readonly count: number; readonly bytes: number; readonly missing: readonly string[] };
}

export const newManifest = (facts: Omit<Manifest, 'kind' | 'formatVersion'>): Manifest => ({ kind, formatVersion, ...facts });

/** A manifest has the hashes of all the rest, so that its own stands for the whole box. */
export const fingerprintOf = (manifest: string): string => createHash('sha256').update(manifest).digest('hex');

export const manifestName = 'manifest.json';
export const sealName = 'seal.json';
export const partName = (table: string): string => `tables/${table}.jsonl`;
export const fileName = (sha256: string): string => `files/${sha256}`;
/** The hash of the content an entry holds; null when it holds no file. */
export const fileOf = (name: string): string | null => /^files\/([0-9a-f]{64})$/.exec(name)?.[1] ?? null;

/** A manifest in which everything is where it should be; what it says has still to be found true. */
export function readManifest(text: string): Manifest {
  const found = parsed(text);
  if (!isRecord(found) || found['kind'] !== kind) throw damaged('Its manifest is not that of a tenant box.');
  if (!isCount(found['formatVersion'])) throw damaged('Its manifest names no format.');
  if (found['formatVersion'] > formatVersion) throw newerFormat(found['formatVersion'], formatVersion);
  if (!isManifest(found)) throw damaged('Its manifest is not complete.');
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged('Its manifest is no JSON.');
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1_000;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

type Judge = (value: unknown) => boolean;
const isListOf =
  (judge: Judge): Judge =>
  (value) =>
    Array.isArray(value) && value.every(judge);
const isShape =
  (shape: Readonly<Record<string, Judge>>): Judge =>
  (value) =>
    isRecord(value) && Object.entries(shape).every(([name, judge]) => judge(value[name]));

const isFlag: Judge = (value) => typeof value === 'boolean';
const isId: Judge = (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value));
const isTable: Judge = (value) => /^[a-z_0-9]+\.[a-z_0-9]+$/.test(String(value));

const manifestShape = isShape({
  madeAt: isText,
  withSecrets: isFlag,
  migrations: isListOf(isText),
  tenant: isShape({
    id: isId,
    slug: isText,
    name: isText,
    state: isText,
    currency: isText,
    timeZone: isText,
    locale: isText,
    languages: isListOf(isText),
    fiscalCalendar: (value) => value === undefined || isFiscalCalendar(value),
    createdAt: isText,
  }),
  audit: isShape({ seq: isCount, isIntact: isFlag, hash: (value) => value === null || isHash(value) }),
  files: isShape({ count: isCount, bytes: isCount, missing: isListOf(isHash) }),
  parts: isListOf(isShape({ table: isTable, columns: isListOf(isText), rows: isCount, bytes: isCount, sha256: isHash })),
});

const isManifest = (found: Record<string, unknown>): found is Record<string, unknown> & Manifest => manifestShape(found);
