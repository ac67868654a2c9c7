export const catalog = 'catalog';
