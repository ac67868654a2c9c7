import type { Work } from '#kernel/usecase/work.js';
import { PriceList } from '#modules/catalog/price/price-list.resource.js';
import { Price } from '#modules/catalog/price/price.resource.js';
import { Product } from '#modules/catalog/product/product.resource.js';
import { productLines } from './product-list.js';

export interface Article {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly price: number;
}

export async function seedCatalog(work: Work): Promise<Article[]> {
  const year = work.now.getUTCFullYear();
  const priceList = await work.repo(PriceList).create({
    name: `Listenpreise ${year}`,
    currency: 'EUR',
    startsOn: `${year - 1}-01-01`,
    endsOn: `${year + 1}-12-31`,
    isDefault: true,
  });
  const products = await work.repo(Product).createMany(productLines.map(([code, name, family, unit]) => ({ code, name, family, unit })));
  const articles = products.map((product, i) => ({
    id: product.id,
    name: product.name,
    family: product.family ?? '',
    line: productLines[i],
  }));
  await work.repo(Price).createMany(
    articles.flatMap(({ id: productId, line }) => {
      const first = { priceListId: priceList.id, productId, minQuantity: '1', unitPrice: line?.[4] ?? '0' };
      return line?.[5] ? [first, { ...first, minQuantity: '10', unitPrice: line[5] }] : [first];
    }),
  );
  return articles.map(({ id, name, family, line }) => ({ id, name, family, price: Number(line?.[4] ?? 0) }));
}
