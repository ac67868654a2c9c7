import type { Catalog } from '#kernel/text/catalog.js';
import { customizationErrors, customizationLabels as own, customizationProblems } from './customization.js';
import { descriptions } from './descriptions.js';
import { businessErrors } from './errors-business.js';
import { generalErrors } from './errors-general.js';
import { workErrors } from './errors-work.js';
import { choices } from './labels-choices.js';
import { fields } from './labels-fields.js';
import { modules, resources, roles, verbs } from './labels-records.js';
import { qualityErrors, qualityLabels as quality } from './quality.js';
import { phrases, problems, titles } from './problems.js';
import { timelineErrors, timelineLabels as timeline, timelineProblems } from './timeline.js';

export const german: Catalog = {
  errors: { ...generalErrors, ...businessErrors, ...workErrors, ...customizationErrors, ...qualityErrors, ...timelineErrors },
  titles,
  problems: { ...problems, ...customizationProblems, ...timelineProblems },
  phrases,
  labels: {
    modules: { ...modules, ...own.modules, ...quality.modules, ...timeline.modules },
    resources: { ...resources, ...own.resources, ...quality.resources, ...timeline.resources },
    fields: { ...fields, ...own.fields, ...quality.fields },
    choices: { ...choices, ...own.choices, ...quality.choices },
    verbs: { ...verbs, ...own.verbs, ...quality.verbs, ...timeline.verbs },
    roles,
    descriptions: { ...descriptions, ...own.descriptions, ...quality.descriptions, ...timeline.descriptions },
  },
};
