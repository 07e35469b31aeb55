import { coded, format, weak, type Format } from './format.ts';

const END = '(?![A-Za-z0-9])';

/** Keys of cloud providers, by the formats that they or the named scanners publish. */
export const CLOUD: readonly Format[] = [
  // gitleaks aws-access-token; IAM user guide, "Understanding unique ID prefixes".
  coded('aws-access-key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], `[A-Z0-9]{16}${END}`),
  weak('aws-access-key', ['A3T'], `[A-Z0-9]{17}${END}`),
  // gitleaks aws-amazon-bedrock-api-key-*.
  weak('aws-access-key', ['ABSK'], '[A-Za-z0-9+/]{109,}={0,2}'),
  weak('aws-access-key', ['bedrock-api-key-'], '[A-Za-z0-9+/=]{20,}'),
  // gitleaks gcp-api-key; Google's OAuth tokens, refresh tokens and client secrets as in trufflehog.
  coded('gcp-api-key', ['AIza'], String.raw`[\w-]{35}(?![\w-])`),
  format('google-token', ['ya29.'], String.raw`[\w-]{20,}`),
  format('google-token', ['GOCSPX-'], String.raw`[\w-]{28}(?![\w-])`),
  weak('google-token', ['1//0'], String.raw`[\w-]{40,}`),
  // gitleaks alibaba-access-key-id, older ones are shorter; STS: help.aliyun.com, "AssumeRole".
  coded('alibaba-access-key', ['LTAI'], `[A-Za-z0-9]{12,24}${END}`),
  weak('alibaba-access-key', ['STS.'], `[A-Za-z0-9]{20,40}${END}`),
  // SonarSource's rule S7007; cloud.tencent.com, "CAM: access keys". Temporary ids are longer.
  coded('tencent-access-key', ['AKID'], String.raw`[\w-]{16,128}`),
  // volcengine.com, "Access key management": long-term and temporary ids. Kingsoft Cloud's begin alike.
  coded('volcengine-access-key', ['AKLT', 'AKTP'], String.raw`[\w-]{16,252}={0,2}`),
  // cloud.baidu.com, "Qianfan v2 API: authentication": bce-v3/<id>/<40 hexadecimal digits>.
  format('baidu-access-key', ['bce-v3/ALTAK'], String.raw`(?:SP)?-[A-Za-z0-9-]{16,64}(?:/[a-f0-9]{40})?`),
  coded('baidu-access-key', ['ALTAK'], `(?:SP)?-?[A-Za-z0-9]{20,30}(?:/[a-f0-9]{40})?${END}`),
  // docs.jdcloud.com, "Access keys".
  coded('jdcloud-access-key', ['JDC_'], `[0-9A-Z]{25,40}${END}`),
  // gitleaks digitalocean-*, databricks-api-token, vault-service-token and -batch-token.
  format('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '[a-f0-9]{32,64}'),
  weak('databricks-token', ['dapi', 'dkea', 'dose'], String.raw`[a-f0-9]{32}(?:-\d)?(?![\w])`),
  // developer.hashicorp.com/vault, "Tokens": service, batch and recovery tokens.
  format('vault-token', ['hvs.', 'hvb.', 'hvr.'], String.raw`[\w-]{20,300}`),
];
