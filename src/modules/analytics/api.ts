/* What other modules may call. */
export { refreshFacts, type FactScope, type RefreshCounts } from './fact/refresh-facts.js';
