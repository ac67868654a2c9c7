/** Signs in as the demo administrator; the headers of every further request. */
export async function signIn(url: string): Promise<Record<string, string>> {
  const response = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'demo@kontor.example', password: 'kontor-demo' }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
}

/** One operation; throws when it has errors. */
export async function graphql<T>(url: string, headers: Record<string, string>, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map((error) => error.message).join('; '));
  return data;
}
