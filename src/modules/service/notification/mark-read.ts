import { instant, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Notification } from './notification.resource.js';

export const markRead = defineCommand({
  name: 'notification.mark_read',
  summary: 'Say that a notification was seen. Repeating it keeps the first time.',
  graphql: 'markNotificationRead',
  input: { notificationId: ref('notification', { required: true }) },
  output: { notificationId: ref('notification', { required: true }), readAt: instant({ required: true }) },

  async run({ notificationId }, work) {
    const notification = await work.repo(Notification).lock(notificationId);
    const readAt = notification.readAt ?? work.now;
    await work.repo(Notification).update(notificationId, { readAt });
    return { notificationId, readAt };
  },
});
