import { german } from './de/catalog.js';

/** What things are called, by language; in English as they are named. */
export const labelCatalogs = { de: german.labels, en: null } as const;
