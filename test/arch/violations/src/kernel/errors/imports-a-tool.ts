import { run } from 'jest';

export const reached = run;
