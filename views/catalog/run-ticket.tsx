/** What makes sure that a form runs once. A browser that fills in forms anew after a reload leaves it as it came. */
export const RunTicket = ({ ticket }: { ticket: string }) => (
  <input type="hidden" name="ticket" value={ticket} autoComplete="off" />
);
