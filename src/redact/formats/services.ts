import { format, weak, type Format } from './format.ts';

const END = String.raw`(?![\w-])`;
const UUID = '[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}';

/** Tokens of services that developers use. Without another source named, the gitleaks rule of the service's name. */
export const SERVICES: readonly Format[] = [
  // GitHub says that its tokens may grow longer.
  format('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36,251}'),
  format('github-token', ['github_pat_'], String.raw`\w{22,244}`),
  // docs.gitlab.com, "Token overview".
  format(
    'gitlab-token',
    [
      'glpat-',
      'glptt-',
      'glrt-',
      'gldt-',
      'glft-',
      'glsoat-',
      'glcbt-',
      'glagent-',
      'gloas-',
      'glimt-',
      'glffct-',
      'glwt-',
    ],
    String.raw`[\w-]{20,300}(?:\.[0-9a-z.]{9,12})?`,
  ),
  weak('gitlab-token', ['GR1348941'], String.raw`[\w-]{20}`),
  format(
    'stripe-key',
    ['sk_test_', 'sk_live_', 'sk_prod_', 'rk_test_', 'rk_live_', 'rk_prod_'],
    '[A-Za-z0-9]{10,255}',
  ),
  format('stripe-key', ['whsec_'], '[A-Za-z0-9+/]{32,}={0,2}'),
  weak('npm-token', ['npm_'], '[A-Za-z0-9]{36}(?![A-Za-z0-9])'),
  format('pypi-token', ['pypi-AgEIcHlwaS5vcmc'], String.raw`[\w-]{50,}`),
  weak('sendgrid-key', ['SG.'], String.raw`[\w-]{16,32}\.[\w-]{16,64}${END}`),
  // twilio.com/docs, "API keys"; an auth token has no form of its own.
  weak('twilio-key', ['SK'], '[0-9a-f]{32}(?![A-Za-z0-9])'),
  // trufflehog's dockerhub, notion, linearapi, postman, figmapersonalaccesstoken, tailscale, supabasetoken.
  format('service-token', ['dckr_pat_', 'dckr_oat_'], String.raw`[\w-]{27,40}`),
  format('service-token', ['ntn_', 'lin_api_', 'lin_oauth_'], '[A-Za-z0-9]{40,64}(?![A-Za-z0-9])'),
  weak(
    'service-token',
    ['secret_'],
    '(?=[A-Za-z]{0,43}\\d)(?=[a-z0-9]{0,43}[A-Z])[A-Za-z0-9]{43}(?![A-Za-z0-9])',
  ),
  format('service-token', ['PMAK-'], '[a-f0-9]{24}-[a-f0-9]{34}'),
  format('service-token', ['figd_', 'figp_', 'figu_', 'figo_'], String.raw`[\w-]{40,60}`),
  format('service-token', ['tskey-'], String.raw`[a-z]{2,12}-\w{8,40}-\w{8,64}`),
  weak('service-token', ['sbp_', 'sb_secret_', 'supabase_'], String.raw`(?=[A-Za-z_]{0,40}\d)[\w-]{30,60}`),
  format('service-token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[a-fA-F0-9]{32}'),
  weak('service-token', ['sq0atp-', 'sq0csp-', 'sq0idp-', 'EAAAE'], String.raw`[\w-]{22,70}`),
  weak('service-token', ['key-'], '[0-9a-f]{32}(?![0-9a-z])'),
  format('service-token', ['xkeysib-'], '[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  format('service-token', ['sntrys_', 'sntryu_'], '[A-Za-z0-9+/=_]{40,400}'),
  weak('service-token', ['glc_', 'glsa_'], String.raw`(?=[A-Za-z_]{0,60}\d)[A-Za-z0-9+/_]{32,400}={0,2}`),
  weak('service-token', ['NRAK-', 'NRII-', 'NRJS-'], String.raw`[\w-]{19,45}`),
  weak('service-token', ['ATATT3', 'ATCTT3', 'ATBB'], String.raw`(?=[A-Za-z_]{0,60}\d)[\w=-]{24,250}`),
  format('service-token', ['pscale_tkn_', 'pscale_oauth_', 'pscale_pw_'], String.raw`[\w=.-]{32,64}`),
  weak('service-token', ['pul-'], '[a-f0-9]{40}(?![a-f0-9])'),
  weak(
    'service-token',
    ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'],
    String.raw`(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}`,
  ),
  format('service-token', ['rubygems_'], '[a-f0-9]{48}'),
  weak('service-token', ['HRKU-'], String.raw`[\w-]{36,70}`),
  weak('service-token', ['fo1_', 'fm1_', 'fm2_', 'fm1a_', 'fm1r_'], '[A-Za-z0-9+/_-]{43,}={0,3}'),
  weak(
    'service-token',
    ['nfp_', 'napi_', 'rnd_', 'pnu_'],
    '(?=[A-Za-z]{0,60}\\d)[A-Za-z0-9]{32,70}(?![A-Za-z0-9])',
  ),
  format('service-token', ['ops_eyJ'], '[A-Za-z0-9+/_-]{100,}={0,3}'),
  format('service-token', ['AGE-SECRET-KEY-1'], '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  weak('service-token', ['AKCp', 'cmVmd'], '[A-Za-z0-9]{59,73}(?![A-Za-z0-9])'),
  weak('service-token', ['sha256~'], String.raw`[\w-]{43}${END}`),
  format('service-token', ['dt0c01.'], String.raw`[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}`),
  weak(
    'service-token',
    ['bkua_', 'CCIPAT_', 'CFPAT-', 'apify_api_', 'rdme_', 'sqp_', 'squ_', 'sqa_'],
    String.raw`(?=[A-Za-z_-]{0,60}\d)[\w-]{32,120}`,
  ),
  weak('service-token', ['v1.0-'], '[a-f0-9]{24}-[a-f0-9]{146}'),
  weak('service-token', ['api-', 'sdk-', 'mob-'], `${UUID}${END}`),
  weak('service-token', ['pat'], String.raw`[A-Za-z0-9]{14}\.[a-f0-9]{64}`),
  weak('service-token', ['sl.', 'sl.u.'], String.raw`[\w-]{130,}`),
  weak('service-token', ['sk_'], '[a-f0-9]{48}(?![A-Za-z0-9])'),
  weak('service-token', ['EZAK', 'EZTK'], '[A-Za-z0-9]{54}(?![A-Za-z0-9])'),
];
