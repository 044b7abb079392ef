import type { Command } from 'commander';
import { createClient } from '../../../client/src/index.ts';
import { add, choice, list, option, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../exit.ts';
import { given } from '../given.ts';
import { openBrowser } from '../oauth/browser.ts';
import { listenForCode } from '../oauth/callback.ts';
import { newProof, signInAddress } from '../oauth/pkce.ts';
import { claimsIn } from '../session.ts';

interface LoginOptions {
  readonly browser: boolean;
  readonly machine?: true;
  readonly signInUrl?: string;
  readonly clientId?: string;
  readonly callback: string;
}

export function addSignIn(program: Command, shell: Shell): void {
  add<LoginOptions>(program, shell, {
    usage: 'login',
    about: 'sign in in the browser, and keep the sign-in',
    example: 'vanta login --api https://api.example.com --sign-in-url https://vanta-x.auth... --client-id 4k2...',
    options: [
      option('--no-browser', 'only print the address to open'),
      option('--machine', 'sign in as a machine client: VANTA_CLIENT_ID and VANTA_CLIENT_SECRET'),
      option('--sign-in-url <url>', 'the pool’s domain (output SignInUrl); known of a local platform, remembered of others'),
      option('--client-id <id>', 'the client of people (output PersonClientId); known and remembered likewise'),
      option('--callback <url>', 'a callback that is registered').default('http://localhost:3000/callback'),
    ],
    run: (context, _args, options) => (options.machine ? machineLogin(context) : login(context, options)),
  });
  addToken(program, shell);
  add(program, shell, {
    usage: 'logout',
    about: 'forget the sign-in to this API',
    example: 'vanta logout --api https://api.example.com',
    run: async ({ credentials, profile: { api }, print }) => {
      const was = credentials.forget(api);
      print.text({ api, signed_out: was }, was ? `signed out of ${api}` : `you were not signed in to ${api}`);
    },
  });
  add(program, shell, {
    usage: 'whoami',
    about: 'who the API says you are',
    example: 'vanta whoami --json',
    run: async (context) => whoami(context),
  });
}

function addToken(program: Command, shell: Shell): void {
  add<TokenOptions>(program, shell, {
    usage: 'token',
    about: 'print the access token; with --sub make one on the local platform and keep it',
    example: 'vanta token --sub ann --tenant ten_... --role owner',
    options: [
      option('--sub <subject>', 'who it is'),
      option('--email <address>', 'e-mail address'),
      option('--tenant <id>', 'tenant'),
      choice('--role <role>', 'role in it', ['owner', 'ops', 'auditor', 'follower']),
      list('--scopes <scopes>', 'scopes, with commas; default those of the role'),
      option('--follower <id>', 'of role follower: whose person'),
    ],
    run: token,
  });
}

async function login(context: Context, { browser, callback, ...named }: LoginOptions): Promise<void> {
  const { profile, credentials, session, print, world, call } = context;
  const kept = credentials.of(profile.api);
  const pool = profile.local?.user_pool;
  const signInUrl = named.signInUrl ?? (world.env['VANTA_SIGN_IN_URL'] || undefined) ?? pool?.sign_in_url ?? kept?.sign_in_url;
  const clientId = named.clientId ?? (world.env['VANTA_CLIENT_ID'] || undefined) ?? pool?.client_id ?? kept?.client_id;
  if (!signInUrl || !clientId || !URL.canParse(signInUrl))
    throw usage('where to sign in? give --sign-in-url and --client-id: outputs SignInUrl and PersonClientId of the deployment');
  const proof = newProof();
  const address = signInAddress({ signInUrl, clientId, redirectUri: callback }, proof);
  const waiting = await listenForCode(callback, proof.state, world.signal);
  try {
    print.note(`sign in at\n  ${address}`);
    if (browser) openBrowser(address);
    const code = await waiting.code;
    const body = { grant_type: 'authorization_code', code, code_verifier: proof.verifier, redirect_uri: callback } as const;
    const tokens = await createClient({ baseUrl: profile.api }).createToken({ ...call, body: { ...body, client_id: clientId } });
    session.keep(tokens, { client_id: clientId, sign_in_url: signInUrl });
  } finally {
    waiting.close();
  }
  await whoami(context);
}

/** The secret is not kept: a script signs in again when its hour is over. */
async function machineLogin(context: Context): Promise<void> {
  const { env } = context.world;
  const [client_id, client_secret] = [env['VANTA_CLIENT_ID'], env['VANTA_CLIENT_SECRET']];
  if (!client_id || !client_secret) throw usage('--machine needs VANTA_CLIENT_ID and VANTA_CLIENT_SECRET');
  const body = { grant_type: 'client_credentials', client_id, client_secret } as const;
  const tokens = await createClient({ baseUrl: context.profile.api }).createToken({ ...context.call, body });
  context.session.keep(tokens);
  await whoami(context);
}

async function whoami({ client, call, print, profile }: Context): Promise<void> {
  const me = await client.getMe(call);
  print.record(me, [
    ['api', profile.api],
    ['subject', me.subject],
    ['tenant', me.tenant_id],
    ['role', me.role],
    ['follower', me.follower_id],
    ['scopes', me.scopes.join(' ') || 'none'],
    ['plan', me.entitlements?.plan_id],
    ['requests a minute', me.entitlements?.requests_per_minute],
  ]);
}

interface TokenOptions {
  readonly sub?: string;
  readonly email?: string;
  readonly tenant?: string;
  readonly role?: string;
  readonly scopes?: readonly string[];
  readonly follower?: string;
}
interface LocalToken {
  readonly access_token: string;
  readonly expires_in: number;
}

async function token(context: Context, _args: readonly string[], options: TokenOptions): Promise<void> {
  const { session, print } = context;
  if (options.sub === undefined) {
    if (Object.values(options).some((value) => value !== undefined)) throw usage('a new token needs --sub');
    const access_token = await session.token();
    return print.text({ access_token, claims: claimsIn(access_token) }, access_token);
  }
  const { sub, email, tenant, role, scopes, follower } = options;
  const made = await localToken(context, given({ sub, email, tenant_id: tenant, role, scopes, follower_id: follower }));
  session.keep(made);
  print.text(made, made.access_token);
}

/** The local platform alone hands out a token to whoever asks. */
async function localToken({ profile: { api }, world }: Context, claims: object): Promise<LocalToken> {
  const response = await fetch(`${api}/local/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claims),
    signal: world.signal,
  }).catch((error: Error) => {
    world.signal.throwIfAborted();
    throw new Error(`${api}: ${(error.cause as Error | undefined)?.message ?? error.message}`, { cause: error });
  });
  // What does not answer JSON is no local platform: told by its status below.
  const body = (await response.json().catch(() => ({}))) as LocalToken & { errors?: { pointer: string; detail: string }[] };
  if (response.ok) return body;
  if (response.status !== 400) throw usage(`${api} is not a local platform: sign in with vanta login`);
  throw usage(`the token's claims: ${(body.errors ?? []).map((e) => `${e.pointer} ${e.detail}`).join('; ')}`);
}
