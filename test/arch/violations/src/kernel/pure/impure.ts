import { error } from '../errors/error.js';

export const reached = error;
