export const marketing = 'marketing';
