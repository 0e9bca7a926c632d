import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
} from '@aws-sdk/client-s3';
import { AwsRefusal, unless } from './aws.ts';
import type { Part } from './part.ts';
import type { Found, Resource } from './resource.ts';
import type { Tags } from './tags.ts';
import { tagList, tagsFrom, tagSetting } from './tags.ts';

/** Lists of files that runs put there: anything else is somebody else's. */
const ofRuns = /^[^/]+\/[^/]+\.manifest$/;

/**
 * The bucket for lists of files, where dwh.yaml names no other. S3 encrypts what is in it and lets nobody in from outside,
 * of its own accord (S3 User Guide: "Blocking public access", "Setting default encryption"; since 2023 for new buckets).
 */
export function stageBucket({ aws, names, tags }: Part): Resource {
  const Bucket = names.bucket;

  async function tagsThere(): Promise<Tags | undefined> {
    const there = await unless(
      /^(?:NotFound|NoSuchBucket)$/,
      aws.call('s3:ListBucket', aws.s3, new HeadBucketCommand({ Bucket })),
    );
    if (there === undefined) return undefined;
    try {
      const tagging = await aws.call('s3:GetBucketTagging', aws.s3, new GetBucketTaggingCommand({ Bucket }));
      return tagsFrom(tagging.TagSet);
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      if (error.said === 'NoSuchTagSet') return {};
      if (error.said === 'NoSuchBucket') return undefined;
      throw error;
    }
  }

  async function keys(): Promise<string[]> {
    const all: string[] = [];
    let token: string | undefined;
    do {
      const asked = new ListObjectsV2Command({ Bucket, ContinuationToken: token });
      const page = await aws.call('s3:ListBucket', aws.s3, asked);
      all.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return all;
  }

  return {
    kind: 'bucket',
    name: Bucket,
    wanted: { tags: tagSetting(tags) },
    fixed: [],
    patienceSeconds: 120,
    async find(): Promise<Found | undefined> {
      const found = await tagsThere();
      if (found === undefined) return undefined;
      return { condition: 'ready', said: 'there', tags: found, settings: { tags: tagSetting(tags, found) } };
    },
    async create() {
      const isFirst = aws.region === 'us-east-1';
      const CreateBucketConfiguration = {
        // S3's first region is named by not naming one.
        ...(isFirst ? {} : { LocationConstraint: aws.region as BucketLocationConstraint }),
        Tags: tagList(tags),
      };
      await aws.call('s3:CreateBucket', aws.s3, new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    },
    async change(_setting, found) {
      const TagSet = tagList({ ...found.tags, ...tags });
      await aws.call('s3:PutBucketTagging', aws.s3, new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    },
    async foreign() {
      const others = (await keys()).filter((key) => !ofRuns.test(key));
      return others.map((key) => `object s3://${Bucket}/${key}`);
    },
    async remove() {
      const all = await keys();
      for (let i = 0; i < all.length; i += 1000) {
        const Objects = all.slice(i, i + 1000).map((Key) => ({ Key }));
        await aws.call('s3:DeleteObject', aws.s3, new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      }
      await aws.call('s3:DeleteBucket', aws.s3, new DeleteBucketCommand({ Bucket }));
    },
    isEarly: (code) => /^(?:OperationAborted|BucketNotEmpty)$/.test(code),
  };
}
