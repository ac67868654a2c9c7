import { marketing } from '#modules/marketing/api.js';

export const reached = marketing;
