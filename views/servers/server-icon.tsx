/** The name stands beside it. Its size is fixed, so nothing moves when it comes. */
export const ServerIcon = ({ url, size = 32 }: { url: string; size?: 20 | 32 | 44 }) => (
  <img class="server-icon" src={url} width={size} height={size} alt="" loading="lazy" decoding="async" />
);
