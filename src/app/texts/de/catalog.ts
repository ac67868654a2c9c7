import type { Catalog } from '#kernel/text/catalog.js';
import { descriptions } from './descriptions.js';
import { businessErrors } from './errors-business.js';
import { generalErrors } from './errors-general.js';
import { workErrors } from './errors-work.js';
import { choices } from './labels-choices.js';
import { fields } from './labels-fields.js';
import { modules, resources, roles, verbs } from './labels-records.js';
import { phrases, problems, titles } from './problems.js';

export const german: Catalog = {
  errors: { ...generalErrors, ...businessErrors, ...workErrors },
  titles,
  problems,
  phrases,
  labels: { modules, resources, fields, choices, verbs, roles, descriptions },
};
