import { App } from 'aws-cdk-lib';
import { stageNames, stages } from '../lib/stages.ts';
import { VantaStage } from '../lib/vanta-stage.ts';

const app = new App({ analyticsReporting: false });
for (const name of stageNames) new VantaStage(app, { name, ...stages[name] });
