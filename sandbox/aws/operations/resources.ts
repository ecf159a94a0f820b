import type {
  DescribeGlobalSettingsOutput,
  DescribeProtectedResourceInput,
  DescribeProtectedResourceOutput,
  DescribeRegionSettingsOutput,
  GetSupportedResourceTypesOutput,
  ListProtectedResourcesByBackupVaultInput,
  ListProtectedResourcesByBackupVaultOutput,
  ListProtectedResourcesInput,
  ListProtectedResourcesOutput,
  ListTagsInput,
  ListTagsOutput,
  ProtectedResource,
  TagResourceInput,
  UntagResourceInput,
  UpdateGlobalSettingsInput,
  UpdateRegionSettingsInput,
} from "@aws-sdk/client-backup";
import { parseArn, vaultArn } from "@/sandbox/aws/arns";
import { type Context, define, demandVault, type Handler, pageOfKeys, toDate } from "@/sandbox/aws/operations/context";
import { invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import { type RecoveryPoint, resourceTypes } from "@/sandbox/aws/world";

function toProtected(context: Context, points: readonly RecoveryPoint[]): ProtectedResource | null {
  const newest = points[0];
  if (!newest) return null;
  const last = points.find(({ status }) => status === "COMPLETED" || status === "AVAILABLE") ?? newest;
  return {
    ResourceArn: newest.resourceArn,
    ResourceType: newest.resourceType,
    ResourceName: newest.resourceName ?? undefined,
    LastBackupTime: new Date(last.createdMs),
    LastBackupVaultArn: vaultArn(context.account.id, context.region.name, last.vaultName),
    LastRecoveryPointArn: last.arn,
  };
}

/** Where the tags of a vault, plan, legal hold or recovery point are kept. */
function demandTagged(
  context: Context,
  arn: string,
): { read(): Record<string, string>; write(tags: Record<string, string>): void } {
  const { region } = context;
  const point = region.recoveryPoints[arn];
  if (point)
    return {
      read: () => point.tags ?? {},
      write: (tags) => {
        point.tags = tags;
      },
    };
  const owners = [
    Object.values(region.vaults),
    Object.values(region.plans),
    Object.values(region.legalHolds),
    Object.values(region.restoreTestingPlans),
  ];
  const owner = owners.flat().find((one) => one.arn === arn);
  if (owner)
    return {
      read: () => owner.tags,
      write: (tags) => {
        owner.tags = tags;
      },
    };
  if (!parseArn(arn)) throw invalidValue(`Invalid ARN: ${arn}`);
  throw notFound(`Resource ${arn} does not exist.`);
}

/** Protected resources, tags and settings. */
export const resourceOperations: Record<string, Handler> = {
  ListProtectedResources: define<ListProtectedResourcesInput, ListProtectedResourcesOutput>((context, input) => {
    const page = pageOfKeys(
      context,
      input,
      context.index.protectedArns(),
      (arn) => arn,
      (arn) => toProtected(context, context.index.pointsOfResource(arn).all()),
    );
    return { Results: page.entries.filter((entry) => entry !== null), NextToken: page.nextToken };
  }),

  ListProtectedResourcesByBackupVault: define<
    ListProtectedResourcesByBackupVaultInput,
    ListProtectedResourcesByBackupVaultOutput
  >((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    const arns = new Set(
      context.index
        .pointsOfVault(vault.name)
        .all()
        .map(({ resourceArn }) => resourceArn),
    );
    const page = pageOfKeys(
      context,
      input,
      arns,
      (arn) => arn,
      (arn) =>
        toProtected(
          context,
          context.index
            .pointsOfResource(arn)
            .all()
            .filter(({ vaultName }) => vaultName === vault.name),
        ),
    );
    return { Results: page.entries.filter((entry) => entry !== null), NextToken: page.nextToken };
  }),

  DescribeProtectedResource: define<DescribeProtectedResourceInput, DescribeProtectedResourceOutput>(
    (context, input) => {
      const found = toProtected(context, context.index.pointsOfResource(input.ResourceArn).all());
      if (!found) throw notFound(`Resource ${input.ResourceArn} is not protected.`);
      const restores = context.index.restoreJobs.all();
      const restore = restores.find((job) => job.resourceArn === input.ResourceArn && job.status === "COMPLETED");
      return {
        ...found,
        LatestRestoreExecutionTimeMinutes:
          restore?.completedMs != null
            ? Math.max(1, Math.round((restore.completedMs - restore.createdMs) / 60_000))
            : undefined,
        LatestRestoreJobCreationDate: toDate(restore?.createdMs ?? null),
        LatestRestoreRecoveryPointCreationDate: toDate(restore?.recoveryPointCreatedMs ?? null),
      };
    },
  ),

  GetSupportedResourceTypes: define<object, GetSupportedResourceTypesOutput>(() => ({
    ResourceTypes: [...resourceTypes],
  })),

  DescribeRegionSettings: define<object, DescribeRegionSettingsOutput>(({ region }) => ({
    ResourceTypeOptInPreference: { ...region.resourceTypeOptIn },
    ResourceTypeManagementPreference: { ...region.resourceTypeManagement },
  })),

  UpdateRegionSettings: define<UpdateRegionSettingsInput, object>(({ region }, input) => {
    const changes = { ...input.ResourceTypeOptInPreference, ...input.ResourceTypeManagementPreference };
    for (const type of Object.keys(changes))
      if (!resourceTypes.some((known) => known === type)) throw invalidValue(`Unsupported resource type: ${type}`);
    Object.assign(region.resourceTypeOptIn, input.ResourceTypeOptInPreference);
    Object.assign(region.resourceTypeManagement, input.ResourceTypeManagementPreference);
    return {};
  }),

  DescribeGlobalSettings: define<object, DescribeGlobalSettingsOutput>(({ account }) => ({
    GlobalSettings: { ...account.globalSettings },
    LastUpdateTime: toDate(account.globalSettingsUpdatedMs),
  })),

  UpdateGlobalSettings: define<UpdateGlobalSettingsInput, object>(({ account, nowMs }, input) => {
    for (const key of Object.keys(input.GlobalSettings ?? {}))
      if (!(key in account.globalSettings)) throw invalidValue(`Unsupported global setting: ${key}`);
    Object.assign(account.globalSettings, input.GlobalSettings);
    account.globalSettingsUpdatedMs = nowMs;
    return {};
  }),

  ListTags: define<ListTagsInput, ListTagsOutput>((context, input) => {
    const tags = demandTagged(context, input.ResourceArn).read();
    const page = pageOfKeys(
      context,
      input,
      Object.entries(tags),
      ([key]) => key,
      (entry) => entry,
    );
    return { Tags: Object.fromEntries(page.entries), NextToken: page.nextToken };
  }),

  TagResource: define<TagResourceInput, object>((context, input) => {
    const tagged = demandTagged(context, input.ResourceArn);
    if (Object.keys(input.Tags).some((key) => key.toLowerCase().startsWith("aws:")))
      throw invalidValue("Tag keys must not begin with aws:.");
    tagged.write({ ...tagged.read(), ...input.Tags });
    return {};
  }),

  UntagResource: define<UntagResourceInput, object>((context, input) => {
    const tagged = demandTagged(context, input.ResourceArn);
    const removed = new Set(input.TagKeyList);
    tagged.write(Object.fromEntries(Object.entries(tagged.read()).filter(([key]) => !removed.has(key))));
    return {};
  }),
};
