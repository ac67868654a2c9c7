/** A place on a timeline: microseconds since 1970, the number of the change, the entry. */
export interface Place {
  readonly at: string;
  readonly seq: string;
  readonly id: string;
}

export const cursorOf = ({ at, seq, id }: Place): string => `${at}.${seq}.${id}`;

const shape = /^(-?\d{1,17})\.(\d{1,18})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Null when the text is no cursor of ours. */
export function placeOf(cursor: string): Place | null {
  const [, at, seq, id] = shape.exec(cursor) ?? [];
  return at === undefined || seq === undefined || id === undefined ? null : { at, seq, id };
}
