import { account } from '#modules/customers/account/account.resource.js';

export const reached = account;
