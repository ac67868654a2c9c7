import { kit } from '#kernel/testing/kit.js';

export const reached = kit;
