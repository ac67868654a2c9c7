import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { isWellFormedTag } from '#kernel/pure/time.js';
import { isZone } from '#kernel/resource/validators.js';
import { boolean, email, ref, text } from '#kernel/resource/fields.js';

/** Passwords are no field of this: they live in identity.passwords, where no projection can reach them. */
export const User = defineResource('user', {
  description: 'A person of the company who works with the system. Never deleted, only deactivated: records keep their owner.',
  table: 'identity.users',
  scope: everyone,
  operations: ['list', 'get', 'update'],
  fields: {
    email: email({
      personal: true,
      required: true,
      unique: true,
      search: true,
      writer: 'system',
      description: 'What the user signs in with.',
    }),
    name: text(160, { personal: true, required: true, search: true }),
    teamId: ref('team', {
      writer: 'system',
      inverse: 'members',
      description: 'Changed by `user.move`: it decides what a right of reach `team` covers.',
    }),
    managerId: ref('user', { writer: 'system', inverse: 'reports', description: 'Who leads this user. Changed by `user.move`.' }),
    active: boolean({
      required: true,
      default: true,
      writer: 'system',
      description: 'An inactive user cannot sign in; sessions and keys ended when it was deactivated.',
    }),
    locale: text(35, { required: true, default: 'en', description: 'Language of texts shown to the user, a BCP 47 tag.' }),
    timeZone: text(64, { required: true, default: 'UTC', description: 'IANA time zone.' }),
  },
  invariants: [
    {
      code: 'user.unknown_zone',
      message: 'The time zone is no IANA time zone such as Europe/Berlin.',
      holds: ({ timeZone }) => isZone(timeZone),
    },
    {
      code: 'user.unknown_locale',
      message: 'The language is no BCP 47 tag such as de or de-AT.',
      holds: ({ locale }) => isWellFormedTag(locale),
    },
  ],
});
export type User = Row<typeof User>;
