import { Arn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type ApiRoom, type Route, routes } from '../../shared/wiring/routes.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { StageRow } from '../stages.ts';
import type { VantaFunction } from './vanta-function.ts';

export interface HttpRoutesProps {
  readonly row: StageRow;
  readonly rooms: Readonly<Record<ApiRoom, VantaFunction>>;
  readonly issuer: string;
  readonly clientIds: readonly string[];
}

const accessLog = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  error: '$context.error.message',
  authorizer_error: '$context.authorizer.error',
  integration_error: '$context.integrationErrorMessage',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  response_bytes: '$context.responseLength',
  source_ip: '$context.identity.sourceIp',
  client_id: '$context.authorizer.claims.client_id',
};

/**
 * The HTTP API: one route per row of the route list, to its room's function. The gateway checks that a token is valid;
 * what it may do is decided in the function (SPEC 3), so that no route carries AuthorizationScopes.
 */
export class HttpRoutes extends Construct {
  readonly apiId: string;

  constructor(scope: Construct, id: string, props: HttpRoutesProps) {
    super(scope, id);
    const api = new CfnApi(this, 'Api', { name: `vanta-${props.row.name}`, protocolType: 'HTTP' });
    this.apiId = api.ref;
    const authorizer = this.#authorizer(props);
    const targets = this.#integrations(props.rooms);
    for (const [routeId, route] of Object.entries(routes) as [string, Route][]) {
      const open = route.access.kind === 'public' || route.access.kind === 'signature';
      const authorizerId = open ? undefined : authorizer.ref;
      this.#route(routeId, `${route.method} ${route.path}`, targets[route.room], authorizerId);
    }
    // Unknown routes and methods are answered as problem+json, which the gateway cannot.
    this.#route('Default', '$default', targets.contract, undefined);
    this.#stage(props.row);
  }

  #authorizer({ issuer, clientIds }: HttpRoutesProps): CfnAuthorizer {
    return new CfnAuthorizer(this, 'Authorizer', {
      apiId: this.apiId,
      name: 'people-and-machines',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer, audience: [...clientIds] },
    });
  }

  #integrations(rooms: Readonly<Record<ApiRoom, VantaFunction>>): Record<ApiRoom, string> {
    const entries = Object.entries(rooms).map(([room, fn]) => [room, this.#integration(room, fn)]);
    return Object.fromEntries(entries) as Record<ApiRoom, string>;
  }

  #integration(room: string, { lambda }: VantaFunction): string {
    const integration = new CfnIntegration(this, `To-${room}`, {
      apiId: this.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: lambda.functionArn,
      payloadFormatVersion: '2.0',
    });
    new CfnPermission(this, `MayInvoke-${room}`, {
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Arn.format({ service: 'execute-api', resource: this.apiId, resourceName: '*' }, Stack.of(this)),
    });
    return `integrations/${integration.ref}`;
  }

  #route(id: string, routeKey: string, target: string, authorizerId: string | undefined): void {
    const authorizationType = authorizerId === undefined ? 'NONE' : 'JWT';
    const route = new CfnRoute(this, id, { apiId: this.apiId, routeKey, target, authorizationType, authorizerId });
    if (authorizerId === undefined) acknowledge(route, 'AwsSolutions-APIG4', `${routeKey} is public (SPEC 4)`);
  }

  #stage({ name, api, watch }: StageRow): void {
    const logs = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/vanta/${name}/api-access`,
      retention: watch.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnStage(this, 'Stage', {
      apiId: this.apiId,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: logs.logGroupArn, format: JSON.stringify(accessLog) },
      defaultRouteSettings: {
        throttlingRateLimit: api.requestsPerSecond,
        throttlingBurstLimit: api.burst,
        detailedMetricsEnabled: true,
      },
    });
  }
}
