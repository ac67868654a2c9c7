import type { Resource } from '../resource/define-resource.js';
import type { Registry } from '../resource/registry.js';

/** All resources rows of the tenant may be of, those of modules that are off too: for who must leave nothing out. */
export const everyResource = ({ whole, resources }: Registry): readonly Resource[] => [
  ...new Map([...whole.resources, ...resources]).values(),
];
