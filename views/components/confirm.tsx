import { Dialog, type DialogProps } from "#views/components/dialog.tsx";

/** A danger says first what it breaks: that is what stands inside. */
export const Confirm = (props: Omit<DialogProps, "tone">) => <Dialog {...props} tone="danger" />;
