export interface Weighed {
  readonly weight: number;
  readonly faulty: number;
}

/** Quality of records of one kind: 1 less the weighed share of faults. Each rule counts by its share of all weights, so it stays within 0 and 1. */
export function scoreOf(rules: readonly Weighed[], records: number): number {
  const weights = rules.reduce((sum, { weight }) => sum + weight, 0);
  if (records === 0 || weights === 0) return 1;
  const faults = rules.reduce((sum, { weight, faulty }) => sum + weight * Math.min(faulty, records), 0);
  return 1 - faults / (weights * records);
}
