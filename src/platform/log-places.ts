/** Where the log lies if nobody says otherwise. */
export const DEFAULT_LOG = '/var/log/higress/access.log';

/** Where the access log may be, and whose that is, or how it is found; empty where the path says it. */
export interface UsualPlace {
  path: string;
  of: string;
}

/** Where Higress's installations put the access log. */
export const USUAL_PLACES: readonly UsualPlace[] = [
  { path: DEFAULT_LOG, of: '' },
  { path: '/var/log/proxy/access.log', of: '' },
  { path: '/var/log/higress/gateway.log', of: 'the all-in-one image: the logs folder of its data' },
  { path: '/var/log/containers/higress-gateway-*.log', of: "a Kubernetes node, Helm's default" },
];
/** Where Docker keeps what a container prints. */
export const DOCKERS_PLACE: UsualPlace = {
  path: '/var/lib/docker/containers/<id>/<id>-json.log',
  of: 'docker inspect -f {{.LogPath}} <container>',
};
