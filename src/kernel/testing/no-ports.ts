import type { Ports } from '../ports/ports.js';

const unused = () => Promise.reject(new Error('Nothing is sent from here, and no files are kept.'));

/** Ports of what is tried or measured without the outside. */
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
