import type { Ports } from '#kernel/ports/ports.js';

const unused = () => Promise.reject(new Error('A measurement of the kernel sends nothing and keeps no files.'));

/** Ports of what is measured without the outside. */
export const noPorts: Ports = {
  mailer: { send: unused },
  templates: { render: unused },
  files: {
    limits: { fileBytes: 0, tenantBytes: 0 },
    draft: unused,
    keep: unused,
    drop: unused,
    read: unused,
    remove: unused,
    forget: unused,
  },
  publicUrl: 'http://localhost',
  sign: () => '',
  verify: () => false,
  keyFor: () => Buffer.alloc(32, 7),
};
