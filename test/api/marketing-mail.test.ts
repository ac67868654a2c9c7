import type { AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { SmtpMailer } from '#app/adapters/smtp-mailer.js';
import { ThreadedTemplateRenderer } from '#app/adapters/template-renderer.js';
import { Runner } from '#kernel/usecase/runner.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { hasConsent } from '#modules/customers/api.js';
import { ConsentEntry } from '#modules/customers/consent/consent-entry.resource.js';
import { UnsubscribeController } from '#modules/marketing/http/unsubscribe.controller.js';
import type { Translations } from '#kernel/resource/translations.js';
import { Enrolment } from '#modules/marketing/journey/enrolment.resource.js';
import { EmailTemplate } from '#modules/marketing/template/email-template.resource.js';
import { journey, messages, openMarketing, person, tell, template } from './marketing-kit.js';

class AppModule {}

let kit: Kit;
let t: TestTenant;
let app: NestFastifyApplication;
let server: SMTPServer;
let mailer: SmtpMailer;
let renderer: ThreadedTemplateRenderer;
const arrived: { mail: ParsedMail; raw: string; recipients: string[] }[] = [];

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        void simpleParser(raw).then((mail) => {
          arrived.push({ mail, raw, recipients: session.envelope.rcptTo.map((to) => to.address) });
          done();
        });
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` });
  renderer = new ThreadedTemplateRenderer({ threads: 1 });
  kit = await openMarketing({ ports: { mailer, templates: renderer } });
  const module = { module: AppModule, controllers: [UnsubscribeController], providers: [{ provide: Runner, useValue: kit.runner }] };
  Logger.overrideLogger(false);
  app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter());

  await app.register(multipart); // as the API process does, for uploads
  await app.init();
  t = await kit.tenant();
});
afterAll(async () => {
  await app.close();
  await mailer.close();
  await renderer.close();
  await new Promise<void>((resolve) => server.close(resolve));
  await kit.close();
});

/** A person whose mail has arrived, with the path of the link in its header. */
async function mailed(change: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  await journey(t, change);
  const ada = await person(t, { firstName: 'Ada <b>&</b> Co', ...more });
  await tell(t, ada.id, 'cart.abandoned', { properties: { total: 80 } });
  await kit.drain();
  const got = arrived.find(({ recipients }) => recipients.includes(ada.email ?? ''));
  if (!got) throw new Error('no mail');
  const link = /List-Unsubscribe: <([^>]+)>/.exec(got.raw.replace(/\r\n(?=[ \t])/g, ''))?.[1] ?? '';
  return { ada, got, link, path: new URL(link).pathname };
}
const post = (url: string, payload = 'List-Unsubscribe=One-Click') =>
  app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
const allows = (contactId: string) => t.work((work) => hasConsent(work, { contactId, channel: 'email', purpose: 'newsletter' }));

test('a mail arrives at a real server, filled, escaped, with both unsubscribe headers', async () => {
  const { id: templateId } = await template(
    t,
    '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.firstName }}, {{ event.properties.total }} EUR. <a href="{{ links.unsubscribe }}">stop</a></mj-text></mj-column></mj-section></mj-body></mjml>',
  );
  const { ada, got, link } = await mailed({ steps: [{ id: 'mail', kind: 'email', templateId }] });
  expect(got.recipients).toEqual([ada.email]);
  expect(got.mail.subject).toBe('Hello Ada <b>&</b> Co');
  expect(got.mail.html).toContain('Hello Ada &lt;b&gt;&amp;&lt;/b&gt; Co, 80 EUR.');
  expect(got.mail.text).toContain('Hello Ada <b>&</b> Co, 80 EUR.');
  expect(got.mail.html).toContain(link);
  expect(got.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  expect(got.raw).toContain('From: Shop <shop@kontor.example>');
  expect(await messages(t, { contactId: ada.id })).toMatchObject([{ status: 'sent', response: expect.stringMatching(/^250/) }]);
});

test('a mail is in the language of who gets it, numbers and amounts too, and a body without the link is not published', async () => {
  const { id: templateId } = await template(t);
  const mjml = (text: string) =>
    `<mjml><mj-body><mj-section><mj-column><mj-text>${text} <a href="{{ links.unsubscribe }}">stop</a></mj-text></mj-column></mj-section></mj-body></mjml>`;
  const said = (text: string) => ({ fr: { text, sourceHash: '' } });
  const translate = (translations: object) =>
    t.work((work) => work.repo(EmailTemplate).update(templateId, { translations: translations as Translations }));
  await translate({ subject: said('Bonjour'), mjml: said(mjml('Total {{ event.properties.total | money: "EUR" }}')) });
  const steps = [{ id: 'mail', kind: 'email', templateId }];
  // The journey of the test before writes to them too.
  const to = (email: string | null) => arrived.filter(({ recipients }) => recipients.includes(email ?? '')).map(({ mail }) => mail);
  const { ada } = await mailed({ steps }, { language: 'fr-FR' });
  const french = to(ada.email).find(({ subject }) => subject === 'Bonjour');
  expect(String(french?.text).replaceAll(/[\u00a0\u202f]/g, ' ')).toContain('Total 80,00 €');
  const { ada: other } = await mailed({ steps }, { language: 'it' });
  expect(to(other.email).every(({ subject }) => subject?.startsWith('Hello'))).toBe(true);
  await translate({ mjml: said('<mjml><mj-body><mj-text>Rien</mj-text></mj-body></mjml>') });
  await expect(journey(t, { steps })).rejects.toMatchObject({ code: 'journey.definition_invalid' });
});

test('M06 opening the link shows a button and changes nothing', async () => {
  const { ada, path } = await mailed();
  for (const method of ['GET', 'HEAD'] as const) expect((await app.inject({ method, url: path })).statusCode).toBe(200);
  const page = await app.inject({ method: 'GET', url: path });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).toContain('<form method="post">');
  expect(page.body).not.toContain(ada.email);
  expect(await allows(ada.id)).toBe(true);
});

test('one POST withdraws the consent with proof, ends the journey and cancels its mails; the second changes nothing', async () => {
  const { id: templateId } = await template(t);
  const { ada, path } = await mailed({
    steps: [
      { id: 'a', kind: 'email', templateId },
      { id: 'w', kind: 'wait', duration: 'P1D' },
      { id: 'b', kind: 'email', templateId },
    ],
  });
  expect((await post(path)).statusCode).toBe(200);
  expect((await post(path)).statusCode).toBe(200);
  expect(await allows(ada.id)).toBe(false);
  const proofs = await t.work((work) => work.repo(ConsentEntry).list({ contactId: ada.id, action: 'withdrawn' }));
  expect(proofs).toMatchObject([{ source: expect.stringContaining('unsubscribe link'), ip: '127.0.0.1' }]);
  expect(await t.work((work) => work.repo(Enrolment).list({ contactId: ada.id, status: 'active' }))).toHaveLength(0);
  await kit.drain();
  kit.clock.advance({ days: 2 });
  await kit.drain();
  expect((await messages(t, { contactId: ada.id })).filter((m) => m.status === 'sent').length).toBeGreaterThan(0);
  expect(arrived.filter(({ recipients }) => recipients.includes(ada.email ?? '')).length).toBe(
    (await messages(t, { contactId: ada.id })).filter((m) => m.status === 'sent').length,
  );
  expect((await messages(t, { contactId: ada.id })).some((m) => m.stepId === 'b')).toBe(false);
});

test("a mail client's multipart POST and one without a body count too", async () => {
  const [first, second] = [await mailed(), await mailed()];
  expect((await app.inject({ method: 'POST', url: first.path })).statusCode).toBe(200);
  expect(await allows(first.ada.id)).toBe(false);
  const payload = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
  const answer = await app.inject({
    method: 'POST',
    url: second.path,
    payload,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  expect(answer.statusCode).toBe(200);
  expect(await allows(second.ada.id)).toBe(false);
});

test('M06 H07 a token that is forged, cut or of nothing is answered alike and changes nothing', async () => {
  const { ada, path } = await mailed();
  const [named = '', signature = ''] = path.split('/').pop()?.split('.') ?? [];
  const other = (await mailed()).path.split('/').pop()?.split('.')[0] ?? '';
  const done = (await post(`/public/v1/u/${named}.${'A'.repeat(43)}`)).body;
  expect(done).toContain('</html>');
  for (const token of [
    `${other}.${signature}`,
    `${named}.${signature.slice(0, -2)}AA`,
    `${named}.${signature.slice(0, -2)}`,
    'x',
    '%00',
    `${named}.${signature}.x`,
  ]) {
    const answer = await post(`/public/v1/u/${token}`);
    expect([answer.statusCode, answer.body]).toEqual([200, done]);
  }
  expect(await allows(ada.id)).toBe(true);
});
