/** MJML ships no types; this is the part we use. */
declare module 'mjml' {
  export interface MjmlOptions {
    readonly validationLevel: 'strict' | 'soft' | 'skip';
    readonly ignoreIncludes: boolean;
    readonly keepComments: boolean;
  }
  const mjml2html: (source: string, options: MjmlOptions) => Promise<{ readonly html: string }>;
  export default mjml2html;
}
