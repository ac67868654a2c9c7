import 'reflect-metadata';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { IsIn, IsInt, IsOptional, Max, Min, MinLength, ValidateBy, validateSync } from 'class-validator';
import { readNetwork } from '#kernel/access/networks.js';
import { SETTINGS, type SettingName, type SettingText } from './settings-table.js';
import { OperatorError } from './postgres/failure.js';

const ENVIRONMENTS = ['development', 'test', 'production'] as const;
const INTROSPECTION = ['everyone', 'members', 'nobody'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every setting, parsed. */
export interface Config {
  readonly environment: (typeof ENVIRONMENTS)[number];
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly trustProxy: boolean | number | string;
  /** Absolute. */
  readonly home: string;
  /** Absent: the embedded PostgreSQL. */
  readonly database: { readonly appUrl: string; readonly ownerUrl: string | null } | null;
  readonly dbPoolSize: number;
  readonly queuePoolSize: number;
  readonly redisUrl: string | null;
  readonly fileMegabytes: number;
  readonly fileQuotaMegabytes: number;
  readonly smtpUrl: string | null;
  readonly mailFrom: { readonly name?: string; readonly address: string };
  /** PEM; absent: keys.ts makes one. */
  readonly jwtPrivateKey: string | null;
  readonly jwtPublicKeys: readonly string[];
  readonly secret: string | null;
  /** Lets operators in from elsewhere. */
  readonly opsToken: string | null;
  /** Who may ask for the GraphQL schema. */
  readonly introspection: (typeof INTROSPECTION)[number];
  /** As browsers write them. */
  readonly corsOrigins: readonly string[];
  /** Requests a minute; 0 counts nothing. */
  readonly rateLimits: { readonly principal: number; readonly address: number; readonly cost: number };
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const check = (name: string, validate: (text: string) => boolean) =>
  ValidateBy({ name, validator: { validate: (value: unknown) => typeof value === 'string' && validate(value) } });

const IsAddress = (...protocols: string[]) => check('address', (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol));
const IsPostgres = () => IsAddress('postgres:', 'postgresql:');
const IsOrigin = () =>
  check('origin', (text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol) && ['', '/'].includes(pathOf(text)));
const IsToken = () => check('token', (text) => /^[\x21-\x7e]{32,200}$/.test(text));
const IsOriginList = () => check('origins', (text) => originsOf(text).every((part) => URL.canParse(part) && new URL(part).origin === part));
const IsHost = () => check('host', (text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text));
const IsProxyRule = () =>
  check('proxy', (text) => /^(true|false|\d{1,2})$/.test(text) || text.split(',').every((part) => readNetwork(part.trim()) !== null));
const IsSender = () => check('sender', (text) => parseSender(text) !== null);
const IsPrivateKey = () => check('privateKey', (text) => isP256(() => createPrivateKey(text)));
const IsPublicKeys = () =>
  check('publicKeys', (text) => pemBlocks(text).length > 0 && pemBlocks(text).every((pem) => isP256(() => createPublicKey(pem))));

/** The environment as it comes, one property a setting; texts that mean numbers are numbers already. */
export class Environment {
  @IsIn(ENVIRONMENTS) NODE_ENV: Config['environment'] = 'development';
  @IsInt() @Min(0) @Max(65_535) PORT = 3000;
  @IsHost() HOST = '127.0.0.1';
  @IsOptional() @IsOrigin() PUBLIC_URL?: string;
  @IsProxyRule() TRUST_PROXY = 'false';
  @MinLength(1) KONTOR_HOME = '.kontor';
  @IsOptional() @IsPostgres() DATABASE_URL?: string;
  @IsOptional() @IsPostgres() DATABASE_OWNER_URL?: string;
  @IsInt() @Min(2) @Max(500) DB_POOL_SIZE = 10;
  @IsInt() @Min(2) @Max(500) QUEUE_POOL_SIZE = 13;
  @IsOptional() @IsAddress('redis:', 'rediss:') REDIS_URL?: string;
  @IsInt() @Min(1) @Max(2047) FILE_LIMIT_MB = 25;
  @IsInt() @Min(1) @Max(1_000_000_000) FILE_QUOTA_MB = 10_240;
  @IsOptional() @IsAddress('smtp:', 'smtps:') SMTP_URL?: string;
  @IsSender() MAIL_FROM = 'Kontor <kontor@localhost>';
  @IsOptional() @IsPrivateKey() JWT_PRIVATE_KEY?: string;
  @IsOptional() @IsPublicKeys() JWT_PUBLIC_KEYS?: string;
  @IsOptional() @MinLength(32) KONTOR_SECRET?: string;
  @IsOptional() @IsToken() KONTOR_OPS_TOKEN?: string;
  @IsOptional() @IsOriginList() CORS_ORIGINS?: string;
  @IsOptional() @IsIn(INTROSPECTION) GRAPHQL_INTROSPECTION?: Config['introspection'];
  @IsInt() @Min(0) @Max(100_000_000) RATE_LIMIT = 60_000;
  @IsInt() @Min(0) @Max(100_000_000) RATE_LIMIT_ANONYMOUS = 6_000;
  @IsInt() @Min(0) @Max(1_000_000_000) RATE_LIMIT_COST = 20_000_000;
  @IsIn(LOG_LEVELS) LOG_LEVEL: Config['logLevel'] = 'info';
}

const NUMBERS: readonly string[] = [
  'PORT',
  'DB_POOL_SIZE',
  'QUEUE_POOL_SIZE',
  'FILE_LIMIT_MB',
  'FILE_QUOTA_MB',
  'RATE_LIMIT',
  'RATE_LIMIT_ANONYMOUS',
  'RATE_LIMIT_COST',
] satisfies SettingName[];
const PEMS: readonly string[] = ['JWT_PRIVATE_KEY', 'JWT_PUBLIC_KEYS'] satisfies SettingName[];

/** Parses the settings, or fails with one line for each that is wrong: which, how, and what it has to look like. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const values = new Environment();
  for (const name of Object.keys(SETTINGS)) {
    const text = env[name]?.trim();
    if (text) Object.assign(values, { [name]: parse(name, text) }); // an empty setting is one that is not set
  }
  const problems = [...invalid(values, env), ...missing(values), ...contradictions(values)];
  if (problems.length > 0) throw new OperatorError(problems.join('\n'));
  return toConfig(values);
}

function parse(name: string, text: string): string | number {
  if (NUMBERS.includes(name)) return Number(text);
  return PEMS.includes(name) ? text.replaceAll('\\n', '\n') : text;
}

const invalid = (values: Environment, env: Readonly<Record<string, string | undefined>>): string[] =>
  validateSync(values).map(({ property }) => {
    const text = Object.entries<SettingText>(SETTINGS).find(([name]) => name === property)?.[1];
    const shown = text?.secret ? 'is not valid' : `is "${env[property] ?? ''}"`;
    return `${property} ${shown}: it must be ${text?.must ?? 'something else'}.`;
  });

function missing(values: Environment): string[] {
  if (values.NODE_ENV !== 'production') return [];
  return Object.entries<SettingText>(SETTINGS)
    .filter(([name, { requiredInProduction }]) => requiredInProduction && !Reflect.get(values, name))
    .map(([name, { must }]) => `${name} is not set, and NODE_ENV=production needs it: set it to ${must}.`);
}

function contradictions({ DATABASE_URL, DATABASE_OWNER_URL }: Environment): string[] {
  if (DATABASE_URL || !DATABASE_OWNER_URL) return [];
  return ['DATABASE_OWNER_URL is set and DATABASE_URL is not: set both, or neither for the embedded PostgreSQL.'];
}

function toConfig(env: Environment): Config {
  return {
    environment: env.NODE_ENV,
    isProduction: env.NODE_ENV === 'production',
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/$/, ''),
    trustProxy: parseProxyRule(env.TRUST_PROXY),
    home: resolve(env.KONTOR_HOME),
    database: outsideDatabase(env),
    dbPoolSize: env.DB_POOL_SIZE,
    queuePoolSize: env.QUEUE_POOL_SIZE,
    redisUrl: env.REDIS_URL ?? null,
    fileMegabytes: env.FILE_LIMIT_MB,
    fileQuotaMegabytes: env.FILE_QUOTA_MB,
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: parseSender(env.MAIL_FROM) ?? { address: env.MAIL_FROM },
    ...secretsOf(env),
    introspection: introspectionOf(env),
    corsOrigins: originsOf(env.CORS_ORIGINS ?? ''),
    rateLimits: { principal: env.RATE_LIMIT, address: env.RATE_LIMIT_ANONYMOUS, cost: env.RATE_LIMIT_COST },
    logLevel: env.LOG_LEVEL,
  };
}

const secretsOf = (env: Environment) => ({
  jwtPrivateKey: env.JWT_PRIVATE_KEY ?? null,
  jwtPublicKeys: pemBlocks(env.JWT_PUBLIC_KEYS ?? ''),
  secret: env.KONTOR_SECRET ?? null,
  opsToken: env.KONTOR_OPS_TOKEN ?? null,
});

const introspectionOf = (env: Environment): Config['introspection'] =>
  env.GRAPHQL_INTROSPECTION ?? (env.NODE_ENV === 'production' ? 'members' : 'everyone');

function outsideDatabase({ DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl }: Environment): Config['database'] {
  return appUrl ? { appUrl, ownerUrl: ownerUrl ?? null } : null;
}

function parseProxyRule(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parseSender(text: string): { name?: string; address: string } | null {
  const match = /^(?:([^<>"\r\n]*)<([^\s<>@]+@[^\s<>@]+)>|([^\s<>@]+@[^\s<>@]+))$/.exec(text);
  const address = match?.[2] ?? match?.[3];
  const name = match?.[1]?.trim();
  return address ? { ...(name ? { name } : {}), address } : null;
}

const originsOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const pathOf = (text: string): string => new URL(text).pathname;

const pemBlocks = (text: string): string[] => text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];

function isP256(read: () => { asymmetricKeyDetails?: { namedCurve?: string } | undefined }): boolean {
  try {
    return read().asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false; // not a key at all
  }
}
