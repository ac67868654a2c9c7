import { customers } from '#modules/customers/api.js';

export const reached = customers;
