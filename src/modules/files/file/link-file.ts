import { conflict } from '#kernel/errors/domain-error.js';
import type { Ports } from '#kernel/ports/ports.js';
import { instant, integer, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { fileInReach, type StoredFile } from './stored-file.js';

const PURPOSE = 'files.download';
const TOKEN = /^([\w-]{54})\.([\w-]{43})$/;

export const linkFile = defineCommand({
  name: 'file.link',
  summary: 'Make an address a file can be downloaded at without signing in.',
  description:
    'Whoever has the address has the file until it expires, also when your own rights end before: keep it short, and do not publish it.',
  rest: { path: '/files/{fileId}/link' },
  access: 'member',
  input: {
    fileId: text(36, { required: true, description: 'Id of the file.' }),
    minutes: integer({ min: 1, max: 10_080, default: 60, description: 'How long it is good for, at most a week.' }),
  },
  output: { url: text(2000, { required: true }), expiresAt: instant({ required: true }) },
  errors: {
    'file.not_found': 'There is no such file, or you may not see it.',
    'file.quarantined': 'The file is not what it says it is, and is not given out.',
  },

  async run({ fileId, minutes }, work) {
    const file = await fileInReach(work, fileId, 'read');
    if (file.quarantine !== null) throw quarantined(file);
    const expiresAt = new Date(Math.ceil(work.now.getTime() / 1000 + (minutes ?? 60) * 60) * 1000);
    const named = packed(work.tenantId, file.id, expiresAt);
    return { url: `${work.links.publicUrl}/public/v1/files/${named}.${work.links.sign(PURPOSE, named)}`, expiresAt };
  },
});

export const quarantined = ({ id, quarantine }: StoredFile) =>
  conflict('file.quarantined', `This file is not given out. ${quarantine ?? ''} Who may release files can look at it.`, { id });

/** What an address from outside names, or null when we did not make it or its time is over. */
export function readLink(token: string, ports: Pick<Ports, 'verify'>, now: Date): { tenantId: string; fileId: string } | null {
  const [, named, signature] = TOKEN.exec(token) ?? [];
  if (named === undefined || signature === undefined || !ports.verify(PURPOSE, named, signature)) return null;
  const hex = Buffer.from(named, 'base64url').toString('hex');
  if (Number.parseInt(hex.slice(64), 16) * 1000 <= now.getTime()) return null;
  return { tenantId: uuid(hex.slice(0, 32)), fileId: uuid(hex.slice(32, 64)) };
}

const packed = (tenantId: string, fileId: string, expiresAt: Date) =>
  Buffer.from(`${tenantId}${fileId}`.replaceAll('-', '') + (expiresAt.getTime() / 1000).toString(16).padStart(16, '0'), 'hex').toString(
    'base64url',
  );
const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
