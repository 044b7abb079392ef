import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { stageName } from '../../shared/wiring/env.ts';
import { metricDimension, metricsNamespace } from '../../shared/wiring/metrics.ts';

/** Structured JSON logs (SPEC 10). One per process; the door adds the request's ids. */
export const logger = new Logger({ serviceName: 'vanta' });
/** Metrics in CloudWatch's embedded format: no API call, they ride in the log. */
export const metrics = new Metrics({ namespace: metricsNamespace, serviceName: 'vanta' });
// Alarms read under exactly this one dimension; the default would add the service's name and they would see nothing.
metrics.clearDefaultDimensions();
metrics.setDefaultDimensions({ [metricDimension]: stageName() });
