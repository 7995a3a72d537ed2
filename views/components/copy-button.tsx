import { Icon } from "#views/components/icon.tsx";

/** There only where a script can copy. Both its words take their room from the start, so nothing moves when they change. */
export const CopyButton = ({ of }: { of: string }) => (
  <button type="button" class="button copy" data-copy={of} hidden>
    <Icon name="copy" />
    <span class="copy-words">
      <span>Copy</span>
      <span>Copied</span>
    </span>
  </button>
);
