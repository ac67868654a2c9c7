import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, date, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';

export const PriceList = defineResource('price_list', {
  description: 'Prices in one currency, valid for a span of days.',
  table: 'catalog.price_lists',
  scope: everyone,
  requireVersion: true,
  fields: {
    name: text(120, { required: true, unique: true, search: true, translatable: true }),
    currency: text(3, { required: true, description: 'ISO 4217; every price of the list is in it.' }),
    startsOn: date({ description: 'First day of validity; empty when it has always been valid.' }),
    endsOn: date({ description: 'Last day of validity; empty when it is open-ended.' }),
    isDefault: boolean({
      required: true,
      default: false,
      writer: 'system',
      description: 'Taken when nobody names a list. At most one per currency.',
    }),
    translations: translations('price_list.name'),
  },
  invariants: [
    {
      code: 'price_list.currency_invalid',
      message: 'A currency is three capital letters.',
      holds: ({ currency }) => /^[A-Z]{3}$/.test(currency),
    },
    {
      code: 'price_list.ends_before_start',
      message: 'A price list does not end before it starts.',
      holds: ({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn,
    },
  ],
});
export type PriceList = Row<typeof PriceList>;
