import { conflict } from '#kernel/errors/domain-error.js';
import { choice, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { messageStates } from '../domain/message-state.js';
import { OutboundMessage } from './outbound-message.resource.js';
import { sendMessage } from './send-message.effect.js';

export const resolveMessage = defineCommand({
  name: 'outbound_message.resolve',
  summary: 'Decide about an e-mail of which nobody knows whether it went out.',
  description:
    '`sent`: treat it as sent. `not_sent`: let it be. `send_again`: send it once more, at the risk that it arrives twice; all is asked again before.',
  input: {
    outboundMessageId: ref('outbound_message', { required: true }),
    decision: choice(['sent', 'not_sent', 'send_again'], { required: true }),
  },
  output: { status: choice(messageStates, { required: true }) },
  errors: { 'outbound_message.not_unknown': 'Only an unknown message needs a decision.' },
  async run({ outboundMessageId: id, decision }, work) {
    const message = await work.repo(OutboundMessage).lock(id);
    if (message.status !== 'unknown')
      throw conflict('outbound_message.not_unknown', 'Only an unknown message needs a decision.', { status: message.status });
    const resolvedById = work.actor.userId;
    if (decision === 'sent')
      return work.repo(OutboundMessage).update(id, { status: 'sent', sentAt: message.sendingAt, reason: 'presumed', resolvedById });
    if (decision === 'not_sent') return work.repo(OutboundMessage).update(id, { status: 'failed', reason: 'given_up', resolvedById });
    const { status, attempts } = await work
      .repo(OutboundMessage)
      .update(id, { status: 'queued', reason: 'sent_again', notBefore: work.now, resolvedById });
    await work.schedule(sendMessage, { key: `${id}:again:${attempts}`, payload: { messageId: id } });
    return { status };
  },
});
