import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { PriceList } from './price-list.resource.js';

export const setDefaultPriceList = defineCommand({
  name: 'price_list.set_default',
  summary: 'Make a price list the default of its currency.',
  input: { priceListId: ref('price_list', { required: true }) },
  output: { replacedId: ref('price_list', { description: 'The list that was the default before.' }) },

  async run({ priceListId }, work) {
    const { currency } = await work.repo(PriceList).get(priceListId);
    // All lists of the currency are locked in one order: two at once must not leave two defaults.
    const lists = await work.repo(PriceList).list({ currency }, { orderBy: ['id'], lock: 'wait' });
    const before = lists.find((list) => list.isDefault && list.id !== priceListId);
    if (before) await work.repo(PriceList).update(before.id, { isDefault: false });
    await work.repo(PriceList).update(priceListId, { isDefault: true });
    return { replacedId: before?.id ?? null };
  },
});
