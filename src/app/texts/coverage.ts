import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '#kernel/resource/registry.js';
import type { Catalog } from '#kernel/text/catalog.js';
import { namedCount, unnamed } from '#kernel/text/labels.js';
import type { Language } from '#kernel/text/language.js';
import { projectRoot } from '../project-root.js';
import { texts } from './texts.js';

export interface Coverage {
  readonly language: Language;
  readonly total: number;
  /** What nothing is said for, as `error lead.not_qualified` or `field lead.source`. */
  readonly missing: readonly string[];
}

/** Every code on the page of errors, those of every resource as `*.not_found`. */
export function errorCodes(): string[] {
  const page = readFileSync(join(projectRoot, 'docs', 'errors.md'), 'utf8');
  return [...page.matchAll(/^\| `(<resource>\.)?([a-z_.0-9]+)` \|/gm)].map(([, general, code = '']) => (general ? `*.${code}` : code));
}

/** How much of what people read is said in each language. English is where it is written. */
export function coverage(registry: Registry): Coverage[] {
  const codes = errorCodes();
  const total = codes.length + namedCount(registry);
  return Object.entries(texts.catalogs).map(([language, catalog]) => ({
    language: language as Language,
    total,
    missing: missing(registry, catalog, codes),
  }));
}

const missing = (registry: Registry, catalog: Catalog, codes: readonly string[]): string[] => [
  ...codes.filter((code) => catalog.errors[code] === undefined).map((code) => `error ${code}`),
  ...unnamed(registry, catalog.labels),
];
