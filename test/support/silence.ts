import { onTestFinished } from 'vitest';
import { openDoor } from '../aws/door.ts';
import { awsSettings } from './s3.ts';

/** Has all services of AWS be at an endpoint that never answers, until the test is over. */
export async function silentAws(): Promise<void> {
  const door = await openDoor(() => new Promise(() => undefined));
  onTestFinished(() => door.close());
  awsSettings({ AWS_ENDPOINT_URL: door.endpoint, AWS_REGION: 'us-east-1' });
}
