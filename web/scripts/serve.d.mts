/** Starts a server on 127.0.0.1 of folders by the first part of the path; the folder '' takes all others. */
export function serve(folders: Readonly<Record<string, string>>, port?: number, headers?: Readonly<Record<string, string>>): Promise<{ address: string; close(): Promise<void> }>;
