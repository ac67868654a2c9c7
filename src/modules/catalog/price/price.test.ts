import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';
import { catalog } from '../catalog.module.js';
import { Product } from '../product/product.resource.js';
import { lookUpPrice } from './look-up-price.js';
import { PriceList } from './price-list.resource.js';
import { Price } from './price.resource.js';
import { setDefaultPriceList } from './set-default-price-list.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, catalog]);
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const priceList = (name: string, currency = 'EUR') =>
  t.work(async (work) => (await work.repo(PriceList).create({ name, currency, startsOn: '2026-01-01' })).id);
const defaults = async () => (await t.work((work) => work.repo(PriceList).list({ isDefault: true }))).map((list) => list.id);

async function pricedProduct(): Promise<{ productId: string; priceListId: string }> {
  const priceListId = await priceList('2026');
  const productId = await t.work(async (work) => {
    const product = await work.repo(Product).create({ code: 'GTX-PRO', name: 'GTX Pro' });
    await work.repo(Price).createMany([
      { priceListId, productId: product.id, unitPrice: '4821' },
      { priceListId, productId: product.id, minQuantity: '10', unitPrice: '4500' },
    ]);
    return product.id;
  });
  return { productId, priceListId };
}

test('the price is that of the highest tier reached, on the default list of the currency', async () => {
  const { productId, priceListId } = await pricedProduct();
  await t.run(setDefaultPriceList, { priceListId });

  expect(await t.run(lookUpPrice, { productId })).toMatchObject({ priceListId, unitPrice: '4821.000000', currency: 'EUR' });
  expect(await t.run(lookUpPrice, { productId, quantity: '10' })).toMatchObject({ unitPrice: '4500.000000', minQuantity: '10.0000' });
});

test('outside of the list, its days or its quantities there is no price', async () => {
  const { productId, priceListId } = await pricedProduct();
  const missing = { code: 'price.not_found' };
  await expect(t.run(lookUpPrice, { productId })).rejects.toMatchObject(missing); // no default list
  await expect(t.run(lookUpPrice, { productId, priceListId, on: '2025-12-31' })).rejects.toMatchObject(missing);
  await expect(t.run(lookUpPrice, { productId, priceListId, quantity: '0.5' })).rejects.toMatchObject(missing);
});

test('a price of another tenant is none', async () => {
  const { productId, priceListId } = await pricedProduct();
  const other = await kit.tenant();
  await expect(other.run(lookUpPrice, { productId, priceListId })).rejects.toMatchObject({ code: 'price.not_found' });
  await expect(other.run(setDefaultPriceList, { priceListId })).rejects.toMatchObject({ code: 'price_list.not_found' });
});

test('of a product or a list the caller may not read there is no price', async () => {
  const { productId, priceListId } = await pricedProduct();
  await t.run(setDefaultPriceList, { priceListId });
  const lookUp = { 'price:look_up': 'all' } as const;
  const [noProducts, noLists, both] = await Promise.all([
    t.user({ permissions: { ...lookUp, 'price_list:read': 'all', 'price:read': 'all' } }),
    t.user({ permissions: { ...lookUp, 'product:read': 'all', 'price:read': 'all' } }),
    t.user({ permissions: { ...lookUp, 'product:read': 'all', 'price_list:read': 'all' } }),
  ]);
  for (const { actor } of [noProducts, noLists]) {
    await expect(t.run(lookUpPrice, { productId, priceListId }, actor)).rejects.toMatchObject({ code: 'price.not_found' });
    await expect(t.run(lookUpPrice, { productId }, actor)).rejects.toMatchObject({ code: 'price.not_found' });
  }
  expect(await t.run(lookUpPrice, { productId }, both.actor)).toMatchObject({ unitPrice: '4821.000000' });
});

test('one tier holds one price', async () => {
  const { productId, priceListId } = await pricedProduct();
  const again = t.work((work) => work.repo(Price).create({ priceListId, productId, minQuantity: '10.0', unitPrice: '1' }));
  await expect(again).rejects.toMatchObject({ code: 'price.tier_taken' });
});

test('a currency has one default list; the new one replaces the old one', async () => {
  const [old, fresh, dollars] = [await priceList('Old'), await priceList('New'), await priceList('Dollars', 'USD')];
  await t.run(setDefaultPriceList, { priceListId: old });
  await t.run(setDefaultPriceList, { priceListId: dollars });

  expect(await t.run(setDefaultPriceList, { priceListId: fresh })).toEqual({ replacedId: old });
  expect((await defaults()).sort()).toEqual([fresh, dollars].sort());
});

test('two defaults set at once leave one', async () => {
  const lists = [await priceList('A'), await priceList('B'), await priceList('C')];
  await Promise.all(lists.map((priceListId) => t.run(setDefaultPriceList, { priceListId })));
  expect(await defaults()).toHaveLength(1);
});

test('without the permission no default is set', async () => {
  const reader = await t.user({ permissions: { 'price_list:read': 'all' } });
  const priceListId = await priceList('A');
  await expect(t.run(setDefaultPriceList, { priceListId }, reader.actor)).rejects.toMatchObject({ kind: 'forbidden' });
});
