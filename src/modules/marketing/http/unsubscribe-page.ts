const page = (body: string) => `<!doctype html>
<html lang="de">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Abmelden · Unsubscribe</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}</style></head>
<body>${body}</body>
</html>
`;

/** Names nobody and nothing: whoever opens a forwarded mail learns no more than that there is a button. */
export const askPage = page(`
<p>Möchten Sie diese E-Mails nicht mehr bekommen?</p>
<p lang="en">Do you want to stop these e-mails?</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Abmelden · Unsubscribe</button></form>`);

export const donePage = page(`
<p>Sie bekommen diese E-Mails nicht mehr.</p>
<p lang="en">You will not get these e-mails any more.</p>`);
