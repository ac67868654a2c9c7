import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { longText, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';

export const EmailTemplate = defineResource('email_template', {
  description:
    'Subject and body of an e-mail. Liquid fills in `contact`, `event` and `links`; published journeys keep the template as it was.',
  table: 'marketing.email_templates',
  scope: everyone,
  fields: {
    name: text(120, { required: true, search: true, unique: true }),
    subject: text(500, { required: true, translatable: true, description: 'Liquid.' }),
    mjml: longText({
      required: true,
      translatable: true,
      description: 'MJML with Liquid. What Liquid puts in is escaped. Must offer `{{ links.unsubscribe }}` to be published.',
    }),
    text: longText({ translatable: true, description: 'Liquid for the plain text part; made from the HTML when empty.' }),
    translations: translations('email_template.subject', 'email_template.mjml', 'email_template.text'),
  },
});
export type EmailTemplate = Row<typeof EmailTemplate>;
