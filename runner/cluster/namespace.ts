import type { Namespace } from '@aws-sdk/client-redshift-serverless';
import {
  CreateNamespaceCommand,
  DeleteNamespaceCommand,
  GetNamespaceCommand,
  UpdateNamespaceCommand,
} from '@aws-sdk/client-redshift-serverless';
import type { ServerlessCluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import { unless } from './aws.ts';
import { isRoleNew } from './new-role.ts';
import type { Part } from './part.ts';
import { snapshotDays } from './price.ts';
import { databaseOf } from './size.ts';
import type { Found, Resource } from './resource.ts';
import {
  conditionOf,
  notFound,
  putServerlessTags,
  removeServerlessTag,
  serverlessTagList,
  serverlessTags,
} from './serverless.ts';
import type { Tags } from './tags.ts';
import { removalTag, tagSetting } from './tags.ts';

/** Where a serverless warehouse keeps its data. Its password is made by Redshift and kept in Secrets Manager. */
export function namespace(part: Part<ServerlessCluster>): Resource {
  const { aws, cluster, names, tags } = part;
  const namespaceName = cluster.name;
  const iam = { iamRoles: [names.roleArn], defaultIamRoleArn: names.roleArn };
  const database = databaseOf(cluster);
  const arn = async (): Promise<string | undefined> => (await readNamespace(aws, namespaceName))?.namespaceArn;
  const tag = async (more: Tags): Promise<void> => putServerlessTags(aws, await arn(), more);

  return {
    kind: 'namespace',
    name: namespaceName,
    wanted: { database, role: names.role, password: 'in Secrets Manager', tags: tagSetting(tags) },
    fixed: ['database'],
    patienceSeconds: 1800,
    async find(): Promise<Found | undefined> {
      const found = await readNamespace(aws, namespaceName);
      if (found === undefined) return undefined;
      const there = await serverlessTags(aws, found.namespaceArn);
      if (there === undefined) return undefined;
      const isAttached = found.defaultIamRoleArn === names.roleArn;
      const settings = {
        database: found.dbName ?? '',
        role: isAttached ? names.role : 'another one',
        password: found.adminPasswordSecretArn === undefined ? 'elsewhere' : 'in Secrets Manager',
        tags: removalTag in there ? `${tagSetting(tags, there)}, being removed` : tagSetting(tags, there),
      };
      const condition = conditionOf(found.status);
      if (condition === 'ready' && isAttached && !isRoleInSync(found, names.roleArn))
        return { condition: 'busy', said: 'role on its way', tags: there, settings };
      return { condition, said: found.status ?? '', tags: there, settings };
    },
    async create() {
      const command = new CreateNamespaceCommand({
        namespaceName,
        dbName: database,
        manageAdminPassword: true,
        ...iam,
        tags: serverlessTagList(tags),
      });
      await aws.call('redshift-serverless:CreateNamespace', aws.serverless, command);
    },
    async change(setting, { tags: there }) {
      if (setting === 'tags') {
        if (removalTag in there) await removeServerlessTag(aws, await arn(), removalTag);
        return tag(tags);
      }
      // One thing in a call: that is all that AWS takes.
      const update = setting === 'role' ? iam : { manageAdminPassword: true };
      await aws.call(
        'redshift-serverless:UpdateNamespace',
        aws.serverless,
        new UpdateNamespaceCommand({ namespaceName, ...update }),
      );
    },
    mark: () => tag({ [removalTag]: 'begun' }),
    async remove({ snapshot }) {
      const last = { finalSnapshotName: snapshot, finalSnapshotRetentionPeriod: snapshotDays };
      const command = new DeleteNamespaceCommand({ namespaceName, ...(snapshot === undefined ? {} : last) });
      await aws.call('redshift-serverless:DeleteNamespace', aws.serverless, command);
    },
    isEarly: (code, message) => code === 'ConflictException' || isRoleNew(code, message),
  };
}

/** A namespace as AWS tells it. Throws an AwsRefusal. */
export async function readNamespace(aws: Aws, namespaceName: string): Promise<Namespace | undefined> {
  const answer = await unless(
    notFound,
    aws.call('redshift-serverless:GetNamespace', aws.serverless, new GetNamespaceCommand({ namespaceName })),
  );
  return answer?.namespace;
}

/** AWS tells roles as texts: `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`. */
function isRoleInSync({ iamRoles = [] }: Namespace, arn: string): boolean {
  return iamRoles.some((role) => role.includes(arn) && !/applyStatus=(?!in-sync)/.test(role));
}
