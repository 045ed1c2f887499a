import type { OverwriteInput, OverwriteOutcome } from '../../../../activities/delivery-types.ts';
import type { ActivityWorld } from '../activity-world.ts';
import { standingApp, streamId, type Upload, uploadedApp } from '../acts.ts';

export interface Overwrite extends Upload {
  readonly targetAppId: string;
  readonly input: OverwriteInput;
}

/** An app uploaded to prod, where another one of its name stands in Sales. */
export async function readyToOverwrite(world: ActivityWorld): Promise<Overwrite> {
  const upload = await uploadedApp(world, { servers: ['prod - Overwrite'] });
  const targetAppId = standingApp(world, upload.app.name);
  return { ...upload, targetAppId, input: inputOf(world, upload, targetAppId) };
}

export function inputOf(
  world: ActivityWorld,
  { decision, artifact, staged }: Upload,
  targetAppId: string,
): OverwriteInput {
  const step = {
    action: 'replace',
    streamId: streamId(world.prod, 'Sales'),
    streamName: 'Sales',
    targetAppId,
  } as const;
  return { decision, site: 'prod', step, stagingAppId: staged.appId, artifact };
}

/** One attempt to replace the target app. */
export function overwrite(
  world: ActivityWorld,
  input: OverwriteInput,
  attempt = 1,
  signal?: AbortSignal,
): Promise<OverwriteOutcome> {
  return world.run((activities) => activities.overwriteTarget(input), { attempt, signal });
}
