import { defineModule } from '#kernel/usecase/define-module.js';
import { lookUpPrice } from './price/look-up-price.js';
import { PriceList } from './price/price-list.resource.js';
import { Price } from './price/price.resource.js';
import { setDefaultPriceList } from './price/set-default-price-list.js';
import { Product } from './product/product.resource.js';
import { catalogRoles } from './roles.js';

export const catalog = defineModule({
  name: 'catalog',
  description: 'What we sell, and for how much.',
  resources: [Product, PriceList, Price],
  commands: [setDefaultPriceList],
  queries: [lookUpPrice],
  roles: catalogRoles,
});
