import type { Work } from '#kernel/usecase/work.js';
import { isValidOn, pickTier } from './domain/pick-price.js';
import { PriceList, type PriceList as PriceListRow } from './price/price-list.resource.js';
import { Price } from './price/price.resource.js';
import { Product } from './product/product.resource.js';

/** What other modules may know of a product. */
export interface ProductCard {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly isActive: boolean;
}

export interface PriceQuestion {
  readonly productId: string;
  readonly priceListId?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly quantity?: string | null | undefined;
  readonly on?: string | null | undefined;
}

export interface PriceAnswer {
  readonly priceId: string;
  readonly priceListId: string;
  readonly unitPrice: string;
  readonly currency: string;
  readonly minQuantity: string;
}

/** The product, if there is one and the actor may see it. */
export async function productCard(work: Work, productId: string): Promise<ProductCard | null> {
  const product = await work.repo(Product).find(productId);
  if (!product) return null;
  const { id, code, name, unit, isActive } = product;
  return { id, code, name, unit, isActive };
}

/**
 * The price of one unit on the named list, else on the default list of the currency. Null when there is none, the list is not valid that
 * day, or the actor may not see the product or the list.
 */
export async function priceOf(work: Work, question: PriceQuestion): Promise<PriceAnswer | null> {
  if (!(await work.repo(Product).find(question.productId))) return null;
  const list = await listFor(work, question);
  if (!list || !isValidOn(list, question.on ?? work.now.toISOString().slice(0, 10))) return null;
  const tiers = await work.repo(Price).list({ priceListId: list.id, productId: question.productId });
  const tier = pickTier(tiers, question.quantity ?? '1');
  if (!tier) return null;
  return { priceId: tier.id, priceListId: list.id, unitPrice: tier.unitPrice, currency: list.currency, minQuantity: tier.minQuantity };
}

async function listFor(work: Work, { priceListId, currency }: PriceQuestion): Promise<PriceListRow | null> {
  if (priceListId) return work.repo(PriceList).find(priceListId);
  return work.repo(PriceList).first({ currency: currency ?? 'EUR', isDefault: true });
}
