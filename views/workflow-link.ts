import type { Config } from '../config/types.ts';

/**
 * The page of a workflow in the Temporal web page: under `temporal.uiUrl`, else under the development server's where
 * no Temporal service is configured. `undefined` when neither is known.
 */
export function workflowLink({ temporal }: Pick<Config, 'temporal'>, workflowId: string): string | undefined {
  const { uiUrl, address, devServer, namespace } = temporal;
  const base = uiUrl ?? (address === undefined ? `http://${devServer.ip}:${devServer.uiPort}` : undefined);
  if (base === undefined) return undefined;
  const path = `namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return `${base.replace(/\/+$/, '')}/${path}`;
}
