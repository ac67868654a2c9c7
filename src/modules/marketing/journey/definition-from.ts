import { invalid } from '#kernel/errors/domain-error.js';
import type { Actor } from '#kernel/access/actor.js';
import type { Work } from '#kernel/usecase/work.js';
import { readJourney, type JourneyDefinition } from '../domain/journey-definition.js';
import type { Problem } from '../domain/problems.js';
import { refuseDefinition } from '../segment/condition-rights.js';
import { Segment } from '../segment/segment.resource.js';
import { EmailTemplate } from '../template/email-template.resource.js';
import type { KeptTemplate, TemplateSnapshot } from './journey-version.resource.js';

export const definitionInvalid = { 'journey.definition_invalid': 'The definition is not well formed; `errors` names each place.' } as const;

/** The definition a client sent, or a refusal that points at every mistake, or at what he may not ask about. */
export function definitionFrom(input: unknown, actor: Actor): JourneyDefinition {
  const outcome = readJourney(input, '/definition');
  if ('value' in outcome) {
    refuseDefinition(actor, outcome.value);
    return outcome.value;
  }
  throw refused(outcome.problems);
}

/** The templates of a definition as they are now; refused when something the definition names is missing. */
export async function templatesOf(work: Work, definition: JourneyDefinition): Promise<TemplateSnapshot> {
  const problems: Problem[] = [];
  const snapshot: Record<string, TemplateSnapshot[string]> = {};
  for (const [i, step] of definition.steps.entries()) {
    if (step.kind !== 'email') continue;
    const path = `/definition/steps/${i}/templateId`;
    const template = await work.system.repo(EmailTemplate).find(step.templateId);
    if (!template) problems.push({ path, code: 'not_found', message: 'names no template' });
    else if (!everyBody(template).every((mjml) => mjml.includes('links.unsubscribe')))
      problems.push({ path, code: 'unsubscribe_missing', message: 'names a template that offers no {{ links.unsubscribe }}' });
    else snapshot[template.id] = kept(template);
  }
  if (definition.trigger.kind === 'segment_entered') {
    const segment = await work.system.repo(Segment).find(definition.trigger.segmentId);
    if (segment?.status !== 'live')
      problems.push({ path: '/definition/trigger/segmentId', code: 'not_found', message: 'names no live segment' });
  }
  if (problems.length > 0) throw refused(problems);
  return snapshot;
}

/** The body in every language. */
const everyBody = ({ mjml, translations }: EmailTemplate): string[] => [
  mjml,
  ...Object.values(translations?.['mjml'] ?? {}).map(({ text }) => text),
];

const kept = ({ version, subject, mjml, text, translations }: EmailTemplate): KeptTemplate => ({
  version,
  subject,
  mjml,
  text,
  ...(translations ? { translations } : {}),
});

const refused = (errors: readonly Problem[]) =>
  invalid('journey.definition_invalid', definitionInvalid['journey.definition_invalid'], { errors });
