/** What an operator finds a failure by in the log. Small: it is for when nothing else helped. */
export const RequestId = ({ id }: { id: string }) => (
  <p class="request-id">
    Request <code>{id}</code>
  </p>
);
