import { Texts } from '#kernel/text/texts.js';
import { german } from './de/catalog.js';

/** All that is said in other languages than English. */
export const texts = new Texts({ de: german });
