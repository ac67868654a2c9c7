import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { decimal, ref } from '#kernel/resource/fields.js';

export const Price = defineResource('price', {
  description: 'What one unit of a product costs on a list, from a quantity on.',
  table: 'catalog.prices',
  scope: everyone,
  fields: {
    priceListId: ref('price_list', { required: true, inverse: 'prices', onDelete: 'cascade' }),
    productId: ref('product', { required: true, inverse: 'prices', onDelete: 'cascade' }),
    minQuantity: decimal(4, { required: true, default: '1', min: 0, description: 'The price holds from this quantity on.' }),
    unitPrice: decimal(6, { required: true, min: 0, description: 'Price of one unit in the currency of the list.' }),
  },
  unique: [{ fields: ['priceListId', 'productId', 'minQuantity'], code: 'tier_taken' }],
});
export type Price = Row<typeof Price>;
