import { fixture } from './error.test.js';

export const reached = fixture;
