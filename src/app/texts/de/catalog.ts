import type { Catalog } from '#kernel/text/catalog.js';
import { customizationErrors, customizationLabels as own, customizationProblems } from './customization.js';
import { descriptions } from './descriptions.js';
import { businessErrors } from './errors-business.js';
import { generalErrors } from './errors-general.js';
import { workErrors } from './errors-work.js';
import { choices } from './labels-choices.js';
import { fields } from './labels-fields.js';
import { modules, resources, roles, verbs } from './labels-records.js';
import { phrases, problems, titles } from './problems.js';

export const german: Catalog = {
  errors: { ...generalErrors, ...businessErrors, ...workErrors, ...customizationErrors },
  titles,
  problems: { ...problems, ...customizationProblems },
  phrases,
  labels: {
    modules: { ...modules, ...own.modules },
    resources: { ...resources, ...own.resources },
    fields: { ...fields, ...own.fields },
    choices: { ...choices, ...own.choices },
    verbs: { ...verbs, ...own.verbs },
    roles,
    descriptions: { ...descriptions, ...own.descriptions },
  },
};
