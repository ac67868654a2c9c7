import { demoLogin } from '#app/demo/ensure-demo.js';
import { client, openAuthKit, password } from './auth-kit.js';

test('an address the installation is closed to gets the answer of an unknown one, others sign in', async () => {
  const auth = await openAuthKit(undefined, [demoLogin.email]);
  try {
    const demo = await auth.company(demoLogin.email);
    const other = await auth.company();
    await expect(other.login()).resolves.toHaveProperty('accessToken');
    const unknown = await auth.flows
      .login({ email: 'nobody@example.test', password, tenant: null }, client)
      .catch((error: unknown) => error);
    await expect(demo.login()).rejects.toEqual(unknown);
    await expect(auth.flows.login({ email: demoLogin.email.toUpperCase(), password, tenant: demo.slug }, client)).rejects.toEqual(unknown);
  } finally {
    await auth.close();
  }
});
