import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, longText, ref, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';

export const Product = defineResource('product', {
  description: 'Something we sell: a good, a service, a subscription.',
  table: 'catalog.products',
  scope: everyone,
  fields: {
    code: text(60, { required: true, unique: true, search: true, description: 'Article number.' }),
    name: text(200, { required: true, search: true, translatable: true }),
    family: text(80, { index: true, description: 'Products that belong together share a family.' }),
    description: longText({ translatable: true }),
    unit: text(20, { required: true, default: 'piece', translatable: true, description: 'What one of it is: piece, hour, month, kg.' }),
    isActive: boolean({ required: true, default: true, description: 'Is still offered. Inactive products stay on what was sold.' }),
    successorId: ref('product', { onDelete: 'set_null', description: 'What to offer instead.' }),
    externalRef: text(200, { unique: true, description: 'Name in another system, `system:key`; the handle for imports.' }),
    translations: translations('product.name', 'product.description', 'product.unit'),
  },
});
export type Product = Row<typeof Product>;
