export const kit = 'a kit';
