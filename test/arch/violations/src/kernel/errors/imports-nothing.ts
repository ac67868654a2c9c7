import { nothing } from './nothing.js';

export const reached = nothing;
