import { notFound } from '#kernel/errors/domain-error.js';
import { date, decimal, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { priceOf } from '../api.js';

export const lookUpPrice = defineQuery({
  name: 'price.look_up',
  summary: 'What one unit of a product costs, for a quantity on a day.',
  graphql: 'priceLookup',
  rest: { method: 'GET', path: '/products/{productId}/price' },
  input: {
    productId: ref('product', { required: true }),
    priceListId: ref('price_list', { description: 'The default list of the currency when left out.' }),
    currency: text(3, {
      default: 'EUR',
      of: ['price_list.currency'],
      description: 'Decides the default list; ignored when a list is named.',
    }),
    quantity: decimal(4, { default: '1', min: 0 }),
    on: date({ description: 'The day; today when left out.' }),
  },
  output: {
    priceId: ref('price', { required: true }),
    priceListId: ref('price_list', { required: true }),
    unitPrice: decimal(6, { required: true }),
    currency: text(3, { required: true, of: ['price_list.currency'] }),
    minQuantity: decimal(4, { required: true }),
  },
  errors: { 'price.not_found': 'No valid list has a price of this product for this quantity.' },

  async run(input, work) {
    const price = await priceOf(work, input);
    if (!price) throw notFound('price.not_found', 'No valid price list has a price of this product for this quantity.');
    return price;
  },
});
