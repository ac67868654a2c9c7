import { reachOf, type Actor } from '#kernel/access/actor.js';

/** A company is exported whole or not at all: a right that reaches less than all reaches nothing of it. */
export const mayExport = ({ permissions }: Pick<Actor, 'permissions'>): boolean => reachOf(permissions, 'tenant:export') === 'all';
