/** The log that is read if no option names one. */
export const DEFAULT_LOG = '/var/log/higress/access.log';

/** Where the access log may be. `of` says which installation puts it there, or how to find it; it may be empty. */
export interface UsualPlace {
  path: string;
  of: string;
}

/** Where installations of Higress put the access log. */
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
