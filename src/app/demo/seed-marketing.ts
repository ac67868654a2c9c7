import type { Work } from '#kernel/usecase/work.js';
import { createJourney } from '#modules/marketing/journey/create-journey.js';
import { publishJourney } from '#modules/marketing/journey/publish-journey.js';
import { createSegment } from '#modules/marketing/segment/create-segment.js';
import { EmailTemplate } from '#modules/marketing/template/email-template.resource.js';

/** What a shop or a form tells when somebody signs up. */
export const signUpEvent = 'newsletter.signed_up';

/** Two templates, a live journey that greets new subscribers, and a segment. By the module's own commands, so that all of it works. */
export async function seedMarketing(work: Work): Promise<{ readonly journeyId: string; readonly segmentId: string }> {
  const [welcome, products] = await work.repo(EmailTemplate).createMany([
    {
      name: 'Willkommen',
      subject: 'Willkommen, {{ contact.firstName }}!',
      mjml: letter(
        'Guten Tag {{ contact.firstName }} {{ contact.lastName }},',
        'schön, dass Sie unseren Newsletter lesen. Einmal im Monat schreiben wir, was sich in der Messtechnik tut.',
      ),
    },
    {
      name: 'Produkte kennenlernen',
      subject: 'Womit dürfen wir Ihnen helfen?',
      mjml: letter(
        'Guten Tag {{ contact.firstName }} {{ contact.lastName }},',
        'Sensoren, Gateways oder eine ganze Prüfstation: Antworten Sie auf diese Mail, und wir rufen Sie an.',
      ),
    },
  ]);
  const { journeyId } = await createJourney.run(
    {
      name: 'Willkommen nach der Anmeldung',
      description: 'Begrüßt, wer sich zum Newsletter angemeldet hat, und fragt drei Tage später nach.',
      definition: {
        trigger: { kind: 'event', event: signUpEvent },
        reentry: { kind: 'once' },
        purpose: 'newsletter',
        from: { name: 'Havelland Messtechnik', address: 'newsletter@kontor.example' },
        timeZone: 'Europe/Berlin',
        steps: [
          { id: 'welcome', kind: 'email', templateId: welcome?.id },
          { id: 'pause', kind: 'wait', duration: 'P3D' },
          { id: 'products', kind: 'email', templateId: products?.id },
        ],
      },
    },
    work,
  );
  await publishJourney.run({ journeyId }, work);
  const { segmentId } = await createSegment.run(
    {
      name: 'Maschinenbau und Metall',
      description: 'Deutschsprachige Kontakte bei Herstellern von Maschinen und Metallwaren.',
      condition: {
        kind: 'and',
        of: [
          { kind: 'trait', path: 'account.sector', op: 'in', value: ['machinery', 'metal'] },
          { kind: 'trait', path: 'contact.language', op: 'eq', value: 'de' },
        ],
      },
    },
    work,
  );
  return { journeyId, segmentId };
}

const letter = (greeting: string, words: string) => `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>${greeting}</mj-text>
        <mj-text>${words}</mj-text>
        <mj-text font-size="11px">Havelland Messtechnik GmbH, Potsdam. <a href="{{ links.unsubscribe }}">Abmelden</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
