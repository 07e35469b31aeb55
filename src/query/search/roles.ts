export const ROLES = ['user', 'assistant', 'system', 'tool', 'other'] as const;
/** Who said it. `other`: a role that is none of these, or a request that the gateway cut. */
export type Role = (typeof ROLES)[number];
