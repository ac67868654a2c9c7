export const collaboration = 'collaboration';
