import { readChild } from '../../shared/adapters/dynamo/child-reads.ts';
import { countedFill, saveFill } from '../../shared/adapters/dynamo/fill-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { type FillPorts, type FillReport, reportFill as report } from '../../shared/domain/mirroring/fill.ts';
import { servedChild } from '../../shared/domain/mirroring/served.ts';
import { childOrderView } from '../../shared/domain/mirroring/views.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import { whySignatureRefused } from '../../shared/domain/webhooks/signing.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { admitSigner } from '../edge/admit.ts';
import { clock } from '../edge/entropy.ts';
import { type ApiAnswer, type ApiEvent, type ApiRequest, bodyText } from '../edge/request.ts';
import { callers, table } from './api-table.ts';
import { canceledChildOf, cancelStanding, type Located, locateChild, requireExpanded } from './child-reads.ts';

const keys = signingKeys(readEnv('mirroring-api').masterSecret);

/** The gateway checks nothing here: who cannot sign for the follower learns nothing of the child either. */
async function requireSignature(event: ApiEvent, follower: Follower | undefined): Promise<void> {
  const { headers } = event;
  const given = { id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] };
  const now = clock();
  const secrets = follower === undefined ? [] : await keys.of(follower, now);
  const refused = whySignatureRefused({ ...given, body: bodyText(event) }, secrets, now);
  if (refused !== undefined) throw new Refusal(401, 'signature_invalid', `The report is not signed: ${refused}.`);
}

export async function reportFill({ principal, params, body, raw }: ApiRequest<FillReport>): Promise<ApiAnswer> {
  const found = await locateChild(params['follower_order_id'] as string);
  if (principal === undefined) await requireSignature(raw, found?.follower);
  else permit(principal, 'reportFill', resource('follower_order', found?.follower));
  if (found === undefined) throw notFound('follower_order');
  // From here on the follower speaks, for its own tenant, whether it signed or its person has a token.
  const to = principal === undefined ? 'proven follower' : 'follower';
  if (table.cross?.({ to, ...found.follower }) === false) throw notFound('follower_order');
  if (principal === undefined) await admitSigner(found.follower, callers);
  requireExpanded(found);
  await report(body, portsFor(found));
  const { entry, claim, row, follower } = found;
  return { body: childOrderView(entry, claim, row, follower, (await readNow(found)).own) };
}

async function readNow({ follower, entry }: Located) {
  const [now, own] = await Promise.all([findFollower(table, follower.follower_id), readChild(table, follower, entry)]);
  if (now === undefined) throw notFound('follower_order');
  return { follower: now, own };
}

function portsFor(found: Located): FillPorts {
  const { entry, claim, row, follower } = found;
  let standing: Awaited<ReturnType<typeof cancelStanding>> | undefined;
  return {
    clock,
    // Read anew at each try: a cancel may have come between.
    takenBack: async () => {
      standing = await cancelStanding(found);
      return standing.takenBack;
    },
    canceledChild: () => canceledChildOf(found),
    counted: (f, fillId) => countedFill(table, f, fillId),
    read: async () => {
      const { follower: now, own } = await readNow(found);
      return { follower: now, child: own ?? servedChild(entry, claim, row, now) };
    },
    save: async (reported) => {
      const hadRow = (await readChild(table, follower, entry)) !== undefined;
      return saveFill(table, reported, hadRow, standing?.guard ?? 'no cancel');
    },
  };
}
