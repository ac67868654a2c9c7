import { sales } from '#modules/sales/api.js';

export const reached = sales;
