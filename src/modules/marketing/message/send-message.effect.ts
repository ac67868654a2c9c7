import { setTimeout as sleep } from 'node:timers/promises';
import type { MailResult } from '#kernel/ports/ports.js';
import { ref } from '#kernel/resource/fields.js';
import { defineEffect, type EffectContext } from '#kernel/usecase/define-job.js';
import { isOurRefusal } from './is-our-refusal.js';
import { prepareMessage } from './prepare-message.js';
import { claimMessage, recordResult, rejectMessage } from './message-steps.js';

export const sendMessage = defineEffect({
  name: 'marketing.send_message',
  description: 'Hands one e-mail to the mail server, at most once.',
  payload: { messageId: ref('outbound_message', { required: true }) },
  async run({ messageId }, context) {
    const prepared = await context.work((work) => prepareMessage(work, messageId));
    if (!prepared) return;
    const rendered = await render(prepared.template, prepared.values, context);
    if (rendered.refusal !== undefined) {
      const { refusal } = rendered;
      return context.work((work) => rejectMessage(work, messageId, 'render_failed', refusal));
    }
    const letter = { ...prepared, ...rendered.mail };
    const { attempt, result } = await handOver(messageId, letter, context);
    if (attempt === null) return;
    // The server has spoken: what it said must not be lost because the database is away for a moment.
    await insist(() =>
      context.work(async (work) => {
        const counted = attempt ?? (await claimMessage(work, messageId, letter));
        if (counted === null) return;
        const retryAt = await recordResult(work, messageId, counted, result);
        if (retryAt) await work.schedule(sendMessage, { key: `${messageId}:${counted}`, dueAt: retryAt, payload: { messageId } });
      }),
    );
  },
});

type Prepared = NonNullable<Awaited<ReturnType<typeof prepareMessage>>>;
type Letter = Prepared & { readonly subject: string; readonly html: string; readonly text: string };

/** `attempt` is null when the mail must not go, and undefined when the server said no before it had the mail. */
async function handOver(
  messageId: string,
  letter: Letter,
  context: EffectContext,
): Promise<{ readonly attempt: number | null | undefined; readonly result: MailResult }> {
  const { from, to, subject, html, text, unsubscribeUrl, messageIdHeader } = letter;
  const headers = { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  let attempt: number | null | undefined;
  const result = await context.ports.mailer.send({ from, to, subject, html, text, headers, messageId: messageIdHeader }, async () => {
    // From this commit on the mail may have gone out: whoever finds it `sending` later must not send it again.
    attempt = await context.work((work) => claimMessage(work, messageId, letter));
    return attempt !== null;
  });
  return { attempt, result };
}

const patienceMs = [200, 500, 1_000, 2_000, 4_000, 8_000];

async function insist(run: () => Promise<void>): Promise<void> {
  for (const wait of patienceMs) {
    try {
      return await run();
    } catch {
      await sleep(wait);
    }
  }
  await run();
}

async function render(template: Prepared['template'], values: Prepared['values'], { ports }: EffectContext) {
  try {
    return { mail: await ports.templates.render(template, values) };
  } catch (error) {
    // A template that is at fault will be at fault next time too; a renderer that is busy will not.
    if (isOurRefusal(error)) return { refusal: error.message };
    throw error;
  }
}
