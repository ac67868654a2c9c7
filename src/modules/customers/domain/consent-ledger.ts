export interface ConsentState {
  readonly status: 'granted' | 'withdrawn';
  readonly changedAt: Date;
  readonly source: string;
  readonly textVersion: string | null;
}

export interface ConsentStatement {
  readonly action: 'granted' | 'withdrawn';
  readonly saidAt: Date;
  readonly source: string;
  readonly textVersion: string | null;
}

/**
 * `changed`: the status turns. `confirmed`: it stays, with newer proof. `repeated`: nothing new was said, nothing is written.
 * `outdated`: something later has been said already, so it goes into the ledger only.
 */
export type ConsentEffect = 'changed' | 'confirmed' | 'repeated' | 'outdated';

/** What a statement does to the state. The latest statement counts; of two at the same instant, the withdrawal. */
export function consentEffect(state: ConsentState | null, said: ConsentStatement): ConsentEffect {
  if (state === null) return 'changed';
  if (said.action === state.status) return sameStatus(state, said);
  if (said.saidAt < state.changedAt) return 'outdated';
  const tie = said.saidAt.getTime() === state.changedAt.getTime();
  return tie && said.action === 'granted' ? 'outdated' : 'changed';
}

function sameStatus(state: ConsentState, said: ConsentStatement): ConsentEffect {
  if (said.action === 'withdrawn') return 'repeated';
  if (said.source === state.source && said.textVersion === state.textVersion) return 'repeated';
  return said.saidAt < state.changedAt ? 'outdated' : 'confirmed';
}
