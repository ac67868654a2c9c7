/** A small text file for a record, as a browser would send it. */
export function fileForm(recordId: string, name: string): FormData {
  const form = new FormData();
  form.set('recordId', recordId);
  form.set('file', new Blob([`content of ${name}`], { type: 'text/plain' }), name);
  return form;
}
