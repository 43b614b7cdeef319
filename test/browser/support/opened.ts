/** The servers and shops of tests that each open their own; all are closed after the test, their folders removed after the file. */
import { rm } from 'node:fs/promises';
import { afterAll, afterEach } from 'vitest';
import { type DemoServer, serveDemo } from './demo-server.ts';
import { forgetProfiles, openShop, type Shop, type ShopOptions } from './shop.ts';

const servers: DemoServer[] = [];
const shops: Shop[] = [];
const folders: string[] = [];

/** Closes what was opened with the functions below. To be called once, at the top of a file of tests. */
export function closeAfterwards(): void {
  afterEach(async () => {
    for (const shop of shops.splice(0)) await shop.close().catch(() => {});
    for (const server of servers.splice(0)) await server.stop().catch(() => {});
  });
  afterAll(async () => {
    await forgetProfiles();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
}

/** The built shop, or another `folder`, on a server of its own. */
export async function serving(folder?: string): Promise<DemoServer> {
  const server = await serveDemo(folder ? { folder } : {});
  servers.push(server);
  return server;
}

/** A browser of its own in the shop. */
export async function visiting(url: string, options: ShopOptions = {}): Promise<Shop> {
  const shop = await openShop(url, options);
  shops.push(shop);
  return shop;
}

/** Has a folder removed in the end. */
export function removeAfterwards(folder: string): void {
  folders.push(folder);
}
