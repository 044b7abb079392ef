import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import type { ApiRoom } from '../../shared/wiring/routes.ts';
import type { Shelf } from '../constructs/grants.ts';
import { HttpRoutes } from '../constructs/http-routes.ts';
import { VantaFunction } from '../constructs/vanta-function.ts';
import type { StageRow } from '../stages.ts';
import type { People } from '../tenants/people.ts';

export interface ControlPlaneProps extends StackProps {
  readonly row: StageRow;
  readonly shelf: Shelf;
  readonly people: People;
}

/** The HTTP API and its functions, one per room. */
export class ControlPlaneStack extends Stack {
  readonly api: HttpRoutes;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id, props);
    const { row, shelf, people } = props;
    const answering = (room: ApiRoom) => new VantaFunction(this, { name: functionOf(room), row, shelf });
    const rooms: Record<ApiRoom, VantaFunction> = {
      contract: answering('contract'),
      tenants: answering('tenants'),
      vaults: answering('vaults'),
      followers: answering('followers'),
      mirroring: answering('mirroring'),
      overlays: answering('overlays'),
      billing: answering('billing'),
      entitlements: answering('entitlements'),
    };
    this.api = new HttpRoutes(this, 'Http', { row, rooms, issuer: people.issuer, clientIds: people.clientIds });
    new CfnOutput(this, 'ApiUrl', { value: `https://${this.api.apiId}.execute-api.${this.region}.${this.urlSuffix}` });
  }
}

function functionOf(room: ApiRoom): FunctionName {
  const cards = Object.entries(functions) as [FunctionName, Card][];
  const found = cards.find(([, { trigger }]) => trigger.kind === 'http' && trigger.room === room);
  if (found === undefined) throw new Error(`no card answers for the room ${room}`);
  return found[0];
}
