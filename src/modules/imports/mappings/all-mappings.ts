import { notFound } from '#kernel/errors/domain-error.js';
import type { Mapping } from '../domain/mapping.js';
import { crmOpportunities } from './crm-opportunities.js';

/** Mappings that come with the product. */
export const allMappings: readonly Mapping[] = [crmOpportunities];

export function mappingNamed(name: string): Mapping {
  const mapping = allMappings.find((one) => one.name === name);
  if (!mapping)
    throw notFound(
      'import.mapping_unknown',
      `There is no mapping "${name.slice(0, 80)}". Known: ${allMappings.map((one) => one.name).join(', ')}.`,
    );
  return mapping;
}
