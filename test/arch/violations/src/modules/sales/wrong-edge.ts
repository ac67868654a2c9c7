import { service } from '#modules/service/api.js';

export const reached = service;
