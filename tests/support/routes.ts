import { createApp } from "#src/app.ts";
import type { Deps } from "#src/services/context.ts";

export type Route = { method: string; path: string };

/** Everything the app answers, as it is registered: what a test walks misses no route that somebody adds. */
export const routesOf = (deps: Deps): Route[] =>
  createApp(deps).routes.map(({ method, path }) => ({ method, path: path.replace(/(?<=.)\/$/, "") }));

export const isApi = ({ path }: Route): boolean => path.startsWith("/api/v2/");

/** The route's path with something in the place of each parameter; `1` where nothing is said. */
export const pathOf = ({ path }: Route, values: Record<string, string | number> = {}): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name] ?? 1)));

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
