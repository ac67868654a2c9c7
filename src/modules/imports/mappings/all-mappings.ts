import { notFound } from '#kernel/errors/domain-error.js';
import type { Mapping } from '../domain/mapping.js';
import { adventureworks } from './adventureworks.js';
import { chinook } from './chinook.js';
import { crmOpportunities } from './crm-opportunities.js';
import { northwind } from './northwind.js';

/** Mappings that come with the product. */
export const allMappings: readonly Mapping[] = [crmOpportunities, northwind, chinook, adventureworks];

export function mappingNamed(name: string): Mapping {
  const mapping = allMappings.find((one) => one.name === name);
  if (!mapping)
    throw notFound(
      'import.mapping_unknown',
      `There is no mapping "${name.slice(0, 80)}". Known: ${allMappings.map((one) => one.name).join(', ')}.`,
    );
  return mapping;
}
