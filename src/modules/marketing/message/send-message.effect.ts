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

    // From this commit on the mail may have gone out: whoever finds it `sending` later must not send it again.
    const claimed = await context.work((work) => claimMessage(work, messageId, rendered.mail.subject));
    if (!claimed) return;
    const result = await context.ports.mailer.send({
      from: prepared.from,
      to: claimed.to,
      subject: rendered.mail.subject,
      html: rendered.mail.html,
      text: rendered.mail.text,
      messageId: prepared.messageIdHeader,
      headers: { 'List-Unsubscribe': `<${prepared.unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
    await context.work(async (work) => {
      const retryAt = await recordResult(work, messageId, claimed.attempt, result);
      if (retryAt) await work.schedule(sendMessage, { key: `${messageId}:${claimed.attempt}`, dueAt: retryAt, payload: { messageId } });
    });
  },
});

type Prepared = NonNullable<Awaited<ReturnType<typeof prepareMessage>>>;

async function render(template: Prepared['template'], values: Prepared['values'], { ports }: EffectContext) {
  try {
    return { mail: await ports.templates.render(template, values) };
  } catch (error) {
    // A template that is at fault will be at fault next time too; a renderer that is busy will not.
    if (isOurRefusal(error)) return { refusal: error.message };
    throw error;
  }
}
