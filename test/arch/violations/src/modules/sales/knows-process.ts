import { config } from '#app/config.js';

export const reached = config;
